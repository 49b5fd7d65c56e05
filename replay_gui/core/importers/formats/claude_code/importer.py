"""Claude Code sessions: one JSON object a line, ``<session>.jsonl`` or a subagent's ``agent-*.jsonl``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.claude_code.events import ClaudeCodeEvents
from replay_gui.core.importers.formats.claude_code.survey import Survey, survey
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun

_TREE = {"uuid", "parentUuid", "sessionId"}
_TELLING = {  # types of lines outside the tree, with the keys that nobody else's have
    "file-history-snapshot": {"messageId", "snapshot"},
    "queue-operation": {"operation", "sessionId"},
    "last-prompt": {"lastPrompt", "sessionId"},
    "summary": {"summary", "leafUuid"},
}
# Where the first line is longer than what recognition sees
_LONG_FIRST_LINE = re.compile(rb'\s*\{(?=.*"parentUuid"\s*:)(?=.*"sessionId"\s*:\s*")', re.DOTALL)


class ClaudeCode:
    """The importer. A file is one run: the path that ends at the last leaf; other branches are counted."""

    name = "claude-code"
    title = "Claude Code session"
    version = 2

    def recognises(self, file: ForeignFile) -> bool:
        if not file.first_lines and _LONG_FIRST_LINE.match(file.head):
            return True
        return any(_is_telling(line) for line in file.first_lines)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        source = file.source
        found = survey(source)
        if not found.understood:
            raise ImportRefused(f"{source.path}: no line of a Claude Code session in it")
        notes = ImportNotes()
        name = source.path.stem.encode("utf-8", "replace").decode()
        session = found.session or name
        yield ImportedRun(
            name=name,
            run_id=f"{session}/{found.agent_id}" if found.agent_id else session,
            agent="claude-code",
            created=found.created,
            source=_facts(found),
            events=ClaudeCodeEvents(found, notes).read(source),
            notes=notes,
        )


def _facts(found: Survey) -> dict[str, Any]:
    facts = {"cwd": found.cwd, "git_branch": found.git_branch, "agent_version": found.version, "model": found.model}
    return {name: value for name, value in facts.items() if value}


def _is_telling(line: Any) -> bool:
    if not isinstance(line, dict):
        return False
    kind = line.get("type")
    if not isinstance(kind, str):
        return False
    return line.keys() >= _TREE or (kind in _TELLING and line.keys() >= _TELLING[kind])
