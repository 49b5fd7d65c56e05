"""Answers of OpenAI's interfaces as their clients hand them out, read as messages of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def is_answer(value: Any) -> bool:
    """Return whether `value` is an answer of the Responses or of the chat interface, with its usage beside the text."""
    match value:
        case {"object": "response", "output": list()}:
            return True
        case {"object": "chat.completion", "choices": [{"message": dict()}, *_]}:
            return True
    return False


def as_message(answer: dict[str, Any]) -> dict[str, Any]:
    """Return such an answer as a message with `role`, and `content` in parts, or with `tool_calls`."""
    if "choices" in answer:
        choice, *others = answer["choices"]
        about = {
            name: member for name, member in choice.items() if name != "message" and (name, member) != ("index", 0)
        }
        rest = {name: member for name, member in answer.items() if name not in ("object", "choices")}
        return {"role": "assistant", **rest, **about, **choice["message"], "other_choices": others}
    parts = list[Any]()
    for item in answer["output"]:
        is_said = isinstance(item, dict) and item.get("type") == "message" and isinstance(item.get("content"), list)
        parts += item["content"] if is_said else [item]
    rest = {name: member for name, member in answer.items() if name not in ("object", "output")}
    return {**rest, "role": "assistant", "content": parts}


def items_of(answer: dict[str, Any]) -> Iterator[Any]:
    """Yield what an answer of the Responses interface is made of, in its order; the first with what is said of all."""
    about = {name: member for name, member in answer.items() if name not in ("object", "output")}
    for item in answer["output"]:
        kind = item.get("type") if isinstance(item, dict) else None
        if not about or kind not in ("message", "reasoning", "function_call"):
            yield item
            continue
        call = {"role": "assistant", "content": [item]}
        yield {**about, **(call if kind == "function_call" else item)}
        about = {}
    if about:
        yield {"role": "assistant", "content": None, **about}
