"""Read tokens and cost of one model answer, in the forms of providers and frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def counted_tokens(usage: Any, names: Mapping[str, str]) -> dict[str, int]:
    """Return the token counts of `usage` by sort. `names`: a member name or path ("details/cached") for each."""
    tokens = {}
    for sort, path in names.items():
        count = usage
        for name in path.split("/"):
            count = count.get(name) if isinstance(count, dict) else None
        if type(count) is int:
            tokens[sort] = count
    return tokens


def use_of(usage: Any, cost: Any = None) -> dict[str, Any]:
    """Return ``tokens`` and ``cost`` of one answer, for meta.

    Anthropic and Bedrock count cache reads and writes beside the input; they are added to it.
    Tokens in, or tokens out, that the usage does not count are unknown, and not 0.
    """
    if not isinstance(usage, dict):
        return {}
    cost = cost if isinstance(cost, int | float) and not isinstance(cost, bool) else None
    counts = {name: value for name, value in usage.items() if type(value) is int}
    read, written = (_first(counts, *names) or 0 for names in (_CACHE_READS, _CACHE_WRITES))
    sent, answered = _first(counts, *_SENT_TOKENS), _first(counts, *_ANSWERED)
    if sent is None and answered is None:
        return {}
    cached = _first(_details(usage, "prompt", "input"), "cached_tokens", "cache_read")
    reasoning = _first(_details(usage, "completion", "output"), "reasoning_tokens", "reasoning")
    if "cache_read_tokens" in counts and counts.get("total_tokens") == (sent or 0) + (answered or 0):  # Agno
        cached, reasoning = read, counts.get("reasoning_tokens", reasoning)
    if "prompt_tokens" not in counts and cached is None and (sent is not None or read or written):
        cached, sent = read, (sent or 0) + read + written
    tokens = {"input": sent, "cached": cached, "output": answered, "reasoning": reasoning}
    return {"tokens": {sort: count for sort, count in tokens.items() if count is not None}, "cost": cost}


_CACHE_READS = ("cache_read_input_tokens", "cache_read_tokens", "cacheReadInputTokens", "cacheRead")
_CACHE_WRITES = ("cache_creation_input_tokens", "cache_creation_tokens", "cacheWriteInputTokens", "cacheWrite")
_SENT_TOKENS = (
    "prompt_tokens",
    "input_tokens",
    "promptTokens",
    "inputTokens",
    "promptTokenCount",
    "input_token_count",
    "input",
)
_ANSWERED = (
    *("completion_tokens", "output_tokens", "completionTokens", "outputTokens", "candidatesTokenCount"),
    *("output_token_count", "output"),
)


def _details(usage: dict[str, Any], *sorts: str) -> dict[str, int]:
    """The parts of a count: ``prompt_tokens_details`` (OpenAI) or ``input_token_details`` (LangChain)."""
    names = [f"{sort}_{tokens}_details" for sort in sorts for tokens in ("tokens", "token")]
    found: dict[str, Any] = next((usage[name] for name in names if isinstance(usage.get(name), dict)), {})
    return {name: value for name, value in found.items() if type(value) is int}


def _first(counts: dict[str, int], *names: str) -> int | None:
    return next((counts[name] for name in names if name in counts), None)


def usage_in(message: dict[str, Any]) -> Any:
    """Return the token usage of a message, from the member of LangChain, AutoGen or a provider."""
    about = message.get("response_metadata")
    about = about if isinstance(about, dict) else {}
    usages = (
        *(message.get(name) for name in ("usage", "models_usage", "usage_metadata", "metrics")),
        about.get("token_usage"),
    )
    return next((usage for usage in (*usages, about.get("usage")) if usage), None)
