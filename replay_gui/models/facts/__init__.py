"""Models of the facts of a run: small tables and sums."""
