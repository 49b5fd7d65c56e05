"""The calls of a recorded run, and the search for the one that matches a new call."""
