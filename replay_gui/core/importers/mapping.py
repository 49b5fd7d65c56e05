"""Which member of a record is what: guessed from names, or told by the user, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from blake3 import blake3

PARTS = ("kind", "time", "tool", "input", "output", "id", "parent")
_USUAL: dict[str, tuple[str, ...]] = {
    "kind": ("type", "event", "kind", "event_type", "role", "action", "level"),
    "time": ("timestamp", "time", "ts", "@timestamp", "created_at", "created", "datetime", "date"),
    "tool": ("tool", "tool_name", "toolName", "function", "function_name", "tool.name"),
    "input": ("input", "args", "arguments", "params", "parameters", "request", "query", "prompt", "tool_input"),
    "output": ("output", "result", "response", "content", "message", "text", "observation", "tool_output", "data"),
    "id": ("id", "uuid", "event_id", "span_id", "call_id"),
    "parent": ("parent", "parent_id", "parentId", "parentUuid", "parent_span_id", "caused_by"),
}
# What a kind is about: the first of these that it has in it
_WORDS: dict[str, tuple[str, ...]] = {
    "error": ("error", "exception", "fail", "crash"),
    "response": ("tool_result", "tool_response", "tool_end", "tool.end", "observation", "call_output", "result"),
    "request": ("tool_call", "tool_use", "tool_request", "tool_start", "tool.start", "function_call", "action", "call"),
    "system": ("system",),
    "user": ("user", "human", "input", "prompt"),
    "decision": ("assistant", "agent", "model", "llm", "decision", "thought", "thinking", "completion", "message"),
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """The member for each part, as a name or a path with dots; "" where a record has none."""

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
        """Short hex that tells one mapping from another, for the names of what was made with it."""
        return blake3(repr(asdict(self)).encode()).hexdigest()[:16]

    def take(self, part: str, record: dict[str, Any]) -> Any:
        """The record's value for a part; None where it has none."""
        member: str = getattr(self, part)
        return reach(record, member) if member else None

    def rest(self, record: dict[str, Any]) -> dict[str, Any]:
        """What no part takes."""
        taken = {member.partition(".")[0] for member in self.facts().values()}
        return {key: value for key, value in record.items() if key not in taken}


def reach(record: dict[str, Any], path: str) -> Any:
    """The value at `path`: a member of that very name, else members within members, by dots."""
    if path in record:
        return record[path]
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def guess(records: Sequence[dict[str, Any]]) -> Mapping:
    """The mapping by the usual names: for each part, the first of them that any of the records has."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for part in PARTS:
        for member in _USUAL[part]:
            if member not in taken and any(reach(record, member) is not None for record in records):
                found[part] = member
                taken.add(member)
                break
    return Mapping(**found)


def kind_of(word: Any, found: dict[str, Any]) -> str:
    """What a record is, from its kind in its own words: one of _WORDS, "call" where it is a whole call, or "other"."""
    text = str(word).lower().replace("-", "_") if word is not None else ""
    if found["tool"] and found["input"] is not None and found["output"] is not None:
        return "call"
    for kind, words in _WORDS.items():
        if any(one in text for one in words):
            return kind
    if found["tool"]:
        return "response" if found["output"] is not None else "request"
    return "other"
