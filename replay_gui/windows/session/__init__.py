"""What one window keeps of a session: the file that it follows, what was open, what can be undone, and links to it."""
