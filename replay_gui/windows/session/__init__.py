"""What one window keeps of a session: the file that it follows, what was open, and links to it."""
