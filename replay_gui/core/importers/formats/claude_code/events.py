"""The second pass over a Claude Code session: the lines in order, and those of its subagents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.formats.claude_code.line_events import LineEvents
from replay_gui.core.importers.formats.claude_code.results import agent_of
from replay_gui.core.importers.formats.claude_code.state import (
    JOINED_LINES,
    LEFT_OUT_LINES,
    LINKED_FILES,
    OTHER_BRANCHES,
    UNREADABLE_FILES,
    SessionState,
)
from replay_gui.core.importers.formats.claude_code.subagents import SubagentFile
from replay_gui.core.importers.formats.claude_code.survey import (
    ClaudeCodeSurvey,
    blocks_of,
    fields_of,
    is_result,
    survey_session,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.json_lines import Line, lines
from replay_gui.core.log.source import Source


class ClaudeCodeEvents:
    """Make events of the lines of one session and of its subagents."""

    def __init__(self, surveyed: ClaudeCodeSurvey, notes: ImportNotes, subagents: Iterable[SubagentFile] = ()) -> None:
        self._state = SessionState(surveyed, notes)
        self._lines = LineEvents(self._state)
        self._files = list(subagents)

    def read(self, source: Source, end: int | None = None) -> Iterator[ImportedEvent]:
        """Yield the run's events, up to line number `end`; count what is left out or not understood."""
        surveyed, notes = self._state.surveyed, self._state.notes
        for reason, number in (
            (OTHER_BRANCHES, surveyed.branches),
            (LEFT_OUT_LINES, len(surveyed.left_out)),
            (JOINED_LINES, surveyed.joined),
        ):
            if number:
                notes.count(reason, number)
        self._begin()
        yield from self._state.run.drain()
        yield from self._read_lines(source, surveyed, end)
        for file in list(self._files):  # subagents of calls that are not in the session, or that have no result
            yield from self._read_subagent(file, None)
        if self._state.end is not None:
            self._state.run.context, self._state.run.once = {}, {}
            self._state.run.end(*self._state.end, duration=self._state.stated_duration or None)
        yield from self._state.run.drain()

    def _read_lines(self, source: Source, surveyed: ClaudeCodeSurvey, end: int | None) -> Iterator[ImportedEvent]:
        early: dict[int, list[Line]] = {}  # lines that come before their parent line, by the number of that line
        for line in lines(source):
            if end is not None and line.number >= end:
                break
            if line.number in surveyed.left_out:
                continue
            cause = surveyed.late_causes.get(line.number)
            if cause is not None and cause not in surveyed.left_out:
                early.setdefault(cause, []).append(line)
                continue
            ready = [line]
            while ready:
                line = ready.pop(0)
                yield from self._one_line(line)
                ready += early.pop(line.number, [])
        for waiting in early.values():
            for line in waiting:
                yield from self._one_line(line)

    def _one_line(self, line: Line) -> Iterator[ImportedEvent]:
        fields = fields_of(line, self._state.notes)
        subagents = [] if fields is None or not self._files else list(self._subagents_of_results(fields))
        works_on = fields is not None and _is_launched(fields.get("toolUseResult"))
        if not works_on:
            yield from self._read_subagents(subagents)
        self._lines.add(line, fields)
        yield from self._state.run.drain()
        if works_on:
            yield from self._read_subagents(subagents)

    def _begin(self) -> None:
        surveyed = self._state.surveyed
        settings = {"session_id": surveyed.session, "cwd": surveyed.cwd, "git_branch": surveyed.git_branch}
        config = {"model": surveyed.model} if surveyed.model else {}
        meta = {**{name: value or None for name, value in settings.items()}, "agent": surveyed.agent_id or None}
        agent_type = f"{surveyed.agent} subagent" if surveyed.subagent else surveyed.agent
        self._state.run.agent_init(agent_type, surveyed.version, config, time=surveyed.created, **meta)

    # ---- files of subagents ---------------------------------------------------------------------
    def _subagents_of_results(self, fields: dict[str, Any]) -> Iterator[tuple[SubagentFile, int | None]]:
        """Yield the subagents whose result is in the line, with the seq of the call that started them."""
        results = [block for block in blocks_of(fields) if is_result(block)]
        result = fields.get("toolUseResult") if len(results) == 1 else None
        agent_id, workflow = agent_of(result), result.get("runId") if isinstance(result, dict) else None
        for block in results:
            call = self._state.run.call(block["tool_use_id"])
            for file in list(self._files):
                of_it = file.agent_id == agent_id or (file.workflow != "" and file.workflow == workflow)
                if file.tool_use_id == block["tool_use_id"] or (file.tool_use_id is None and of_it):
                    yield file, None if call is None else call.seq

    def _read_subagents(self, files: Iterable[tuple[SubagentFile, int | None]]) -> Iterator[ImportedEvent]:
        for file, parent in files:
            yield from self._read_subagent(file, parent)

    def _read_subagent(self, file: SubagentFile, parent: int | None) -> Iterator[ImportedEvent]:
        if file not in self._files:
            return
        self._files.remove(file)
        if not file.is_inside:
            self._state.notes.count(LINKED_FILES, example=file.path.name)
            return
        session, context = self._state.surveyed, self._state.run.context
        self._state.within.append(self._state.unique_name(file.name or file.agent_id))
        try:
            with Source(file.path) as source:
                self._state.surveyed = survey_session(source)
                for first in self._read_lines(source, self._state.surveyed, None):
                    meta = {"file": file.path.name, **first.meta}
                    if parent is not None:
                        meta.setdefault("parent", parent)
                    yield ImportedEvent(first.kind, first.payload, meta)
        except LogUnreadable:
            self._state.notes.count(UNREADABLE_FILES, example=file.path.name)
        self._state.within.pop()
        self._state.surveyed, self._state.run.context = session, context


def _is_launched(result: Any) -> bool:
    """Return whether a structured result only says that subagents were started, which go on working."""
    return isinstance(result, dict) and (result.get("isAsync") is True or result.get("status") == "async_launched")
