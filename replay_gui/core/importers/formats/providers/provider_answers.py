"""Convert responses of providers' APIs, as their clients return them, to messages of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def is_answer(value: Any) -> bool:
    """Return whether `value` is a response of OpenAI's, Anthropic's, Google's, Amazon's (Converse) or Ollama's API."""
    match value:
        case {"object": "response", "output": list()}:
            return True
        case {"object": "chat.completion", "choices": [{"message": dict()}, *_]}:
            return True
        case {"candidates": [{"content": {"parts": list()}}, *_]}:
            return True
        case {"type": "message", "role": "assistant", "content": list(), "stop_reason": _}:
            return True
        case {"output": {"message": {"role": "assistant", "content": list()}}, "stopReason": _}:
            return True
        case {"message": {"role": "assistant", "content": _}, "done": bool()}:
            return True
    return False


def as_message(answer: dict[str, Any]) -> dict[str, Any]:
    """Return such a response as a message with `role`, and with `content` as parts, or with `tool_calls`."""
    if "candidates" in answer:
        return _of_google(answer)
    if "stopReason" in answer:
        return {**_without(answer, "output"), **answer["output"]["message"]}
    if "done" in answer:
        usage = {"prompt_tokens": answer.get("prompt_eval_count"), "completion_tokens": answer.get("eval_count")}
        return {**_without(answer, "message", *_OF_OLLAMA), "usage": usage, **answer["message"]}
    if "choices" in answer:
        choice, *others = answer["choices"]
        about = {
            name: member for name, member in choice.items() if name != "message" and (name, member) != ("index", 0)
        }
        rest = {name: member for name, member in answer.items() if name not in ("object", "choices")}
        return {"role": "assistant", **rest, **about, **choice["message"], "other_choices": others}
    parts, others = list[Any](), list[dict[str, Any]]()
    for item in answer["output"]:
        is_text = isinstance(item, dict) and item.get("type") == "message" and isinstance(item.get("content"), list)
        parts += item["content"] if is_text else [item]
        others += [_without(item, "id", "content")] if is_text else []
    rest = {name: member for name, member in answer.items() if name not in ("object", "output")}
    unusual = [item for item in others if item != _USUAL_ITEM]
    return {**rest, "role": "assistant", "content": parts, "output_items": unusual}


_USUAL_ITEM = {"type": "message", "role": "assistant", "status": "completed"}


_OF_OLLAMA = (
    *("done", "prompt_eval_count", "eval_count", "total_duration", "load_duration", "prompt_eval_duration"),
    "eval_duration",
)
"""Its clocks and counts, and that the answer is whole."""


def _without(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: member for name, member in answer.items() if name not in names}


def _of_google(answer: dict[str, Any]) -> dict[str, Any]:
    candidate, *others = answer["candidates"]
    about = {name: member for name, member in candidate.items() if name != "content" and (name, member) != ("index", 0)}
    rest = {name: member for name, member in answer.items() if name != "candidates" and name not in _USAGES}
    usage: dict[str, Any] = next((answer[name] for name in _USAGES if isinstance(answer.get(name), dict)), {})
    counts = {sort: next((usage[name] for name in names if name in usage), None) for sort, names in _COUNTS.items()}
    held = candidate["content"]
    unusual = {name: held[name] for name in held if name != "parts" and (name, held[name]) != ("role", "model")}
    message = {
        **rest,
        **about,
        **({"content_members": unusual} if unusual else {}),
        "role": "assistant",
        "content": candidate["content"]["parts"],
        "other_candidates": others,
    }
    if type(counts["sent"]) is not int:
        return message
    thought = counts["thought"] if type(counts["thought"]) is int else 0
    return {
        **message,
        "usage": {
            "prompt_tokens": counts["sent"],
            "completion_tokens": (counts["answered"] if type(counts["answered"]) is int else 0) + thought,
            "prompt_tokens_details": {"cached_tokens": counts["cached"]},
            "completion_tokens_details": {"reasoning_tokens": thought},
        },
    }


_USAGES = ("usage_metadata", "usageMetadata")
_COUNTS = {
    "sent": ("prompt_token_count", "promptTokenCount"),
    "cached": ("cached_content_token_count", "cachedContentTokenCount"),
    "answered": ("candidates_token_count", "candidatesTokenCount"),
    "thought": ("thoughts_token_count", "thoughtsTokenCount"),
}


def items_of(answer: dict[str, Any]) -> Iterator[Any]:
    """Yield the items of a Responses API response; the first one also gets the members of the whole response."""
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
