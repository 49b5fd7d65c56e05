"""What a window does with single values of the state."""
