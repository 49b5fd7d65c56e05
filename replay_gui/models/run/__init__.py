"""Models of one run."""
