"""Widgets that show single values of the state: their history, and those that are watched."""
