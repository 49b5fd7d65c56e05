"""The session of one window: the followed file, restoration at the next start, undo, and links."""
