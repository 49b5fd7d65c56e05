"""Models of the comparison of two runs."""
