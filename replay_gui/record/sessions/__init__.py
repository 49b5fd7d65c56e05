"""A recording or a re-run that is in progress in this process."""
