"""Formats of messages."""
