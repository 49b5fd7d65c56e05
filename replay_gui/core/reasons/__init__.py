"""Why two runs of one task have different outcomes: what only one of them did, and what led to it."""
