"""Claude Code sessions: ``<session>.jsonl``, a subagent's ``agent-*.jsonl``, or the output as ``stream-json``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.claude_code.events import ClaudeCodeEvents
from replay_gui.core.importers.formats.claude_code.printed import as_lines, is_of_sdk
from replay_gui.core.importers.formats.claude_code.subagents import find_subagents, meta_path
from replay_gui.core.importers.formats.claude_code.survey import ClaudeCodeSurvey, survey_session
from replay_gui.core.importers.formats.claude_code.volatile import BLOCK, FLAGS, LINE, MESSAGE, RESULT
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.translation.messages import tr, translatable

_TREE = {"uuid", "parentUuid", "sessionId"}
_WITHOUT_TREE = ({"sessionId", "timestamp", "message"}, {"sessionId", "cwd", "message"})
_KEYS_OF_TYPE = {  # types of lines outside the tree, with keys that no other program writes
    "file-history-snapshot": {"messageId", "snapshot"},
    "queue-operation": {"operation", "sessionId"},
    "last-prompt": {"lastPrompt", "sessionId"},
    "summary": {"summary", "leafUuid"},
}
_STREAM_TYPES = frozenset({"assistant", "user"})
_ANSWER = {"id", "type", "role", "content", "usage"}  # of the model's API; other programs' lines lack them
_MAX_REWOUND_RUNS = 8
_MAX_SAMPLED_ITEMS = 20  # items of an array, for recognition
# For a first line that is longer than the part read for recognition
_LONG_FIRST_LINE = re.compile(rb'\s*\{(?=.*"parentUuid"\s*:)(?=.*"sessionId"\s*:\s*")', re.DOTALL)


class ClaudeCode:
    """The importer. A file is one run, with its subagents; rewound parts are further runs.

    Attributes:
        volatile: members that are not compared, with the reason.
    """

    name = "claude-code"
    title = translatable("Claude Code session")
    version = 19
    volatile: ClassVar[Mapping[str, str]] = {**LINE, **MESSAGE, **BLOCK, **RESULT, **FLAGS}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with a session's line among its first ones, or a very long first line that begins like one."""
        if not file.first_lines and _LONG_FIRST_LINE.match(file.head):
            return True
        if any(_is_of_another_program(line) for line in file.first_lines):
            return False
        return any(_is_session_line(line) for line in file.first_lines) or _is_printed(file.document)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the files of the session's subagents."""
        session = next((line["sessionId"] for line in file.first_lines if _has_session(line)), "")
        paths = [subagent.path for subagent in find_subagents(file.path, session)]
        return [*paths, *filter(Path.is_file, map(meta_path, paths))]

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the session, then each rewound part as a separate run, at most `_MAX_REWOUND_RUNS` of them."""
        with as_lines(file) as in_lines:
            yield from self._runs_in(in_lines)

    def _runs_in(self, file: ForeignFile) -> Iterator[ImportedRun]:
        source = file.source
        surveyed = survey_session(source)
        if not surveyed.understood:
            raise ImportRefused(tr("{path}: no line of a Claude Code session in it", path=source.path))
        name = source.path.stem.encode("utf-8", "replace").decode()
        yield self._run(file, surveyed, name, None)
        for number in surveyed.rewinds[-_MAX_REWOUND_RUNS:]:
            yield self._run(file, survey_session(source, number), f"{name}-before-line-{number}", number)

    def _run(self, file: ForeignFile, surveyed: ClaudeCodeSurvey, name: str, end: int | None) -> ImportedRun:
        """Return the run up to line number `end`, as it was before the user rewound with this line."""
        notes = ImportNotes(file.notes)
        session = surveyed.session or file.stem
        run_id = f"{session}/{surveyed.agent_id}" if surveyed.agent_id else session
        subagents = find_subagents(file.path, session) if end is None and not surveyed.subagent else []
        return ImportedRun(
            name=name,
            run_id=run_id if end is None else f"{run_id}/before-line-{end}",
            agent=surveyed.agent,
            created=surveyed.created,
            source=_facts(surveyed),
            events=ClaudeCodeEvents(surveyed, notes, subagents).read(file.source, end),
            notes=notes,
        )


def _is_printed(document: Any) -> bool:
    """Return whether a file is the stream as one array, or a record of it over several lines."""
    return any(map(_is_session_line, document[:_MAX_SAMPLED_ITEMS] if isinstance(document, list) else [document]))


def _has_session(line: Any) -> bool:
    return isinstance(line, dict) and isinstance(line.get("sessionId"), str)


def _is_of_another_program(line: Any) -> bool:
    """Return whether a line has a message of a tool; in Claude Code, results are in the user's messages."""
    message = line.get("message") if isinstance(line, dict) else None
    return isinstance(message, dict) and message.get("role") == "tool"


def _facts(surveyed: ClaudeCodeSurvey) -> dict[str, Any]:
    facts = {
        "cwd": surveyed.cwd,
        "git_branch": surveyed.git_branch,
        "agent_version": surveyed.version,
        "model": surveyed.model,
    }
    return {name: value for name, value in facts.items() if value}


def _is_block(block: Any) -> bool:
    """Return whether a part is a call, a result or reasoning as the model's API has it."""
    match block:
        case {"type": "tool_use", "id": str(), "name": str(), "input": _} | {
            "type": "tool_result",
            "tool_use_id": str(),
        }:
            return True
        case {"type": "thinking", "thinking": str(), "signature": str()}:
            return True
    return False


def _is_session_line(line: Any) -> bool:
    if not isinstance(line, dict):
        return False
    kind = line.get("type")
    if is_of_sdk(line):
        return True
    if not isinstance(kind, str):
        return False
    if kind == "result" and isinstance(line.get("subtype"), str) and ("num_turns" in line or "total_cost_usd" in line):
        return True
    if isinstance(line.get("session_id"), str):  # ``claude --output-format stream-json``
        if kind == "system" and line.get("subtype") == "init" and "tools" in line:
            return True
        message = line.get("message") if kind in _STREAM_TYPES else None
        if isinstance(message, dict) and ("parent_tool_use_id" in line or message.keys() >= _ANSWER):
            return True
    message = line.get("message")
    content = message.get("content") if isinstance(message, dict) and message.get("role", kind) == kind else None
    is_shortened = kind in _STREAM_TYPES and "timestamp" in line and "session_id" not in line
    if is_shortened and isinstance(content, list) and any(map(_is_block, content)):
        return True  # shortened, without the session
    is_enveloped = kind in _STREAM_TYPES and any(line.keys() >= members for members in _WITHOUT_TREE)
    if is_enveloped and isinstance(message, dict) and "content" in message:
        return bool(message.get("role", kind) == kind)
    return line.keys() >= _TREE or (kind in _KEYS_OF_TYPE and line.keys() >= _KEYS_OF_TYPE[kind])
