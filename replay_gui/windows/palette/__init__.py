"""The command palette: everything by name."""
