"""Where two runs part, and why: alignment by content, differences inside events, causes, rules."""
