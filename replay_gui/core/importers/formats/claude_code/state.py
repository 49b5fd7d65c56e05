"""The state that the parts of the Claude Code importer share while they read a session."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.claude_code.survey import ClaudeCodeSurvey, text_of
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.translation.messages import translatable

OTHER_BRANCHES = translatable("turns that the user rewound, left out")
LEFT_OUT_LINES = translatable("lines of those turns")
JOINED_LINES = translatable("lines whose predecessor is not in the file, joined to the line before")
REPEATED_LINES = translatable("lines that repeat an earlier line")
UNREADABLE_LINES = translatable("lines that are no JSON object with a type, kept as text")
CUT_LINES = translatable("last lines that are cut off, kept as text")
LONG_LINES = translatable("lines of more than 16 MiB, of which the first is kept")
UNKNOWN_TYPES = translatable("lines of a type that is not known, kept as custom events")
UNKNOWN_BLOCKS = translatable("parts of messages that are not known, kept as they are")
EMPTY_MESSAGES = translatable("messages without content, kept as custom events")
BLANK_LINES = translatable("blank lines")
UNREADABLE_FILES = translatable("files of subagents that cannot be read")
LINKED_FILES = translatable("files of subagents that are links to elsewhere, not read")
BAD_TIMES = translatable("times that cannot be read")


class SessionState:
    """The state of a session that is being read.

    Attributes:
        surveyed: the first pass over the current file. run: the events. notes: what was not understood.
        within: names of the subagents whose file is being read, from the outermost.
        fields: members of the current line other than its message, for the line's first event.
        latest: by subagent, the event before a line without a parent.
        answered: whether a message of the model was read.
        end: how the run ended, according to the lines so far. denied: ids of denied calls.
        stated_duration: the sum of the durations in the results, ns.
        started: by prompt, the calls that start subagents: (seq of the call, name of the subagent).
    """

    def __init__(self, surveyed: ClaudeCodeSurvey, notes: ImportNotes) -> None:
        self.surveyed = surveyed
        self.notes = notes
        self.run = RunBuilder(notes)
        self.within: list[str] = []
        self.fields: dict[str, Any] = {}
        self.latest: dict[str, int] = {}
        self.answered = False
        self.end: tuple[End, str | None] | None = None
        self.stated_duration = 0
        self.denied = set[str]()
        self.started: dict[str, tuple[int, str]] = {}
        self._names: dict[str, int] = {}  # by name, the number of subagents

    @property
    def subagent(self) -> str:
        """The subagent of the current line, as one text; "" for the session's own lines."""
        return "/".join(self.run.context.get("subagent", ()))

    def unique_name(self, name: str) -> str:
        """Return a unique name for another subagent with this name: "Explore", "Explore 2", …"""
        self._names[name] = count = self._names.get(name, 0) + 1
        return name if count == 1 else f"{name} {count}"

    def take_fields(self) -> dict[str, Any] | None:
        """Return the line's members other than its message, for the payload of one event; None the second time."""
        fields, self.fields = self.fields, {}
        return {"fields": fields} if fields else None

    def anchor(self, seq: int) -> None:
        """Make the event `seq` the parent of the next events, on this line and after it."""
        self.run.context["parent"] = seq
        self.latest[self.subagent] = seq

    def custom(self, name: str, data: Any) -> None:
        """Add an event of a custom kind of Claude Code."""
        payload = {**(self.take_fields() or {}), "data": data}
        self.anchor(self.run.add(f"x:claude-code/{name}", payload))


def type_of(block: Any) -> str:
    """Return the type that a part of a message states, else the name of the value's type."""
    return text_of(block, "type") if isinstance(block, dict) else type(block).__name__


def message_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a line with its message and the structured result."""
    return {key: fields[key] for key in ("message", "toolUseResult") if key in fields}
