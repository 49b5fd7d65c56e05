"""One readable line about each event. The cost is bounded: only the beginning of a huge payload is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind, is_custom
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural

MAX_SUMMARY_CHARACTERS = 200
_MAX_VALUE_CHARACTERS = 80  # of one value among several
_MAX_MEMBERS = 5  # of a map that are shown
_PATH_ARGUMENTS = ("file_path", "path")
_MAX_PATH_CHARACTERS = 40  # of a longer path, the last _SHOWN_FOLDERS names are shown
_SHOWN_FOLDERS = 3
_MAX_PARSED_CHARACTERS = 4096  # a longer text is not parsed as JSON

# The first of these members that a map (a tool's input) has is shown without its name.
_TEXT_MEMBERS = ("text", "content", "message", "summary", "answer", "error", "stdout", "title", "result")
_MAIN_ARGUMENTS = (
    "command",
    "cmd",
    "sql",
    "query",
    "file_path",
    "path",
    "url",
    "pattern",
    "prompt",
    "description",
    "code",
)

_DATA_ALONE = {"data"}  # the only member of the payload of imported custom events

Members: TypeAlias = Mapping[str, Any]


def summarize_event(event: Event) -> str:
    """Return what happened as one visible line of at most MAX_SUMMARY_CHARACTERS, without the kind and the tool.

    Never raises, whatever the payload is.
    """
    if event.problem is not None:
        return one_line(event.problem, MAX_SUMMARY_CHARACTERS)
    if is_custom(event.kind) and event.payload.keys() == _DATA_ALONE:
        data = event.payload["data"]
        return one_line(_meta_summary(event.meta) if data is None else summarize_value(data), MAX_SUMMARY_CHARACTERS)
    summary: Callable[[Members], str] = _SUMMARIES.get(event.kind, summarize_value)
    return one_line(summary(event.payload), MAX_SUMMARY_CHARACTERS)


def summarize_value(value: Any) -> str:
    """Return what a value says in a few words; control characters are not yet escaped."""
    match value:
        case None | "" | b"":
            return "nothing"
        case str():
            return _text_summary(value)
        case Mapping():
            return _map_summary(value)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return _list_summary(value)
    return _value_text(value)


def _text_summary(value: str) -> str:
    start = value[: 2 * MAX_SUMMARY_CHARACTERS].lstrip()
    if start[:1] in ("{", "[") and len(value) <= _MAX_PARSED_CHARACTERS:
        try:
            return summarize_value(json.loads(value))
        except (ValueError, RecursionError):
            return start  # text that only looks like JSON
    return start


def _map_summary(value: Members) -> str:
    for name in _TEXT_MEMBERS:
        text = value.get(name)
        if isinstance(text, str) and text:
            return text[: 2 * MAX_SUMMARY_CHARACTERS]
    if len(value) == 1:
        (name, only), *_ = value.items()
        if isinstance(only, Mapping) and only:
            return _map_summary(only)
        return _counted(only, name) or f"{_name_text(name)}: {_value_text(only)}"
    return _members_summary(value)


def _list_summary(value: Sequence[Any]) -> str:
    if not value:
        return "no items"
    first = value[0]
    if isinstance(first, Mapping) and isinstance(text := first.get("text", first.get("content")), str) and text:
        return text[: 2 * MAX_SUMMARY_CHARACTERS]
    if len(value) <= _MAX_MEMBERS and not any(isinstance(item, Mapping | list) for item in value):
        return ", ".join(map(_value_text, value))
    return plural(len(value), "item")


def _members_summary(value: Members) -> str:
    """Return the first members with their names; of a list, only the number of items (3 rows)."""
    if not value:
        return "nothing"
    parts = [
        _counted(member, name) or f"{_name_text(name)}: {_value_text(member)}"
        for name, member in islice(value.items(), _MAX_MEMBERS)
        if name != "ops"
    ]
    return ", ".join(parts) + (" …" if len(value) > _MAX_MEMBERS else "")


def _counted(value: Any, name: object) -> str:
    """Return ``3 rows`` for a list whose name is a plural; else ""."""
    is_list_of_name = (
        isinstance(name, str) and len(name) <= _MAX_VALUE_CHARACTERS and name.endswith("s") and isinstance(value, list)
    )
    if not is_list_of_name or (len(value) <= 2 and all(isinstance(item, str) for item in value)):
        return ""
    return f"{len(value):,} {str(name)[:-1] if len(value) == 1 else name}"


def _value_text(value: Any) -> str:
    match value:
        case str():
            return value[:_MAX_VALUE_CHARACTERS] + ("…" if len(value) > _MAX_VALUE_CHARACTERS else "")
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
            return ", ".join(map(_value_text, value))
        case Sequence():
            return plural(len(value), "item")
    return type(value).__name__


def _name_text(name: object) -> str:
    return str(name)[:_MAX_VALUE_CHARACTERS]


def _meta_summary(meta: Members) -> str:
    """Return the tokens, or else the other fields, that the meta of an event with an empty payload has."""
    tokens, fields = meta.get("tokens"), meta.get("fields", meta.get("usage"))
    if isinstance(tokens, Mapping) and tokens:
        sorts = islice(((sort, count) for sort, count in tokens.items() if type(count) is int), _MAX_MEMBERS)
        return ", ".join(f"{_number_text(count)} {_name_text(sort)}" for sort, count in sorts) + " tokens"
    return summarize_value(fields) if isinstance(fields, Mapping) and fields else "nothing more"


def _number_text(number: int) -> str:
    return f"{number:,}" if number.bit_length() <= 64 else _value_text(number)


# ---- by kind --------------------------------------------------------------------------------------


def _request_summary(payload: Members) -> str:
    arguments = payload.get("input")
    if not isinstance(arguments, Mapping):
        return summarize_value(arguments)
    main = next((name for name in _MAIN_ARGUMENTS if isinstance(arguments.get(name), str)), None)
    if main is None and len(arguments) == 1:
        (name, only), *_ = arguments.items()
        return (
            only[: 2 * MAX_SUMMARY_CHARACTERS] if isinstance(only, str) else f"{_name_text(name)}: {_value_text(only)}"
        )
    if main is None:
        return _members_summary(arguments)
    rest = {name: arguments[name] for name in islice(arguments, _MAX_MEMBERS) if name not in (main, "description")}
    text: str = (
        _path_text(arguments[main]) if main in _PATH_ARGUMENTS else arguments[main][: 2 * MAX_SUMMARY_CHARACTERS]
    )
    return f"{text}, {_members_summary(rest)}" if rest else text


def _path_text(path: str) -> str:
    """Return the end of a long path, which says more than its beginning."""
    if len(path) <= _MAX_PATH_CHARACTERS:
        return path
    folders = path[-2 * MAX_SUMMARY_CHARACTERS :].split("/")
    return (
        "…/" + "/".join(folders[-_SHOWN_FOLDERS:])
        if len(folders) > _SHOWN_FOLDERS
        else path[: 2 * MAX_SUMMARY_CHARACTERS]
    )


def _response_summary(payload: Members) -> str:
    error, output = payload.get("error"), payload.get("output")
    if isinstance(error, str) and error:
        return error[: 2 * MAX_SUMMARY_CHARACTERS]
    if payload.get("success") is False:
        return f"failed: {summarize_value(output)}"
    if isinstance(output, str):
        text = _text_summary(output)
        return next((line for line in text.splitlines() if line.strip()), "nothing")
    return summarize_value(output)


def _summary_of(*names: str, between: str = " · ") -> Callable[[Members], str]:
    def summary(payload: Members) -> str:
        return between.join(summarize_value(payload[name]) for name in names if payload.get(name) not in (None, ""))

    return summary


def _observation_summary(payload: Members) -> str:
    text = summarize_value(payload.get("data"))
    return text if payload.get("obs_type") == "message" else f"{_value_text(payload.get('obs_type'))}: {text}"


def _decision_summary(payload: Members) -> str:
    data, reasoning = payload.get("data"), payload.get("reasoning")
    if isinstance(reasoning, str) and reasoning and not isinstance(data, str):
        return reasoning[: 2 * MAX_SUMMARY_CHARACTERS]
    return summarize_value(data)


def _transition_summary(payload: Members) -> str:
    return summarize_value(payload.get("phase") or payload.get("transition_type"))


def _memory_summary(payload: Members) -> str:
    key = _value_text(payload.get("key"))
    if payload.get("operation") == "delete":
        return f"{key} deleted"
    return f"{key} = {summarize_value(payload['value'])}" if "value" in payload else key


def _proposal_summary(payload: Members) -> str:
    why = payload.get("reasoning") or payload.get("patch_type")
    return f"{_value_text(payload.get('target'))} – {summarize_value(why)}"


def _patch_summary(payload: Members) -> str:
    words = _summary_of("reason", "stage")(payload)
    return f"{_value_text(payload.get('patch_hash'))[:12]}{' · ' if words else ''}{words}"


_SUMMARIES: dict[str, Callable[[Members], str]] = {
    Kind.AGENT_INIT: _summary_of("agent_type", "agent_version", between=" "),
    Kind.STATE_TRANSITION: _transition_summary,
    Kind.TOOL_REQUEST: _request_summary,
    Kind.TOOL_RESPONSE: _response_summary,
    Kind.CAPABILITY_DENIED: _summary_of("capability", "reason"),
    Kind.OBSERVATION: _observation_summary,
    Kind.DECISION: _decision_summary,
    Kind.MEMORY_WRITE: _memory_summary,
    Kind.MEMORY_READ: _memory_summary,
    Kind.PATCH_PROPOSAL: _proposal_summary,
    Kind.PATCH_APPLIED: _patch_summary,
    Kind.PATCH_REJECTED: _patch_summary,
    Kind.ERROR: _summary_of("error_type", "message", between=": "),
    Kind.SNAPSHOT: _summary_of("snapshot_type"),
}
