"""Jobs that run in a worker process."""
