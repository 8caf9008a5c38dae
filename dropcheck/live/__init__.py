"""The answer on a live model: runs its forward and sees which random operations act. Only here torch is imported."""
