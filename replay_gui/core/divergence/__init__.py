"""The points at which two runs diverge, and why: alignment by content, differences inside events, causes, rules."""
