"""Facts of a run that may be true or false, and how they are counted over many runs."""
