"""What Goose's messages say beside their words: who sees them, what they used, and how calls ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import as_map

SHOWN_TO_BOTH = {"userVisible": True, "agentVisible": True}
_TOKENS = {"input": "inputTokens", "cached": "cacheReadTokens", "output": "outputTokens"}
_READ = ("usage", "inference")


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What a message's ``metadata`` says.

    Attributes:
        is_hidden: only the model sees the message. use: its tokens and cost. model: which one answered.
        rest: the other members, without those that say that the user and the model see it.
    """

    is_hidden: bool
    use: dict[str, Any]
    model: str | None
    rest: dict[str, Any]


def facts_of(message: dict[str, Any]) -> MessageFacts:
    """Return the facts in a message's metadata."""
    whole = message.get("metadata")
    about = whole if isinstance(whole, dict) else {"metadata": whole} if whole else {}
    usage, inference = as_map(about.get("usage")), as_map(about.get("inference"))
    cost = usage.get("cost")
    use = {
        "tokens": counted_tokens(usage, _TOKENS) or None,
        "cost": cost if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
    }
    model = inference.get("resolvedModel") or inference.get("requestedModel")
    is_hidden = about.get("userVisible") is False
    usual = {**SHOWN_TO_BOTH, "userVisible": not is_hidden}
    rest = {name: value for name, value in about.items() if name not in _READ and usual.get(name) != value}
    if provider := inference.get("provider"):
        rest["provider"] = provider
    return MessageFacts(
        is_hidden,
        {name: value for name, value in use.items() if value is not None},
        model if isinstance(model, str) else None,
        rest,
    )


def with_status(value: Any) -> Any:
    """Return a call or a result with its ``status``, which can also stand in the name of its only member."""
    match value:
        case {"Ok": outcome} if len(value) == 1:
            return {"status": "success", "value": outcome if isinstance(outcome, dict) else {"content": outcome}}
        case {"Err": wrong} if len(value) == 1:
            wrong = next(iter(wrong.values())) if isinstance(wrong, dict) and len(wrong) == 1 else wrong
            return {"status": "error", "error": wrong if isinstance(wrong, str) else json.dumps(wrong)}
    return value


def output_of(content: Any) -> tuple[Any, dict[str, Any]]:
    """Return (what the model was given, ``{"for_user": …}`` if the user was shown something else)."""
    parts = content if isinstance(content, list) else []
    own = [part for part in parts if _audience(part) == ["user"]]
    if not own or len(own) == len(parts):
        return content_of(content) or None, {}
    output = content_of([part for part in parts if _audience(part) != ["user"]]) or None
    shown = content_of(own)
    return output, {} if shown == output else {"for_user": shown}


def _audience(part: Any) -> Any:
    return as_map(as_map(part).get("annotations")).get("audience")
