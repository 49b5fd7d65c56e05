"""Decode values in LangGraph's checkpoints, and remove what differs between faithful runs."""

from __future__ import annotations

import json
from typing import Any

import msgpack

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.formats.message import Message
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, RECORDER, USAGE
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_of
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.translation.messages import tr, translatable

UNREAD_VALUES = translatable("values in an encoding that is not read, kept as bytes")
OBJECTS = translatable("objects of Python classes, kept as their class and members")

MAX_BLOB_BYTES = 64 << 20  # a larger value is not decoded
_MAX_EXTENSION_DEPTH = 16  # nested msgpack extensions; each level is a nested call in C
REMOVE_ALL = "__remove_all__"
_TOKENS = {"input": "input_tokens", "output": "output_tokens"}
_MESSAGE_MODULE = "langchain_core.messages."
_SPEAKERS = ("user", "assistant", "system", "developer", "tool", "human", "ai")
_BAD_VALUE = (ValueError, TypeError, OverflowError, RecursionError, msgpack.exceptions.UnpackException)

_OF_MESSAGE: dict[str, str] = {
    "id": ID,
    "tool_call_id": ID,
    "usage_metadata": USAGE,
    "usage": USAGE,
    "token_usage": USAGE,
    "system_fingerprint": ID,
    "request_id": ID,
    "created": CLOCK,
    "created_at": CLOCK,
    **dict.fromkeys(("total_duration", "load_duration", "prompt_eval_duration", "eval_duration"), CLOCK),
    **dict.fromkeys(("prompt_eval_count", "eval_count"), USAGE),
}
OF_CHECKPOINT: dict[str, str] = {
    "id": ID,
    "ts": CLOCK,
    "v": RECORDER,
    "channel_versions": ID,
    "versions_seen": ID,
}
OF_METADATA: dict[str, str] = {
    **dict.fromkeys(("parents", "thread_id", "run_id", "checkpoint_id", "checkpoint_ns"), ID),
    "counters_since_delta_snapshot": "Counters of the database; they say nothing about the run.",
}
OF_INTERRUPT: dict[str, str] = {"id": ID, "interrupt_id": ID, "ns": ID}
VOLATILE = {**_OF_MESSAGE, **OF_CHECKPOINT, **OF_METADATA, **OF_INTERRUPT}
"""Members of checkpoints, metadata and messages that differ between faithful runs, with the reason."""


class LangGraphValues:
    """Decode the values of one thread. `where`: the thread's name for error messages."""

    def __init__(self, notes: ImportNotes, where: str) -> None:
        self._notes = notes
        self._where = where
        self._depth = 0

    def decoded(self, kind: Any, raw: Any) -> Any:
        """Return a stored value: msgpack or JSON, according to `kind`.

        Raises ImportRefused if its extensions are nested too deeply."""
        if raw is None or kind in (None, "null", "empty"):
            return None
        raw = raw.encode() if isinstance(raw, str) else bytes(raw) if isinstance(raw, bytes) else str(raw).encode()
        try:
            if kind == "msgpack" and len(raw) <= MAX_BLOB_BYTES:
                return plain(_with_text_keys(self._unpacked(raw)), self._notes)
            if kind == "json" and len(raw) <= MAX_BLOB_BYTES:
                return value_of(raw, self._notes)
        except (*_BAD_VALUE, NotJson):
            pass
        self._notes.count(UNREAD_VALUES, example=str(kind))
        return raw

    def metadata(self, raw: Any) -> Any:
        """Return the metadata of a checkpoint, which is JSON."""
        try:
            return value_of(raw.encode() if isinstance(raw, str) else bytes(raw or b"null"), self._notes)
        except (NotJson, TypeError):
            return None

    def _unpacked(self, raw: bytes) -> Any:
        return msgpack.unpackb(raw, ext_hook=self._object, strict_map_key=False, raw=False)

    def _object(self, _code: int, data: bytes) -> Any:
        """Return the description of a Python object (module, name, arguments); the object is not created."""
        self._notes.count(OBJECTS)
        if self._depth >= _MAX_EXTENSION_DEPTH or self._depth * len(data) > MAX_BLOB_BYTES:  # each level is a copy
            raise ImportRefused(
                tr(
                    "{where}: objects nested deeper than {limit} are not read",
                    where=self._where,
                    limit=_MAX_EXTENSION_DEPTH,
                )
            )
        self._depth += 1
        try:
            unpacked = self._unpacked(data)
        except _BAD_VALUE:
            return data
        finally:
            self._depth -= 1
        match unpacked:
            case [str(module), str(name), value, *_]:
                return {"class": f"{module}.{name}", "value": value}
        return unpacked


def message_of(value: Any) -> dict[str, Any] | None:
    """Return a message in a form that `read_message` reads; None if `value` is not a message."""
    match value:
        case dict() if removed_id(value) is not None:
            return None
        case {"class": str(name), "value": dict(facts)} if name.startswith(_MESSAGE_MODULE):
            return {"lc": 1, "type": "constructor", "id": [name.rpartition(".")[2]], "kwargs": facts}
        case dict() if is_message(value) and "content" in value.get("kwargs", value):
            return value
    return None


def removed_id(value: Any) -> str | None:
    """Return the id of the message that `value` removes from a list (REMOVE_ALL: all messages), else None."""
    match value:
        case {"class": str(name), "value": {"id": str(gone)}} if name.endswith(".RemoveMessage"):
            return gone
        case {"lc": int(), "id": [*_, "RemoveMessage"], "kwargs": {"id": str(gone)}}:
            return gone
        case {"type": "remove", "id": str(gone)}:
            return gone
    return None


def messages_of(value: Any) -> list[dict[str, Any]]:
    """Return the messages in a channel's value or in a write; [] if there are none."""
    messages = [message_of(item) for item in value] if isinstance(value, list) else [message_of(value)]
    return [message for message in messages if message is not None] if None not in messages else []


def messages_within(value: Any) -> list[dict[str, Any]]:
    """Return all messages in a value, also those in its members and items: of agents by name, or given to a node."""
    found = messages_of(value)
    if found and all(_names_a_speaker(message) for message in found):
        return found
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [message for member in members for message in messages_within(member)]


def _names_a_speaker(message: dict[str, Any]) -> bool:
    """Whether a value in the form of a message is one for certain: anything else may have a role, too."""
    return message.get("role") in (None, *_SPEAKERS)


def facts_of(message: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a message in any form."""
    kwargs = message.get("kwargs")
    return kwargs if isinstance(kwargs, dict) else message


def read_langgraph_message(message: dict[str, Any]) -> Message:
    """Read a message. Several of its members repeat a call; it is returned once."""
    facts = facts_of(message)
    if facts.get("tool_calls") and isinstance(facts.get("additional_kwargs"), dict):
        own = {key: value for key, value in facts["additional_kwargs"].items() if key != "tool_calls"}
        facts = {**facts, "additional_kwargs": own}
        message = {**message, "kwargs": facts} if "kwargs" in message else facts
    return read_message(message)


def without_ids(value: Any) -> Any:
    """Return a value without the ids, times and costs of the messages in it; all else is unchanged."""
    if isinstance(value, list):
        return [without_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    for member in ("kwargs", "value"):
        if message_of(value) is not None and isinstance(value.get(member), dict):
            return {**value, member: _compared_part(value[member])}
    if message_of(value) is not None:
        return _compared_part(value)
    return {key: without_ids(member) for key, member in value.items()}


def _compared_part(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a message without ids. The arguments of a call are content, and not changed."""
    compared_part: dict[str, Any] = {}
    for key, value in facts.items():
        if key in _OF_MESSAGE:
            continue
        if key in ("tool_calls", "invalid_tool_calls", "content") and isinstance(value, list):
            compared_part[key] = [_without_id(item) for item in value]
        elif key in ("response_metadata", "additional_kwargs") and isinstance(value, dict):
            compared_part[key] = {
                name: [_without_id(item) for item in member] if isinstance(member, list) else member
                for name, member in value.items()
                if name not in _OF_MESSAGE
            }
        else:
            compared_part[key] = value
    return compared_part


def _without_id(part: Any) -> Any:
    ids = ("id", "tool_use_id", "tool_call_id", "call_id", "signature")
    return {key: value for key, value in part.items() if key not in ids} if isinstance(part, dict) else part


def unwrapped(value: Any) -> Any:
    """Return the members of an object of a Python class; another value unchanged."""
    return value["value"] if isinstance(value, dict) and value.keys() == {"class", "value"} else value


def question_of(value: Any) -> Any:
    """Return the question of an interrupt, without its ids."""
    if isinstance(value, list):
        questions = [question_of(item) for item in value]
        return questions[0] if len(questions) == 1 else questions
    value = unwrapped(value)
    if isinstance(value, dict):
        value = {key: member for key, member in value.items() if key not in OF_INTERRUPT}
        empty_members = {key for key in value if key not in ("resumable", "when") and value[key] is not None}
        return value["value"] if empty_members == {"value"} else value
    return value


def question_text(question: Any) -> str:
    """Return the question of an interrupt as text; one that is no text as JSON."""
    return question if isinstance(question, str) else json.dumps(question, ensure_ascii=False, default=str)


def tokens_of(facts: dict[str, Any]) -> dict[str, int] | None:
    """Return the tokens of one answer; None if the message has none."""
    usage = facts.get("usage_metadata")
    if isinstance(usage, dict):
        parts = {"cached": "input_token_details/cache_read", "reasoning": "output_token_details/reasoning"}
        tokens = counted_tokens(usage, {**_TOKENS, **parts})
        return tokens if tokens.keys() & _TOKENS.keys() else None
    about = facts.get("response_metadata")
    usage = about.get("token_usage") or about.get("usage") if isinstance(about, dict) else None
    if not isinstance(usage, dict):
        return None
    openai = {"input": "prompt_tokens", "output": "completion_tokens"}
    return counted_tokens(usage, openai) or counted_tokens(usage, _TOKENS)


def _with_text_keys(value: Any) -> Any:
    """Return `value` with all keys as text, and times as text, as the log format requires."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else repr(key): _with_text_keys(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_with_text_keys(member) for member in value]
    if isinstance(value, msgpack.Timestamp):
        return value.to_datetime().isoformat()
    return value
