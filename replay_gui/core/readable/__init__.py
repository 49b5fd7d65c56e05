"""An event as people read it: turns of a conversation, Markdown, code, diffs, trees of values."""
