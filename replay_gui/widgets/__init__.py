"""Widgets: what the window is made of."""
