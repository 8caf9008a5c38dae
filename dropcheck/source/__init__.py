"""Reading and writing of source files without losing a byte."""
