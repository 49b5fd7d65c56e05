"""The calls of a recorded run, and which of them a new call is."""
