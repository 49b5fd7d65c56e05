"""The session of one window: the followed file, recent files, restoration at the next start, undo, and links."""
