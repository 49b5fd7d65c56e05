"""Formats of agent frameworks and workflow engines."""
