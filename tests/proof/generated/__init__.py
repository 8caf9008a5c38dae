"""Whole projects made at random, judged by dropcheck and run under torch."""
