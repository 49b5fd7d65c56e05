"""One line a person can read of each event. Work is bounded: of a huge payload only the beginning is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind, is_custom
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural

MAX_SUMMARY_CHARACTERS = 200  # characters of a summary
_PART = 80  # characters of one value among several
_FIELDS = 5  # members of a map that are looked at
_FILES, _LONG_PATH, _FOLDERS = ("file_path", "path"), 40, 3
_PARSED = 4096  # a text up to this long is looked into for JSON

# What a map says in words, and what a tool's input is about: the first of these that it has stands without its name.
_SAID = ("text", "content", "message", "summary", "answer", "error", "stdout", "title", "result")
_ASKED = ("command", "cmd", "sql", "query", "file_path", "path", "url", "pattern", "prompt", "description", "code")

_BARE = {"data"}  # a payload without anything else, as imported custom events have it

Payload = Mapping[str, Any]


def summarize_event(event: Event) -> str:
    """What happened, without kind and tool, which stand beside it: one visible line, at most LIMIT characters.

    Never raises, whatever the payload is.
    """
    if event.problem is not None:
        return one_line(event.problem, MAX_SUMMARY_CHARACTERS)
    if is_custom(event.kind) and event.payload.keys() == _BARE:
        data = event.payload["data"]
        return one_line(_volatile(event.meta) if data is None else summarize_value(data), MAX_SUMMARY_CHARACTERS)
    say: Callable[[Payload], str] = _SAYINGS.get(event.kind, summarize_value)
    return one_line(say(event.payload), MAX_SUMMARY_CHARACTERS)


def summarize_value(value: Any) -> str:
    """What a value says, in a few words; not yet made visible."""
    match value:
        case None | "" | b"":
            return "nothing"
        case str():
            return _text(value)
        case Mapping():
            return _map(value)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return _list(value)
    return _part(value)


def _text(value: str) -> str:
    start = value[: 2 * MAX_SUMMARY_CHARACTERS].lstrip()
    if start[:1] in ("{", "[") and len(value) <= _PARSED:
        try:
            return summarize_value(json.loads(value))
        except (ValueError, RecursionError):
            return start  # text that only looks like JSON
    return start


def _map(value: Payload) -> str:
    for name in _SAID:
        said = value.get(name)
        if isinstance(said, str) and said:
            return said[: 2 * MAX_SUMMARY_CHARACTERS]
    if len(value) == 1:
        (name, only), *_ = value.items()
        if isinstance(only, Mapping) and only:
            return _map(only)
        return _counted(only, name) or f"{_name(name)}: {_part(only)}"
    return _members(value)


def _list(value: Sequence[Any]) -> str:
    if not value:
        return "no items"
    first = value[0]
    if isinstance(first, Mapping) and isinstance(said := first.get("text", first.get("content")), str) and said:
        return said[: 2 * MAX_SUMMARY_CHARACTERS]
    if len(value) <= _FIELDS and not any(isinstance(item, Mapping | list) for item in value):
        return ", ".join(map(_part, value))
    return plural(len(value), "item")


def _members(value: Payload) -> str:
    """The first members, named; a list that a member counts is only counted (3 rows)."""
    if not value:
        return "nothing"
    parts = [
        _counted(member, name) or f"{_name(name)}: {_part(member)}"
        for name, member in islice(value.items(), _FIELDS)
        if name != "ops"
    ]
    return ", ".join(parts) + (" …" if len(value) > _FIELDS else "")


def _counted(value: Any, name: object) -> str:
    """3 rows, 12 files: a list under a plural name; else nothing."""
    plural = isinstance(name, str) and len(name) <= _PART and name.endswith("s") and isinstance(value, list)
    if not plural or (len(value) <= 2 and all(isinstance(item, str) for item in value)):
        return ""
    return f"{len(value):,} {str(name)[:-1] if len(value) == 1 else name}"


def _part(value: Any) -> str:
    match value:
        case str():
            return value[:_PART] + ("…" if len(value) > _PART else "")
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if value.bit_length() <= 64 else f"a number of {value.bit_length():,} bits"
        case float():
            return f"{value:g}"
        case bytes() | bytearray() | memoryview():
            return f"{len(value):,} bytes"
        case Mapping():
            return plural(len(value), "key")
        case Sequence() if 0 < len(value) <= 2 and all(isinstance(item, str) for item in value):
            return ", ".join(map(_part, value))
        case Sequence():
            return plural(len(value), "item")
    return type(value).__name__


def _name(name: object) -> str:
    return str(name)[:_PART]


def _volatile(meta: Payload) -> str:
    """Of an event whose payload says nothing: the tokens it tells of, else what else its line said."""
    tokens, fields = meta.get("tokens"), meta.get("fields", meta.get("usage"))
    if isinstance(tokens, Mapping) and tokens:
        sorts = islice(((sort, count) for sort, count in tokens.items() if type(count) is int), _FIELDS)
        return ", ".join(f"{_count(count)} {_name(sort)}" for sort, count in sorts) + " tokens"
    return summarize_value(fields) if isinstance(fields, Mapping) and fields else "nothing more"


def _count(number: int) -> str:
    return f"{number:,}" if number.bit_length() <= 64 else _part(number)


# ---- by kind --------------------------------------------------------------------------------------


def _request(payload: Payload) -> str:
    asked = payload.get("input")
    if not isinstance(asked, Mapping):
        return summarize_value(asked)
    main = next((name for name in _ASKED if isinstance(asked.get(name), str)), None)
    if main is None and len(asked) == 1:
        (name, only), *_ = asked.items()
        return only[: 2 * MAX_SUMMARY_CHARACTERS] if isinstance(only, str) else f"{_name(name)}: {_part(only)}"
    if main is None:
        return _members(asked)
    rest = {name: asked[name] for name in islice(asked, _FIELDS) if name not in (main, "description")}
    said: str = _file(asked[main]) if main in _FILES else asked[main][: 2 * MAX_SUMMARY_CHARACTERS]
    return f"{said}, {_members(rest)}" if rest else said


def _file(path: str) -> str:
    """Of a long path the end, which tells more than where the user's files are."""
    if len(path) <= _LONG_PATH:
        return path
    folders = path[-2 * MAX_SUMMARY_CHARACTERS :].split("/")
    return "…/" + "/".join(folders[-_FOLDERS:]) if len(folders) > _FOLDERS else path[: 2 * MAX_SUMMARY_CHARACTERS]


def _response(payload: Payload) -> str:
    error, output = payload.get("error"), payload.get("output")
    if isinstance(error, str) and error:
        return error[: 2 * MAX_SUMMARY_CHARACTERS]
    if payload.get("success") is False:
        return f"failed: {summarize_value(output)}"
    if isinstance(output, str):
        said = _text(output)
        return next((line for line in said.splitlines() if line.strip()), "nothing")
    return summarize_value(output)


def _fields(*names: str, between: str = " · ") -> Callable[[Payload], str]:
    def say(payload: Payload) -> str:
        return between.join(summarize_value(payload[name]) for name in names if payload.get(name) not in (None, ""))

    return say


def _observation(payload: Payload) -> str:
    said = summarize_value(payload.get("data"))
    return said if payload.get("obs_type") == "message" else f"{_part(payload.get('obs_type'))}: {said}"


def _decision(payload: Payload) -> str:
    data, reasoning = payload.get("data"), payload.get("reasoning")
    if isinstance(reasoning, str) and reasoning and not isinstance(data, str):
        return reasoning[: 2 * MAX_SUMMARY_CHARACTERS]
    return summarize_value(data)


def _transition(payload: Payload) -> str:
    return summarize_value(payload.get("phase") or payload.get("transition_type"))


def _memory(payload: Payload) -> str:
    key = _part(payload.get("key"))
    if payload.get("operation") == "delete":
        return f"{key} deleted"
    return f"{key} = {summarize_value(payload['value'])}" if "value" in payload else key


def _proposal(payload: Payload) -> str:
    why = payload.get("reasoning") or payload.get("patch_type")
    return f"{_part(payload.get('target'))} – {summarize_value(why)}"


def _patch(payload: Payload) -> str:
    words = _fields("reason", "stage")(payload)
    return f"{_part(payload.get('patch_hash'))[:12]}{' · ' if words else ''}{words}"


_SAYINGS: dict[str, Callable[[Payload], str]] = {
    Kind.AGENT_INIT: _fields("agent_type", "agent_version", between=" "),
    Kind.STATE_TRANSITION: _transition,
    Kind.TOOL_REQUEST: _request,
    Kind.TOOL_RESPONSE: _response,
    Kind.CAPABILITY_DENIED: _fields("capability", "reason"),
    Kind.OBSERVATION: _observation,
    Kind.DECISION: _decision,
    Kind.MEMORY_WRITE: _memory,
    Kind.MEMORY_READ: _memory,
    Kind.PATCH_PROPOSAL: _proposal,
    Kind.PATCH_APPLIED: _patch,
    Kind.PATCH_REJECTED: _patch,
    Kind.ERROR: _fields("error_type", "message", between=": "),
    Kind.SNAPSHOT: _fields("snapshot_type"),
}
