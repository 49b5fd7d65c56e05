"""The command palette: all actions and places by name."""
