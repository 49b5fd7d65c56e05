"""Formats of spans."""
