"""Find the turns of a conversation in the messages that a model was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from replay_gui.core.importers.formats.message_forms import is_message, read_message


def earlier_turns(messages: Sequence[Any]) -> int:
    """Return the number of messages before the user's last one, if a model answered before it; else 0."""
    roles = [read_message(value).role if is_message(value) else "user" for value in messages]
    last = max((number for number, role in enumerate(roles) if role == "user"), default=0)
    return last if "assistant" in roles[:last] else 0


def is_of_an_agent(content: Any) -> bool:
    """Whether a user message reports an action of another agent of Google ADK."""
    first = content[0] if isinstance(content, list) and content else content
    text = first.get("text") if isinstance(first, dict) else first
    return isinstance(text, str) and text.startswith("For context:")


def before_answers(messages: Sequence[Any]) -> Iterator[Any]:
    """Yield the messages before the first one of a model or a tool."""
    for value in messages:
        if is_message(value) and read_message(value).role in ("assistant", "tool"):
            return
        yield value
