"""Convert OpenCode's messages since 2.0 to the earlier form: a message and its parts."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.records import maps_in


def is_message(record: Any) -> bool:
    """Return whether an exported message has the form since 2.0: a type, and no parts."""
    return (
        isinstance(record, dict)
        and isinstance(record.get("id"), str)
        and isinstance(record.get("type"), str)
        and isinstance(record.get("time"), dict)
        and not record.keys() & {"parts", "info", "role"}
    )


def in_parts(message: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"info", "parts"}`` for a message since 2.0, which has its id, type and data as members."""
    match message["type"]:
        case "user":
            return _of_user(message)
        case "assistant":
            return _of_model(message)
        case "synthetic":
            text = {"type": "text", "synthetic": True, **_without(message, "id", "type", "time")}
            return {"info": {"role": "user", **_only(message, "id", "time")}, "parts": [text]}
    info = {"role": message["type"], **_only(message, "id", "time")}
    return {"info": info, "parts": [_without(message, "id")]}


def _only(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: record[name] for name in names if name in record}


def _without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


def _of_user(message: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "text", "text": message.get("text")}
    files = [{"type": "file", **file} for file in maps_in(message.get("files"))]
    return {"info": {"role": "user", **_without(message, "type", "text", "files")}, "parts": [text, *files]}


def _of_model(message: dict[str, Any]) -> dict[str, Any]:
    info = {"role": "assistant", **_without(message, "type", "content")}
    model, wrong = message.get("model"), message.get("error")
    if isinstance(model, dict):
        info |= {"modelID": model.get("id"), "model": _without(model, "id")}
    if isinstance(wrong, dict):
        info["error"] = {"name": wrong.get("type"), "data": _without(wrong, "type")}
    content = message.get("content")
    parts = [_part(part) for part in maps_in(content)]
    if not isinstance(content, list) or len(parts) < len(content):
        info["content"] = content
    if "tokens" in message:
        parts.append({"type": "step-finish", "reason": message.get("finish"), **_only(message, "tokens", "cost")})
    return {"info": info, "parts": parts}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") == "tool":
        return _tool(part)
    rest, times = _without(part, "state", "time"), part.get("time")
    rest |= {"providerState": part["state"]} if part.get("state") else {}
    return {**rest, "time": _span(times, "created")} if isinstance(times, dict) else rest


def _tool(part: dict[str, Any]) -> dict[str, Any]:
    """Convert a call and its result; the texts of the result are joined."""
    raw_state, times = part.get("state"), part.get("time")
    state = dict(raw_state) if isinstance(raw_state, dict) else {"state": raw_state}
    content, wrong = state.pop("content", None), state.get("error")
    if content is not None:
        texts = [
            item.get("text") for item in maps_in(content) if item.keys() == {"type", "text"} and item["type"] == "text"
        ]
        is_text = isinstance(content, list) and len(texts) == len(content)
        state["output"] = "\n".join(str(text).removesuffix("\n") for text in texts) if is_text else content
    if isinstance(wrong, dict):
        state |= {"error": wrong.get("message"), **({"details": rest} if (rest := _without(wrong, "message")) else {})}
    if isinstance(times, dict):
        state["time"] = _span(times, "ran" if "ran" in times else "created")
    return {
        **_without(part, "id", "name", "state", "time"),
        "callID": part.get("id"),
        "tool": part.get("name"),
        "state": state,
    }


def _span(times: dict[str, Any], begins: str) -> dict[str, Any]:
    return {"start": times.get(begins), "end": times.get("completed")}


def use_of(part: dict[str, Any]) -> dict[str, Any]:
    """Return tokens and cost of one step or message; cache reads and writes count as input.

    OpenCode counts reasoning apart from the output; here it is a part of the output.
    """
    counts = part.get("tokens")
    if not isinstance(counts, dict):
        return {"cost": part.get("cost")}
    cache = counts.get("cache")
    cache = cache if isinstance(cache, dict) else {}
    sums = {key: value for key, value in {**counts, **cache}.items() if type(value) is int}
    read, written = sums.get("read", 0), sums.get("write", 0)
    tokens = {
        "input": sums.get("input", 0) + read + written,
        "cached": read,
        "output": sums.get("output", 0) + sums.get("reasoning", 0),
        "reasoning": sums.get("reasoning", 0),
    }
    return {"tokens": tokens, "cost": part.get("cost")}
