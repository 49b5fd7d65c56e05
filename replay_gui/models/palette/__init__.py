"""The entries of the command palette, and their search."""
