"""Read token counts of Anthropic's messages, in sessions of Claude Code and of its SDK."""

from __future__ import annotations

from typing import Any

_SENT_TOKENS = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)  # counted separately


def tokens_of(usage: Any) -> dict[str, int] | None:
    """Return the tokens by sort; None if there are none. The input counts all tokens, cached or not."""
    if not isinstance(usage, dict):
        return None
    counts = {name: count for name, count in usage.items() if type(count) is int}
    sent = [counts[name] for name in _SENT_TOKENS if name in counts]
    tokens = {"input": sum(sent)} if sent else {}
    names = {"output": "output_tokens", "cached": "cache_read_input_tokens"}
    if not any(counts.get(name) for name in (*_SENT_TOKENS, "output_tokens")):
        return None  # as programs write that do not know
    return tokens | {sort: counts[name] for sort, name in names.items() if name in counts}
