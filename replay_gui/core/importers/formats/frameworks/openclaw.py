"""OpenClaw telemetry: one JSON object per line with ``type, seq, ts``, of all sessions of one gateway."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, TypeAlias

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.pi import Pi, failure_of
from replay_gui.core.importers.formats.frameworks.openclaw_messages import (
    VOLATILE_WITHIN,
    Conversations,
    SessionEvents,
    call_key,
    conversations_in,
    messages_of,
)
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, ID
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import Line, NotJson, lines, value_of
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import translatable

UNREADABLE_LINES = translatable("lines that are no JSON objects, kept as text")
UNKNOWN_TYPES = translatable("lines of an unknown type, kept as custom events")

_SIGNS = {"type", "seq", "ts"}
_TYPES = ("message.", "agent.", "tool.", "llm.", "session.")
_KNOWN = frozenset({"message.in", "message.out", "agent.start", "agent.end", "tool.start", "tool.end"})
_Ended: TypeAlias = tuple[End, str | None] | None  # (how the run ended, why); None if unknown


class OpenClaw:
    """The importer. A file is one run; calls are matched by the session's key."""

    name = "openclaw"
    title = translatable("OpenClaw telemetry")
    version = 4
    volatile: ClassVar[Mapping[str, str]] = {
        **Pi.volatile,  # of the messages
        "seq": "The number of the line; the order of the lines shows it.",
        "ts": CLOCK,
        "timestamp": CLOCK,
        "durationMs": CLOCK,
        "sessionKey": ID,
        "agentId": ID,
        "messageId": ID,
    }
    volatile_within: ClassVar[Mapping[str, str]] = VOLATILE_WITHIN

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
        found = conversations_in(file.source, file.limits.document, notes)
        yield ImportedRun(
            name=name,
            run_id=name,
            agent="openclaw",
            created=None,
            source={},
            events=_Telemetry(found, notes).events(file.source),
            notes=notes,
        )


class _Telemetry:
    """Reads the lines, and between them, by their times, the messages that agents list at their end."""

    def __init__(self, found: Conversations, notes: ImportNotes) -> None:
        self._run, self._notes = RunBuilder(notes), notes
        self._found = found
        self._messages = deque(found.messages)
        self._sessions: dict[str, SessionEvents] = {}
        self._waiting: dict[tuple[str, str], list[str]] = {}  # (session, tool): ids of the calls without a result
        self._message_ids: dict[str, tuple[str, str]] = {}  # by id of a call: (session, its id in the messages)

    def events(self, source: Source) -> Iterator[ImportedEvent]:
        """Yield the events of the file."""
        run = self._run
        run.agent_init("openclaw", "", {})
        how: _Ended = None
        for line in lines(source):
            if not line.raw.strip():
                continue
            fields = _fields(line, self._notes)
            if fields is None:
                run.context = {"line": line.number}
                self._notes.count(UNREADABLE_LINES)
                run.custom("openclaw/unreadable-line", line.raw.decode("utf-8", "replace"))
            else:
                self._add_messages(milliseconds(fields.get("ts")))
                run.context = {"line": line.number}
                self._line(fields)
                how = _ended(fields, how)
            yield from run.drain()
        self._add_messages(None)
        self._add_open_results()
        if how is not None:
            run.context = {}
            run.end(*how)
        yield from run.drain()

    def _add_messages(self, until: int | None) -> None:
        """Add the messages before this time, in ns since 1970; all if it is None."""
        while self._messages and (until is None or (self._messages[0].time or 0) < until):
            one = self._messages.popleft()
            reader = self._reader(one.session)
            self._run.context = {"line": one.line, "time": None if one.is_earlier else one.time, "session": one.session}
            self._set_subagent(one.session)
            reader.add_session_message(one)

    def _reader(self, session: str) -> SessionEvents:
        if session not in self._sessions:
            volatile = OpenClaw.volatile
            self._sessions[session] = SessionEvents(session, self._run, self._found, self._notes, volatile)
        return self._sessions[session]

    def _set_subagent(self, session: object) -> None:
        if (name := self._found.subagent_of(session)) is not None:
            self._run.context["subagent"] = [name]

    def _line(self, fields: dict[str, Any]) -> None:
        run, kind, session = self._run, str(fields.get("type")), fields.get("sessionKey")
        rest = {key: value for key, value in fields.items() if key != "type" and key not in OpenClaw.volatile}
        if isinstance(about := rest.get("metadata"), dict):
            rest["metadata"] = {key: value for key, value in about.items() if key not in OpenClaw.volatile}
        run.context |= {
            "time": milliseconds(fields.get("ts")),
            "session": session,
            "agent": fields.get("agentId"),
            "source_seq": fields.get("seq"),
        }
        self._set_subagent(session)
        duration = milliseconds(fields.get("durationMs"))
        match kind:
            case "message.in":
                content = rest.pop("content", None)
                run.unmapped = rest
                run.observation("message", "user", content)
                if isinstance(content, str) and content.strip():
                    self._found.inputs.append(content.strip())
            case "message.out":
                content = rest.pop("content", None)
                run.unmapped = rest
                if isinstance(content, str) and content.strip() in self._found.answers:
                    run.bookkeeping("openclaw/message-out", content)
                else:
                    run.decision("message", content)
            case "agent.start" | "agent.end":
                self._agent(kind, fields, rest, duration)
            case "tool.start" if isinstance(rest.get("toolName"), str):
                tool, given = rest.pop("toolName"), rest.pop("params", None)
                call_id = f"line {run.context['line']}"
                self._waiting.setdefault((str(session), tool), []).append(call_id)
                if ids := self._found.calls.get(call_key(session, tool, given)):
                    self._message_ids[call_id] = str(session), ids.popleft()
                run.unmapped = rest
                run.request(call_id, tool, given)
            case "tool.end":
                waiting = self._waiting.get((str(session), str(rest.get("toolName")))) or []
                self._answer(rest, waiting.pop(0) if waiting else None, duration)
            case _:
                if kind not in _KNOWN:
                    self._notes.count(UNKNOWN_TYPES, example=kind)
                run.custom("openclaw/other", {"type": kind, **rest}, duration=duration)

    def _agent(self, kind: str, fields: dict[str, Any], rest: dict[str, Any], duration: int | None) -> None:
        """Add the start or the end of an agent; its prompt and its failure are steps."""
        run, listed = self._run, messages_of(fields)
        if rest.get("messages") == listed:
            del rest["messages"]
        prompt, session = rest.get("prompt"), str(fields.get("sessionKey"))
        if isinstance(prompt, str) and prompt.strip():
            del rest["prompt"]
            if not self._found.has_prompt(session, prompt):
                self._found.add_prompt(session, prompt)  # some versions write the start twice
                self._reader(session).add_prompt(prompt, {})
        if kind == "agent.end" and fields.get("success") is False:
            run.error("agent_error", str(rest.get("error") or "the agent failed"), "agent")
        run.bookkeeping(f"openclaw/{kind.replace('.', '-')}", rest, duration=duration)

    def _answer(self, rest: dict[str, Any], call_id: str | None, duration: int | None) -> None:
        """Add the end of the session's oldest open call of this tool; the line does not name the call."""
        failed, error = rest.get("success") is False, rest.get("error")
        output = next((rest[key] for key in ("result", "output") if key in rest), None)
        taken = ("toolName", "success", "error", "result", "output")
        more = {key: value for key, value in rest.items() if key not in taken}
        reason = (first_line(error) or "failed") if failed else None
        if call_id is None or (error is not None and not failed):
            more |= {key: rest[key] for key in ("toolName", "error") if rest.get(key) is not None}
        if rest.get("success") not in (True, False, None):
            more["success"] = rest["success"]
        if "result" in rest and "output" in rest:
            more["output"] = rest["output"]
        if (told := self._result_of(call_id)) is not None:
            said, why, about = told
            more |= about if output in (None, said) else {**about, "content": said}
            output, reason = (said if output is None else output), reason or why
        self._run.unmapped = more
        name, message = rest.get("toolName"), str(error or reason or "failed")
        self._run.end_call(call_id, output, error=reason, message=message, tool_name=name, duration=duration)

    def _result_of(self, call_id: str | None) -> tuple[Any, str | None, dict[str, Any]] | None:
        """Return (output, why it failed, the other members) of a call's result in the messages; None without one."""
        key = self._message_ids.pop(call_id, None) if call_id is not None else None
        result = self._found.results.get(key) if key is not None else None
        if key is None or result is None:
            return None
        output = content_of(result.get("content")) or None
        call = self._run.call(call_id)
        name = None if call is None else call.tool_name
        rest = self._reader(key[0]).rest(result, "role", "content", "isError", toolName=name)
        return output, failure_of(result, output), rest

    def _add_open_results(self) -> None:
        """Add the results of calls whose end has no line."""
        for (session, _), ids in self._waiting.items():
            for call_id in ids:
                if (told := self._result_of(call_id)) is not None:
                    output, why, about = told
                    self._run.context = {"session": session}
                    self._set_subagent(session)
                    self._run.unmapped = about
                    self._run.end_call(call_id, output, error=why)


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
