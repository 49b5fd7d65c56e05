"""Mappings: which member of a record has which meaning, guessed from its name or given by the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from blake3 import blake3

from replay_gui.core.importers.formats.record_use import use_in

PARTS = ("kind", "time", "tool", "input", "output", "id", "parent")
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "kind": (
        *("role", "type", "event", "kind", "event_type", "eventType", "step_type", "stepType", "interaction_type"),
        *("interactionType", "action", "node", "level"),
    ),
    "time": (
        *("timestamp", "time", "ts", "@timestamp", "created_at", "createdAt", "created", "datetime", "date"),
        "datetime_utc",
        *("start_time", "startTime", "started_at", "startedAt", "eventTime", "event_time"),
        *("start_time_unix_nano", "startTimeUnixNano"),
        *("end_time", "endTime", "ended_at", "endedAt", "finished_at", "completed_at"),
    ),
    "tool": ("tool", "tool_name", "toolName", "function", "function_name", "tool.name"),
    "input": (
        *("input", "args", "arguments", "params", "parameters", "request", "query", "prompt", "tool_input"),
        *("toolInput", "kwargs", "command", "input_data"),
    ),
    "output": (
        *(
            "output",
            "result",
            "response",
            "content",
            "message",
            "text",
            "msg",
            "observation",
            "tool_output",
            "toolOutput",
        ),
        *("data", "value", "output_data", "tool_response"),
    ),
    "id": ("id", "uuid", "event_id", "eventId", "span_id"),
    "parent": ("parent", "parent_id", "parentId", "parentUuid", "parent_span_id", "caused_by"),
}
"""The usual names of each part, the likeliest first."""
OUTPUTS = (*USUAL_NAMES["output"], "error")
"""Names of members that tell what came of a call."""
CALL_IDS = (
    *("tool_use_id", "tool_call_id", "toolCallId", "toolUseId", "call_id", "callId", "callID", "tool_id", "toolId"),
    "action_id",
)
"""Names of the member with the id that connects a result with its call."""
OTHER_IDS = (
    *("session_id", "sessionId", "run_id", "runId", "trace_id", "traceId", "request_id", "requestId", "thread_id"),
    *("conversation_id", "message_id", "messageId", "response_id", "responseId"),
)
"""Names of other ids, which differ between runs."""
SPEAKERS = ("from", "sender", "author", "speaker", "source")
"""Names of the member with the speaker, for records whose kind is only "message"."""
WRAPPERS = ("value", "item", "payload")
"""Names of the member that may wrap a provider's message or call."""
END_TIMES = (
    "end_time_unix_nano",
    "endTimeUnixNano",
    "end_time",
    "endTime",
    "ended_at",
    "endedAt",
    "finished_at",
    "completed_at",
)
_TIMES = frozenset(USUAL_NAMES["time"])
_ENVELOPES = ("data", "details", "payload")
_ENVELOPE_MEMBERS = {*USUAL_NAMES["kind"], *_TIMES, *USUAL_NAMES["id"], *USUAL_NAMES["parent"], *OTHER_IDS, *CALL_IDS}
"""Members that may stand beside an envelope with everything else."""
_MODEL_CALLS = ("llm_call", "llm_request", "model_call", "model_request", "llm.call", "llm.request")
_THOUGHTS = ("thought", "thinking")
_PHASES = ("_start", "_started", "_end", "_complete", "_completed", "_finished")  # of an agent, which says nothing
_ASIDES = ("permission", "approval", "hook")  # about a call, which other records tell
_ANSWERS = ("response", "answer", "reply", "final", "final_answer")
_HOOK = "hook_event_name"
_HOOKS = {
    "PreToolUse": "tool_call",
    "PostToolUse": "tool_result",
    "PostToolUseFailure": "tool_result",
    "UserPromptSubmit": "user",
}
"""Kinds of the records that a program gives to its hooks, as Claude Code and Droid do."""
_OF_MESSAGES = {"content", "parts", "tool_calls"}
# The meaning of a kind: that of the first of these words that it contains
_WORDS: dict[str, tuple[str, ...]] = {
    "error": ("error", "exception", "fail", "crash"),
    "response": (
        *("tool_result", "tool_response", "tool_output", "tool_end", "tool.end", "observation", "call_output"),
        *(
            "post_tool",
            "tool.execution_complete",
            "tool.execution_end",
            "tool_execution_complete",
            "tool_execution_end",
        ),
        *("tool_complete", "tool_finish", "tool.complete", "tool.finish", "function_response", "result"),
    ),
    "request": (
        *(
            "pre_tool",
            "tool_call",
            "tool.execution_start",
            "tool_execution_start",
            "tool_use",
            "tool_request",
            "tool_start",
        ),
        *("tool.start", "function_call", "action", "call"),
    ),
    "system": ("system",),
    "user": ("user", "human", "input", "prompt"),
    "decision": ("assistant", "agent", "model", "llm", "decision", "thought", "thinking", "completion", "message"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """The member for each part, as a name or a path with dots; "" if no member has this part."""

    kind: str = ""
    time: str = ""
    tool: str = ""
    input: str = ""
    output: str = ""
    id: str = ""
    parent: str = ""

    def facts(self) -> dict[str, str]:
        """The parts that have a member."""
        return {part: member for part, member in asdict(self).items() if member}

    @property
    def digest(self) -> str:
        """A short hexadecimal digest, for the names of conversions that were made with this mapping."""
        return blake3(repr(asdict(self)).encode()).hexdigest()[:16]

    def member(self, part: str, record: dict[str, Any]) -> str:
        """Return the name of the member for a part; "" if the record has none.

        It is the member of the mapping, else the first usual name of the part that the mapping does not use.
        """
        own: str = getattr(self, part)
        if not own or value_at_path(record, own) is not None:
            return own
        taken = set(self.facts().values())
        usual = (name for name in USUAL_NAMES[part] if name not in taken and value_at_path(record, name) is not None)
        return next(usual, "")

    def value_of(self, part: str, record: dict[str, Any]) -> Any:
        """Return the record's value for a part; None if it has none."""
        member = self.member(part, record)
        return value_at_path(record, member) if member else None

    def rest(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the members that belong to no part."""
        rest = record
        for part in PARTS:
            rest = _without(rest, self.member(part, record))
        return rest


def _without(record: dict[str, Any], path: str) -> dict[str, Any]:
    """Return `record` without the value at a path, and without a parent that becomes empty."""
    if path in record:
        return {key: value for key, value in record.items() if key != path}
    name, _, within = path.partition(".")
    if not within or not isinstance(record.get(name), dict):
        return record
    inner = _without(record[name], within)
    return {key: inner if key == name else value for key, value in record.items() if key != name or inner}


def value_at_path(record: dict[str, Any], path: str) -> Any:
    """Return the value at `path`: a member with exactly this name, else nested members, separated by dots."""
    if path in record:
        return record[path]
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _of_hook(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record that was given to a hook with its kind in the usual words; others are returned unchanged."""
    event = record.get(_HOOK)
    if not isinstance(event, str) or "type" in record:
        return record
    failed = {"is_error": True} if event == "PostToolUseFailure" else {}
    return {"type": _HOOKS.get(event, event), **failed, **_without(record, _HOOK)}


def with_inner_message(record: dict[str, Any]) -> dict[str, Any]:
    """Return `record` with the members of its ``message`` moved up, unless that is a provider's message.

    Members of ``data``, ``details`` or ``payload`` are moved up if they have the record's time, and only kinds stand
    beside them; or if they name a tool or count tokens, and only kinds, times and ids stand beside them.
    """
    record = _of_hook(record)
    for name in _ENVELOPES:
        data, beside = record.get(name), record.keys() - {name}
        if not isinstance(data, dict):
            continue
        has_all = (beside <= set(USUAL_NAMES["kind"]) and data.keys() & _TIMES) or (
            beside <= _ENVELOPE_MEMBERS and beside and (_names_tool(data) or use_in(data))
        )
        if has_all:
            moved = {f"{name}.{key}" if key in record else key: value for key, value in data.items()}
            return {**moved, **_without(record, name)}
    inner = record.get("message")
    if not isinstance(inner, dict) or ("role" in inner and inner.keys() & _OF_MESSAGES):
        return record
    outer = {key: value for key, value in record.items() if key != "message"}
    return {**outer, **{f"message.{key}" if key in outer else key: value for key, value in inner.items()}}


def _names_tool(record: dict[str, Any]) -> bool:
    return any(isinstance(record.get(name), str) for name in USUAL_NAMES["tool"])


def guess_mapping(records: Sequence[dict[str, Any]]) -> Mapping:
    """Return the mapping by usual names: for each part, the first usual name in any of the records."""
    records = [with_inner_message(record) for record in records]
    taken: set[str] = set()
    members: dict[str, str] = {}
    for part in PARTS:
        for member in USUAL_NAMES[part]:
            if member not in taken and any(value_at_path(record, member) is not None for record in records):
                members[part] = member
                taken.add(member)
                break
    return Mapping(**members)


def is_usual_kind(word: Any) -> bool:
    """Return whether a kind is exactly one of the known words, and so adds no information."""
    return isinstance(word, str) and any(word.lower().replace("-", "_") in words for words in _WORDS.values())


def kind_of(word: Any, parts: dict[str, Any]) -> str:
    """Return the meaning of a record's kind: one of _WORDS, or another word.

    The others: "call" of a tool with its result, "model" for a call of a model, "answer", "thought" for a text that is
    one, or "other".
    """
    text = str(word).lower().replace("-", "_") if word is not None else ""
    if parts["tool"] and parts["input"] is not None and parts["output"] is not None:
        return "call"
    if any(part in text for part in _MODEL_CALLS):
        return "model"
    if text in _ANSWERS and not parts["tool"]:
        return "answer"
    if any(part in text for part in _ASIDES) and not any(part in text for part in _WORDS["error"]):
        return "other"
    is_text = isinstance(parts["output"], str)
    for kind, words in _WORDS.items():
        if any(part in text for part in words):
            is_thought = is_text and kind == "decision" and any(part in text for part in _THOUGHTS)
            is_phase = not is_text and kind == "decision" and text.endswith(_PHASES)
            return "thought" if is_thought else "other" if is_phase else kind
    if parts["tool"]:
        return "response" if parts["output"] is not None else "request"
    return "other"


def is_of_tool(word: Any) -> bool:
    """Whether a kind means a call of a tool or its result; the record's name is then the tool's name."""
    text = str(word).lower()
    return text == "tool" or ("tool" in text and kind_of(word, dict.fromkeys(PARTS)) in ("request", "response"))
