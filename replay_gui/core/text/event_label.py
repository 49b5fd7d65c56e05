"""The label of an event in a list, in the user's words; the raw view and JSON show the format's kinds."""

from __future__ import annotations

import re

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import (
    BOOKKEEPING_PREFIX,
    CUSTOM_PREFIX,
    END,
    EXPECTED,
    MODEL_REQUEST,
    OUTCOME,
    WITHHELD_REASONING,
    Kind,
)
from replay_gui.core.text.plain_text import one_line

_MAX_CHARACTERS = 40

KIND_LABELS: dict[str, str] = {
    Kind.AGENT_INIT.value: "Agent",
    Kind.STATE_TRANSITION.value: "State",
    Kind.TOOL_REQUEST.value: "Call",
    Kind.TOOL_RESPONSE.value: "Result",
    Kind.CAPABILITY_DENIED.value: "Denied",
    Kind.OBSERVATION.value: "Input",
    Kind.DECISION.value: "Assistant",
    Kind.MEMORY_WRITE.value: "Memory",
    Kind.MEMORY_READ.value: "Memory read",
    Kind.PATCH_PROPOSAL.value: "Patch",
    Kind.PATCH_APPLIED.value: "Applied",
    Kind.PATCH_REJECTED.value: "Rejected",
    Kind.ERROR.value: "Error",
    Kind.SNAPSHOT.value: "Snapshot",
    OUTCOME: "Outcome",
    END: "End",
    EXPECTED: "Expected",
    MODEL_REQUEST: "Asked model",
    WITHHELD_REASONING: "Thinking",
}
"""By kind, where nothing else of the event is known yet."""

LONGEST_LABEL = "Environment"  # kinds whose label has no name from the log
_SPEAKERS = {
    **dict.fromkeys(("user", "human"), "User"),
    **dict.fromkeys(("system", "developer"), "System"),
    "assistant": "Assistant",
    "environment": "Environment",
    "task": "Task",
    "tool": "Tool",
    "compaction": "Summary",
}
_NOUNS = {
    "User": "user message",
    "Assistant": "assistant message",
    "System": "system message",
    "Thinking": "thought",
    "Plan": "plan",
    "Command": "command",
    "Input": "input",
    "Sample": "sample",
    "Denied": "denial",
    "Agent": "agent's configuration",
    "Memory": "memory write",
    "State": "change of state",
}
_NOUNS_OF_KINDS = {
    Kind.AGENT_INIT.value: "configurations of the agent",
    Kind.STATE_TRANSITION.value: "changes of state",
    Kind.TOOL_REQUEST.value: "calls",
    Kind.TOOL_RESPONSE.value: "results",
    Kind.CAPABILITY_DENIED.value: "denials",
    Kind.OBSERVATION.value: "messages to the agent",
    Kind.DECISION.value: "messages and thoughts of the agent",
    Kind.MEMORY_WRITE.value: "memory writes",
    Kind.MEMORY_READ.value: "memory reads",
    Kind.PATCH_PROPOSAL.value: "patches",
    Kind.PATCH_APPLIED.value: "applied patches",
    Kind.PATCH_REJECTED.value: "rejected patches",
    Kind.ERROR.value: "errors",
    Kind.SNAPSHOT.value: "snapshots",
}
SPEAKING_KINDS = (Kind.OBSERVATION.value, Kind.DECISION.value)  # their events are distinguished by labels
_CUSTOM = {"meta": "Note", "plumbing": "Span"}  # by the last word of a custom kind
_DECISIONS = {"thinking": "Thinking", "plan": "Plan"}
_OBSERVATIONS = {
    "command": "Command",
    "input": "Input",
    "command-output": "Output",
    "sample": "Sample",
    "subagent-message": "Task",
    **dict.fromkeys(("notice", "task-notification"), "Notice"),
}


def kind_label(kind: str, tool: str | None = None) -> str:
    """Return the label of a kind: ``search →`` for a call, ``← search`` for its result, else a word."""
    name = one_line(tool or "", _MAX_CHARACTERS)
    if name and kind == Kind.TOOL_REQUEST.value:
        return f"{name} →"
    if name and kind == Kind.TOOL_RESPONSE.value:
        return f"← {name}"
    if kind in KIND_LABELS:
        return KIND_LABELS[kind]
    last = kind.removeprefix(BOOKKEEPING_PREFIX).removeprefix(CUSTOM_PREFIX).rpartition("/")[2]
    words = re.sub(r"[-_.]", " ", last) or kind
    return _CUSTOM.get(last) or one_line(words[:1].upper() + words[1:], _MAX_CHARACTERS)


def event_noun(event: Event) -> str:
    """Return the noun for the event, for a sentence, without an article: ``user message``, ``error``."""
    label = event_label(event)
    if event.kind in SPEAKING_KINDS:
        return _NOUNS.get(label, f"message of {label}")
    if event.kind in (Kind.TOOL_REQUEST.value, Kind.TOOL_RESPONSE.value) and event.tool:
        what = "call" if event.kind == Kind.TOOL_REQUEST.value else "result"
        return f"{what} of {one_line(event.tool, _MAX_CHARACTERS)}"
    return _NOUNS.get(label) or label.lower()


def events_noun(kind: str | None, label: str | None = None) -> str:
    """Return the noun for all events of a kind, or for those of them with a label: ``user messages``."""
    if label is not None:
        noun = _NOUNS.get(label)
        return f"{noun}s" if noun else f"messages of {one_line(label, _MAX_CHARACTERS)}"
    return _NOUNS_OF_KINDS.get(kind or "") or f"“{kind_label(kind or '')}” events"


def event_label(event: Event) -> str:
    """Return the label of an event: the speaker, the tool's name, or what happened."""
    payload = event.payload
    if event.problem is None and event.kind == Kind.OBSERVATION.value:
        of_type = _OBSERVATIONS.get(str(payload.get("obs_type")))
        source = str(payload.get("source") or "")
        return of_type or _SPEAKERS.get(source.lower()) or one_line(source, _MAX_CHARACTERS) or "Input"
    if event.problem is None and event.kind == Kind.DECISION.value:
        return _DECISIONS.get(str(payload.get("decision_type")), "Assistant")
    if event.problem is None and event.kind == Kind.ERROR.value and payload.get("error_type") == "interrupted":
        return "Interrupted"
    return kind_label(event.kind, event.tool)
