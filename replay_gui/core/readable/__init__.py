"""Readable forms of an event: turns of a conversation, Markdown, code, diffs, trees of values."""
