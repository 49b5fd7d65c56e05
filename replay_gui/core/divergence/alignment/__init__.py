"""Alignment of two runs: find the events that correspond, without a table over both whole runs."""
