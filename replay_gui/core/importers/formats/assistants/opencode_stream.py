"""The stream of a running OpenCode session: the last state of each message and part, and what only earlier ones say."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeAlias

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.records import first_records, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.translation.messages import translatable

REPLACED = translatable("earlier states of messages and parts, replaced by later lines")
EARLIER = "earlier-state"
"""The member with an earlier state that says something else than a beginning of the later one."""

_RUN = ("step_start", "step_finish", "tool_use", "text", "reasoning", "error")  # types of `run --format json`
_DELTA = "message.part.delta"
_PART, _MESSAGE, _SESSIONS = "message.part.updated", "message.updated", ("session.created", "session.updated")
_NOT_DONE = ("pending", "running")
_EMPTY: tuple[Any, ...] = (None, "", 0, False, [], {})

Volatile: TypeAlias = tuple[Collection[str], Collection[str]]


def is_stream(file: ForeignFile) -> bool:
    """Return whether a file is the stream of a session's events, or the output of ``run --format json``."""
    return any(
        ("aggregate_id" in record and str(record.get("type")).startswith(("session.", "message.")))
        or (record.get("type") in (_PART, _MESSAGE) and isinstance(record.get("properties"), dict))
        or (_is_of_run(record) and "part" in record)
        for record in first_records(file)
    )


def read_stream(
    file: ForeignFile, notes: ImportNotes, volatile: Volatile
) -> tuple[dict[str, Any], list[tuple[int, Any]]]:
    """Return the session and the records of a stream: the last state of each message and part, at its first place.

    `volatile`: names of volatile members, and of those that are volatile at any depth.
    """
    session: dict[str, Any] = {}
    infos: dict[str, dict[str, Any]] = {}
    indexed: dict[str, tuple[int, Any]] = {}
    last: dict[str, Any] = {}
    in_steps = set[str]()  # ids of messages whose steps tell their tokens
    for number, record in numbered_records(file, notes):
        data = record.get("data", record.get("properties")) if isinstance(record, dict) else None  # also before 2.0
        kind = str(record.get("type")) if isinstance(record, dict) else ""
        info = data.get("info") if isinstance(data, dict) else None
        part = data.get("part") if isinstance(data, dict) else None
        kind = re.sub(r"\.\d+$", "", kind)  # version numbers of the events
        state: Any = None
        if isinstance(record, dict) and _is_of_run(record):
            session = session or {"id": record["sessionID"]}
            key, value = _run_record(record, number)
            state = value
        elif kind == _PART and isinstance(part, dict):
            key, value, state = f"part {part.get('id')}", {"part": part, "message": part.get("messageID")}, part
            in_steps |= {str(part.get("messageID"))} if part.get("type") == "step-finish" else set()
        elif kind == _MESSAGE and isinstance(info, dict):
            key, value, state = f"message {info.get('id')}", {"message": info.get("id"), "alone": True}, info
            infos[str(info.get("id"))] = info
        elif kind in _SESSIONS and isinstance(info, dict):
            key, value, session, state = "session", {}, info, info
        elif kind == _DELTA:  # a later state of the part has it
            notes.count(REPLACED)
            continue
        else:
            key, value = f"line {number}", {"line": record}
        if key in last and not _begins(last[key], state, *volatile):
            indexed[f"line {number}"] = number, {"line": {EARLIER: last[key]}}
        if state is not None:
            last[key] = state
        if key in indexed:
            notes.count(REPLACED)
        if key != "session":
            indexed[key] = (indexed[key][0] if key in indexed else number, value)
    for _, value in indexed.values():
        if "line" not in value:
            message = str(value.pop("message", ""))
            value |= {"info": infos.get(message, {}), **value}
            value |= {"alone": message not in in_steps} if "alone" in value else {}
    return session, [(number, value.get("line", value)) for number, value in indexed.values()]


def _is_of_run(record: dict[str, Any]) -> bool:
    """Whether a record is one of the lines that ``opencode run --format json`` prints."""
    content = record.get("error" if record.get("type") == "error" else "part")
    return record.get("type") in _RUN and isinstance(record.get("sessionID"), str) and isinstance(content, dict)


def _run_record(record: dict[str, Any], number: int) -> tuple[str, dict[str, Any]]:
    """Return (key, record) of a line of ``run --format json``: a part of an answer, or an error."""
    info = {"role": "assistant", "time": {"created": record.get("timestamp")}}
    part = record.get("part")
    if record["type"] == "error" or not isinstance(part, dict):
        return f"line {number}", {"info": {**info, "error": record.get("error")}}
    return f"part {part.get('id', number)}", {"info": info, "part": part}


def _begins(earlier: Any, later: Any, volatile: Collection[str], within: Collection[str]) -> bool:
    """Return whether an earlier state says nothing that the later one does not say, but for volatile members."""
    if earlier in _EMPTY or earlier == later:
        return True
    if isinstance(earlier, str) and isinstance(later, str):
        return later.startswith(earlier)
    if isinstance(earlier, list) and isinstance(later, list):
        pairs = zip(earlier, later, strict=False)
        return len(earlier) <= len(later) and all(_begins(one, other, within, within) for one, other in pairs)
    if not isinstance(earlier, dict) or not isinstance(later, dict):
        return False
    return all(
        name in volatile
        or name in within
        or (name == "status" and value in _NOT_DONE)
        or _begins(value, later.get(name), within if name == "input" else volatile, within)
        for name, value in earlier.items()
    )
