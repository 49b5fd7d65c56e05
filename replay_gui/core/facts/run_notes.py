"""The user's notes on a run: its outcome, and notes on events, in a separate file.

The file is ``RUN.notes.toml`` beside the log, or in the user's folder. One beside a log may come from another person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import NotesRefused
from replay_gui.core.facts.run_note import MAX_NOTES, RunNote, note_of_table, note_table
from replay_gui.core.facts.run_outcome import BY_HAND, Outcome
from replay_gui.core.path_kinds import exists, is_file
from replay_gui.core.text.toml_file import read_toml
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

_MAX_FILE_BYTES = 1 << 20
_MAX_COMMENT_CHARACTERS = 2_000  # of a comment
_TABLE, _LIST = "outcome", "note"
_FIELDS = ("passed", "score", "comment")


@dataclass(frozen=True, slots=True)
class RunNotes:
    """The notes on one run. passed, score: the outcome, None if not set. comment: its reason, or "".

    `notes`: on events, in the order in which they were made.
    """

    passed: bool | None = None
    score: float | None = None
    comment: str = ""
    notes: tuple[RunNote, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """The outcome, in the form of a grader's; None if none is set."""
        if self.passed is None and self.score is None:
            return None
        return Outcome(self.passed, self.score, BY_HAND, self.comment or None)


def read_notes(path: Path) -> RunNotes:
    """Read notes; return empty notes if there is no file.

    Raises:
        NotesRefused: the file is invalid; one line with the place. LogUnreadable: it cannot be read.
    """
    if not exists(path) or not is_file(path):
        return RunNotes()
    try:
        document = read_toml(path, _MAX_FILE_BYTES)
    except ValueError as why:
        raise NotesRefused(tr("{path}: {reason}", path=path, reason=why)) from None
    for name in document:
        if name not in (_TABLE, _LIST):
            raise NotesRefused(
                tr("{place}: {member!r} is not known; notes have [outcome] and [[note]]", place=path, member=name)
            )
    tables = document.get(_LIST, [])
    if not isinstance(tables, list) or len(tables) > MAX_NOTES:
        raise NotesRefused(
            tr("{place}: note is a list of at most {limit} tables", place=path, limit=whole_number(MAX_NOTES))
        )
    notes = tuple(note_of_table(table, str(path)) for table in tables)
    return replace(_notes(document.get(_TABLE, {}), str(path)), notes=notes)


def joined_notes(first: RunNotes, second: RunNotes) -> RunNotes:
    """Return the notes of two files on one run; the outcome of the first file counts, if it has one."""
    verdict = first if first.outcome is not None else second
    return replace(verdict, notes=(*first.notes, *(note for note in second.notes if note not in first.notes)))


def write_notes(notes: RunNotes, path: Path) -> None:
    """Write the file completely or not at all; raise NotWritten if that fails."""
    members = {"passed": notes.passed, "score": notes.score, "comment": notes.comment or None}
    table = {name: value for name, value in members.items() if value is not None}
    document = ({_TABLE: table} if table or not notes.notes else {}) | (
        {_LIST: [note_table(note) for note in notes.notes]} if notes.notes else {}
    )
    write_whole(path, tomli_w.dumps(document, multiline_strings=False).encode())


def _notes(table: Any, where: str) -> RunNotes:
    if not isinstance(table, dict):
        raise NotesRefused(tr("{place}: outcome is not a table", place=where))
    for name in table:
        if name not in _FIELDS:
            raise NotesRefused(
                tr(
                    "{place}: {member!r} is not known; an outcome has {members}",
                    place=where,
                    member=name,
                    members=", ".join(_FIELDS),
                )
            )
    passed, score, comment = table.get("passed"), table.get("score"), table.get("comment", "")
    if passed is not None and not isinstance(passed, bool):
        raise NotesRefused(tr("{place}: passed is true or false", place=where))
    if score is not None and (
        isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score)
    ):
        raise NotesRefused(tr("{place}: score is a number", place=where))
    if not isinstance(comment, str) or len(comment) > _MAX_COMMENT_CHARACTERS:
        raise NotesRefused(
            tr(
                "{place}: comment is a text of at most {limit} characters",
                place=where,
                limit=whole_number(_MAX_COMMENT_CHARACTERS),
            )
        )
    return RunNotes(passed, None if score is None else float(score), comment)
