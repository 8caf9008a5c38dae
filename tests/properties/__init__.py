"""What holds for every text, tried on texts made at random."""
