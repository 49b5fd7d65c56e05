"""What can be found and done from the command palette."""
