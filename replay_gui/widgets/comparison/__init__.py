"""Widgets of the comparison of two runs."""
