"""Texts of an event as people read them, and finding in them."""
