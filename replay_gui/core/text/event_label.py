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
from replay_gui.core.translation.messages import tr, translatable

_MAX_CHARACTERS = 40

KIND_LABELS: dict[str, str] = {
    Kind.AGENT_INIT.value: translatable("Agent"),
    Kind.STATE_TRANSITION.value: translatable("State"),
    Kind.TOOL_REQUEST.value: translatable("Call"),
    Kind.TOOL_RESPONSE.value: translatable("Result"),
    Kind.CAPABILITY_DENIED.value: translatable("Denied"),
    Kind.OBSERVATION.value: translatable("Input"),
    Kind.DECISION.value: translatable("Assistant"),
    Kind.MEMORY_WRITE.value: translatable("Memory"),
    Kind.MEMORY_READ.value: translatable("Memory read"),
    Kind.PATCH_PROPOSAL.value: translatable("Patch"),
    Kind.PATCH_APPLIED.value: translatable("Applied"),
    Kind.PATCH_REJECTED.value: translatable("Rejected"),
    Kind.ERROR.value: translatable("Error"),
    Kind.SNAPSHOT.value: translatable("Snapshot"),
    OUTCOME: translatable("Outcome"),
    END: translatable("End"),
    EXPECTED: translatable("Expected"),
    MODEL_REQUEST: translatable("Asked model"),
    WITHHELD_REASONING: translatable("Thinking"),
}
"""By kind, where nothing else of the event is known yet."""

_INTERRUPTED = translatable("Interrupted")
_SPEAKERS = {
    **dict.fromkeys(("user", "human"), translatable("User")),
    **dict.fromkeys(("system", "developer"), translatable("System")),
    "assistant": translatable("Assistant"),
    "environment": translatable("Environment"),
    "task": translatable("Task"),
    "tool": translatable("Tool"),
    "compaction": translatable("Summary"),
}
_NOUNS = {
    "User": translatable("user message"),
    "Assistant": translatable("assistant message"),
    "System": translatable("system message"),
    "Thinking": translatable("thought"),
    "Plan": translatable("plan"),
    "Command": translatable("command"),
    "Input": translatable("input"),
    "Sample": translatable("sample"),
    "Agent": translatable("agent's configuration"),
    "State": translatable("change of state"),
    "Call": translatable("call"),
    "Result": translatable("result"),
    "Denied": translatable("denial"),
    "Memory": translatable("memory write"),
    "Memory read": translatable("memory read"),
    "Patch": translatable("patch"),
    "Applied": translatable("applied"),
    "Rejected": translatable("rejected"),
    "Error": translatable("error"),
    "Interrupted": translatable("interrupted"),
    "Snapshot": translatable("snapshot"),
    "Outcome": translatable("outcome"),
    "End": translatable("end"),
    "Expected": translatable("expected"),
    "Asked model": translatable("asked model"),
    "Note": translatable("note"),
    "Span": translatable("span"),
}
"""By label, for one event."""

_NOUNS_OF_LABELS = {
    "User": translatable("user messages"),
    "Assistant": translatable("assistant messages"),
    "System": translatable("system messages"),
    "Thinking": translatable("thoughts"),
    "Plan": translatable("plans"),
    "Command": translatable("commands"),
    "Input": translatable("inputs"),
    "Sample": translatable("samples"),
}
"""By label, for all events with it."""

_NOUNS_OF_KINDS = {
    Kind.AGENT_INIT.value: translatable("configurations of the agent"),
    Kind.STATE_TRANSITION.value: translatable("changes of state"),
    Kind.TOOL_REQUEST.value: translatable("calls"),
    Kind.TOOL_RESPONSE.value: translatable("results"),
    Kind.CAPABILITY_DENIED.value: translatable("denials"),
    Kind.OBSERVATION.value: translatable("messages to the agent"),
    Kind.DECISION.value: translatable("messages and thoughts of the agent"),
    Kind.MEMORY_WRITE.value: translatable("memory writes"),
    Kind.MEMORY_READ.value: translatable("memory reads"),
    Kind.PATCH_PROPOSAL.value: translatable("patches"),
    Kind.PATCH_APPLIED.value: translatable("applied patches"),
    Kind.PATCH_REJECTED.value: translatable("rejected patches"),
    Kind.ERROR.value: translatable("errors"),
    Kind.SNAPSHOT.value: translatable("snapshots"),
}
SPEAKING_KINDS = (Kind.OBSERVATION.value, Kind.DECISION.value)  # their events are distinguished by labels
_CUSTOM = {"meta": translatable("Note"), "plumbing": translatable("Span")}  # by the last word of a custom kind
_DECISIONS = {"thinking": translatable("Thinking"), "plan": translatable("Plan")}
_OBSERVATIONS = {
    "command": translatable("Command"),
    "input": translatable("Input"),
    "command-output": translatable("Output"),
    "sample": translatable("Sample"),
    "subagent-message": translatable("Task"),
    **dict.fromkeys(("notice", "task-notification"), translatable("Notice")),
}


_OF_IMPORTERS = (
    translatable("Attachment"),
    translatable("Context"),
    translatable("Damaged"),
    translatable("Earlier"),
    translatable("Entry"),
    translatable("Event"),
    translatable("File history"),
    translatable("Final output"),
    translatable("Grading"),
    translatable("Inherited"),
    translatable("Intermediate"),
    translatable("Item"),
    translatable("Message"),
    translatable("Metric"),
    translatable("Mistake"),
    translatable("Model"),
    translatable("Notification"),
    translatable("Other"),
    translatable("Other branch"),
    translatable("Other version"),
    translatable("Permission"),
    translatable("Progress"),
    translatable("Record"),
    translatable("Repeated"),
    translatable("Repeated line"),
    translatable("Result"),
    translatable("Rewind"),
    translatable("Rewound"),
    translatable("Run"),
    translatable("Session"),
    translatable("Step"),
    translatable("Store"),
    translatable("Subagent"),
    translatable("Title"),
    translatable("Tokens"),
    translatable("Tool call"),
    translatable("Tool calls"),
    translatable("Tool result"),
    translatable("Totals"),
    translatable("Trace"),
    translatable("Turn"),
    translatable("Unreadable"),
    translatable("Unreadable line"),
    translatable("Usage"),
    translatable("Use"),
    translatable("Warning"),
)
"""Labels of custom kinds that several importers write; those of other kinds are names in a log."""

_OWN_LABELS = frozenset(
    (
        *KIND_LABELS.values(),
        *_SPEAKERS.values(),
        *_OBSERVATIONS.values(),
        *_DECISIONS.values(),
        *_CUSTOM.values(),
        *_OF_IMPORTERS,
        _INTERRUPTED,
    )
)


def label_text(label: str) -> str:
    """Return a label in the user's language, for display; one with a name from the log is unchanged.

    Labels themselves are in English, because rules name them.
    """
    return tr(label) if label in _OWN_LABELS else label


def speaking_labels() -> list[str]:
    """Return the labels that events of one kind can have beside that of their kind, in the user's language."""
    return sorted({tr(label) for labels in (_SPEAKERS, _OBSERVATIONS, _DECISIONS) for label in labels.values()})


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
    if event.kind == Kind.TOOL_REQUEST.value and event.tool:
        return tr("call of {tool}", tool=one_line(event.tool, _MAX_CHARACTERS))
    if event.kind == Kind.TOOL_RESPONSE.value and event.tool:
        return tr("result of {tool}", tool=one_line(event.tool, _MAX_CHARACTERS))
    label = event_label(event)
    if label in _NOUNS:
        return tr(_NOUNS[label])
    if event.kind in SPEAKING_KINDS:
        return tr("message of {label}", label=label_text(label))
    return label.lower() if label_text(label) == label else label_text(label)


def events_noun(kind: str | None, label: str | None = None) -> str:
    """Return the noun for all events of a kind, or for those of them with a label: ``user messages``."""
    if label in _NOUNS_OF_LABELS:
        return tr(_NOUNS_OF_LABELS[label])
    if label is not None:
        return tr("messages of {label}", label=one_line(label_text(label), _MAX_CHARACTERS))
    if kind in _NOUNS_OF_KINDS:
        return tr(_NOUNS_OF_KINDS[kind])
    return tr("“{label}” events", label=label_text(kind_label(kind or "")))


def event_label(event: Event) -> str:
    """Return the label of an event: the speaker, the tool's name, or what happened."""
    payload = event.payload
    if event.problem is None and event.kind == Kind.OBSERVATION.value:
        of_type = _OBSERVATIONS.get(str(payload.get("obs_type")))
        source = str(payload.get("source") or "")
        return of_type or _SPEAKERS.get(source.lower()) or one_line(source, _MAX_CHARACTERS) or _OBSERVATIONS["input"]
    if event.problem is None and event.kind == Kind.DECISION.value:
        return _DECISIONS.get(str(payload.get("decision_type")), KIND_LABELS[event.kind])
    if event.problem is None and event.kind == Kind.ERROR.value and payload.get("error_type") == "interrupted":
        return _INTERRUPTED
    return kind_label(event.kind, event.tool)
