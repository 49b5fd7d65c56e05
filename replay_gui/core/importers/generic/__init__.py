"""Logs of no known program, read by a mapping of their members."""
