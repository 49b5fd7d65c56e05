"""The comparison of the runs of both sides on the engine thread: made in a worker, then read row by row."""
