"""A command that runs with the hooks in its processes."""
