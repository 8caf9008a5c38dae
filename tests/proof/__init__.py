"""Proofs that run real torch. A package, so that its files may be named as others under ``tests/`` are."""
