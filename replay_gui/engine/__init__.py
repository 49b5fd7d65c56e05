"""The engine thread and its worker processes."""
