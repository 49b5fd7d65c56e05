"""Read tokens, cost and duration of a record, under various member names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replay_gui.core.importers.formats.message_usage import use_of
from replay_gui.core.importers.times import milliseconds, seconds

_HOLDERS = ("usage", "token_usage", "tokenUsage", "usage_metadata")
_COUNTS: Mapping[str, str] = {
    **dict.fromkeys(("prompt_tokens", "input_tokens", "promptTokens", "inputTokens", "tokens_in"), "input_tokens"),
    **dict.fromkeys(("completion_tokens", "output_tokens", "completionTokens", "outputTokens"), "output_tokens"),
    "tokens_out": "output_tokens",
}
_COSTS = ("cost_usd", "total_cost_usd", "cost")  # the last means this only beside tokens
USAGES = (*_HOLDERS, *_COUNTS, "total_tokens", "totalTokens", *_COSTS[:2])
"""Names of members with tokens or cost, which are volatile."""
_MILLISECONDS = ("duration_ms", "latency_ms", "elapsed_ms", "durationMs", "latencyMs")
_SECONDS = (
    *("elapsed_s", "elapsed_seconds", "latency_s", "latency_seconds", "duration_s", "duration_sec"),
    "duration_seconds",
)
LENGTHS = (*_MILLISECONDS, *_SECONDS)
"""Names of members with a duration."""


def use_in(record: dict[str, Any]) -> dict[str, Any]:
    """Return ``tokens`` and ``cost`` of a record, for an event's meta; {} if it has neither."""
    held = next((record[name] for name in _HOLDERS if isinstance(record.get(name), dict)), None)
    cost = next((record[name] for name in _COSTS if record.get(name) is not None), None)
    counts = (
        held
        if held is not None
        else {known: record[name] for name, known in _COUNTS.items() if type(record.get(name)) is int}
    )
    inner = counts.get("cost")
    if cost is None and isinstance(inner, dict):  # of each sort of tokens, and of all
        cost = inner.get("total")
    return use_of(counts, cost)


def length_in(record: dict[str, Any]) -> int | None:
    """Return the duration in a record, in ns; None if it has none."""
    for names, unit in ((_MILLISECONDS, milliseconds), (_SECONDS, seconds)):
        for name in names:
            if length := unit(record.get(name)):
                return length
    return None
