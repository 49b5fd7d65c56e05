"""Convert token counts to OpenAI's names, which the reader of chat messages knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_usage(counts: object, *, sent: tuple[str, ...], received: str, cached: str, reasoning: str = "") -> Any:
    """Return `counts` under OpenAI's names; None if there are no counts.

    The other arguments are names of members of `counts`: the parts of the input (which are added), the output, the
    input from the cache, and the reasoning within the output.
    """
    numbers: Mapping[str, int] = (
        {name: count for name, count in counts.items() if type(count) is int} if isinstance(counts, Mapping) else {}
    )
    if not any(name in numbers for name in (*sent, received)):
        return None
    usage: dict[str, Any] = {
        "prompt_tokens": sum(numbers.get(name, 0) for name in sent),
        "completion_tokens": numbers.get(received, 0),
    }
    if cached in numbers:
        usage["prompt_tokens_details"] = {"cached_tokens": numbers[cached]}
    if reasoning in numbers:
        usage["completion_tokens_details"] = {"reasoning_tokens": numbers[reasoning]}
    return usage
