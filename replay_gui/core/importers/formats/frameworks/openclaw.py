"""OpenClaw telemetry: one JSON object per line with ``type, seq, ts``, of all sessions of one gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, TypeAlias

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, ID
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import Line, NotJson, lines, value_of
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.source import Source

UNREADABLE_LINES = "lines that are no JSON objects, kept as text"
UNKNOWN_TYPES = "lines of an unknown type, kept as custom events"

_SIGNS = {"type", "seq", "ts"}
_TYPES = ("message.", "agent.", "tool.", "llm.", "session.")
_KNOWN = frozenset({"message.in", "message.out", "agent.start", "agent.end", "tool.start", "tool.end"})
_Ended: TypeAlias = tuple[End, str | None] | None  # (how the run ended, why); None if unknown


class OpenClaw:
    """The importer. A file is one run; calls are matched by the session's key."""

    name = "openclaw"
    title = "OpenClaw telemetry"
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        "seq": "The number of the line; the order of the lines shows it.",
        "ts": CLOCK,
        "timestamp": CLOCK,
        "durationMs": CLOCK,
        "sessionKey": ID,
        "agentId": ID,
        "messageId": ID,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with a line of OpenClaw's types among its first lines."""
        return any(
            isinstance(line, dict) and line.keys() >= _SIGNS and str(line["type"]).startswith(_TYPES)
            for line in file.first_lines
        )

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the file as one run, named by the file."""
        notes = ImportNotes()
        name = file.stem
        yield ImportedRun(
            name=name,
            run_id=name,
            agent="openclaw",
            created=None,
            source={},
            events=_events(file.source, notes),
            notes=notes,
        )


def _events(source: Source, notes: ImportNotes) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    run.agent_init("openclaw", "", {})
    how: _Ended = None
    calls: dict[tuple[str, str], list[str]] = {}  # (session, tool): ids of the calls without a result
    for line in lines(source):
        if not line.raw.strip():
            continue
        run.context = {"line": line.number}
        fields = _fields(line, notes)
        if fields is None:
            notes.count(UNREADABLE_LINES)
            run.custom("openclaw/unreadable-line", line.raw.decode("utf-8", "replace"))
        else:
            _line(run, notes, fields, calls)
            how = _ended(fields, how)
        yield from run.drain()
    if how is not None:
        run.context = {}
        run.end(*how)
        yield from run.drain()


def _ended(fields: dict[str, Any], before: _Ended) -> _Ended:
    """Return how the newest agent ended, if no other event followed."""
    match fields.get("type"), fields.get("success"):
        case "agent.end", True:
            return "answered", None
        case "agent.end", False:
            return "crash", first_line(fields.get("error")) or None
        case "agent.start" | "message.in" | "agent.end", _:
            return None
    return before


def _fields(line: Line, notes: ImportNotes) -> dict[str, Any] | None:
    try:
        value = None if line.too_long else value_of(line.raw, notes)
    except NotJson:
        return None
    return value if isinstance(value, dict) else None


def _line(run: RunBuilder, notes: ImportNotes, fields: dict[str, Any], calls: dict[tuple[str, str], list[str]]) -> None:
    kind, session = str(fields.get("type")), fields.get("sessionKey")
    rest = {key: value for key, value in fields.items() if key != "type" and key not in OpenClaw.volatile}
    if isinstance(about := rest.get("metadata"), dict):
        rest["metadata"] = {key: value for key, value in about.items() if key not in OpenClaw.volatile}
    run.context |= {
        "time": milliseconds(fields.get("ts")),
        "session": session,
        "agent": fields.get("agentId"),
        "source_seq": fields.get("seq"),
    }
    duration = milliseconds(fields.get("durationMs"))
    match kind:
        case "message.in":
            content = rest.pop("content", None)
            run.unmapped = rest
            run.observation("message", "user", content)
        case "message.out":
            content = rest.pop("content", None)
            run.unmapped = rest
            run.decision("message", content)
        case "agent.start" | "agent.end":
            phase = "start" if kind == "agent.start" else "end"
            run.add(Kind.STATE_TRANSITION, {"transition_type": f"agent {phase}", "data": rest}, duration=duration)
        case "tool.start" if isinstance(rest.get("toolName"), str):
            tool, given = rest.pop("toolName"), rest.pop("params", None)
            call_id = f"line {run.context['line']}"
            calls.setdefault((str(session), tool), []).append(call_id)
            run.unmapped = rest
            run.request(call_id, tool, given)
        case "tool.end":
            _answer(run, rest, calls.get((str(session), str(rest.get("toolName")))) or [], duration)
        case _:
            if kind not in _KNOWN:
                notes.count(UNKNOWN_TYPES, example=kind)
            run.custom("openclaw/other", {"type": kind, **rest}, duration=duration)


def _answer(run: RunBuilder, rest: dict[str, Any], waiting: list[str], duration: int | None) -> None:
    """Add the end of the session's oldest open call of this tool; the file does not name the call."""
    call_id = waiting.pop(0) if waiting else None
    failed = rest.get("success") is False
    error = rest.get("error")
    output = next((rest[key] for key in ("result", "output") if key in rest), None)
    more = {
        key: value for key, value in rest.items() if key not in ("toolName", "success", "error", "result", "output")
    }
    reason = (first_line(error) or "failed") if failed else None
    if call_id is None or (error is not None and not failed):
        more |= {key: rest[key] for key in ("toolName", "error") if rest.get(key) is not None}
    if rest.get("success") not in (True, False, None):
        more["success"] = rest["success"]
    if "result" in rest and "output" in rest:
        more["output"] = rest["output"]
    run.unmapped = more
    name, message = rest.get("toolName"), str(error or "failed")
    run.end_call(call_id, output, error=reason, message=message, tool_name=name, duration=duration)
