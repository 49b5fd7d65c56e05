"""Formats of conversations in messages."""
