"""Formats of traces, which consist of spans."""
