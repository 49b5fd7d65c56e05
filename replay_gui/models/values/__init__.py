"""Models of single values of the state: their history, and which are watched."""
