"""Codex sessions: rollout files (``session_meta`` first, or bare items), and the stream of ``exec --json``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.codex.events import UNREADABLE_LINES, CodexEvents
from replay_gui.core.importers.formats.codex.survey import survey_session
from replay_gui.core.importers.formats.codex.volatile import OUTPUT_HEADER, VOLATILE
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import NotJson, lines, value_of
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import translatable

_ENVELOPES = frozenset({"session_meta", "turn_context", "response_item", "event_msg", "compacted"})
# For a first line, with the instructions, that is longer than the part read for recognition
_LONG_FIRST_LINE = re.compile(
    rb'\s*\{"timestamp"\s*:\s*"(?P<time>[0-9TZ:.+-]+)"\s*,\s*"type"\s*:\s*"session_meta"\s*,\s*"payload"\s*:\s*\{'
    rb'[^{}]*?"id"\s*:\s*"(?P<id>[0-9A-Za-z_-]+)"'
)
_BARE_ITEMS = ("message", "reasoning")


class Codex:
    """The importer. A file is one run.

    Attributes:
        volatile: members that are not compared, with the reason.
    """

    name = "codex"
    title = translatable("Codex session")
    version = 13
    volatile: ClassVar[Mapping[str, str]] = {**VOLATILE, **OUTPUT_HEADER}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with a rollout's line among its first three, or a very long first line that begins like one."""
        if not file.first_lines and _LONG_FIRST_LINE.match(file.head):
            return True
        return any(map(_is_session_line, file.first_lines[:3]))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the rollout as one run, named by the file."""
        name = file.stem
        session, created = _identity(file.first_lines)
        if not file.first_lines and (long := _LONG_FIRST_LINE.match(file.head)):
            session, created = long["id"].decode(), iso_time(long["time"].decode())
        notes = ImportNotes(file.notes)
        events = _events(file.source, notes)
        yield ImportedRun(
            name=name, run_id=session or name, agent="codex", created=created, source={}, events=events, notes=notes
        )


def _is_session_line(line: Any) -> bool:
    match line:
        case {"type": str(kind), "payload": dict(), "timestamp": str()}:
            return kind in _ENVELOPES
        case {"type": "session_meta", "payload": {"id": str(), "cwd": str()}}:  # shortened, without times
            return True
        case {"type": "thread.started", "thread_id": str()}:
            return True
        case {"id": str(), "timestamp": str(), "instructions": _}:
            return True
    return False


def _identity(first: tuple[Any, ...]) -> tuple[str, int | None]:
    """Return (the session's id, its start in ns since 1970 or None) from the first lines."""
    for line in first:
        match line:
            case {"type": "session_meta", "payload": {"id": str(session)} as meta}:
                return session, iso_time(meta.get("timestamp"))
            case {"type": "thread.started", "thread_id": str(session)}:
                return session, None
            case {"id": str(session), "timestamp": str(began), "instructions": _}:
                return session, iso_time(began)
    return "", None


def _events(source: Source, notes: ImportNotes) -> Iterator[ImportedEvent]:
    events = CodexEvents(notes, survey_session(source))
    for line in lines(source):
        if not line.raw.strip():
            continue
        try:
            value = None if line.too_long else value_of(line.raw, notes)
        except NotJson:
            value = None
        events.run.context = {"line": line.number}
        if not isinstance(value, dict):
            notes.count(UNREADABLE_LINES)
            events.begin({})
            events.run.custom("codex/unreadable-line", line.raw.decode("utf-8", "replace"))
        else:
            events.line(value, line.number, bare=_is_bare(value))
        yield from events.run.drain()
    events.begin({})
    events.finish()
    yield from events.run.drain()


def _is_bare(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    if "payload" in value or not isinstance(kind, str):
        return False
    return kind in _BARE_ITEMS or kind.endswith(("_call", "_call_output"))
