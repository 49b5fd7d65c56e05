"""Jobs about single values of the state, in a worker process."""
