"""Alignment of two runs: which events belong together, without a table over both whole runs."""
