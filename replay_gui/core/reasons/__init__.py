"""Why two runs of one task came out differently: what one did that the other did not, and what led to it."""
