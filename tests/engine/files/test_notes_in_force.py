from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from replay_gui.core.errors import NotesRefused
from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_note import NoteAnchor, RunNote
from replay_gui.core.facts.run_notes import RunNotes, read_notes, write_notes
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.files.notes_in_force import change_notes, notes_in_force, own_notes
from replay_gui.engine.opening import user_trusted_folders

ANCHOR = NoteAnchor(EventIndex(0), "ab" * 32, "")
MINE, THEIRS = (RunNote(text, ANCHOR, ANCHOR) for text in ("mine", "theirs"))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run.rlog"


def put(notes: RunNotes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_notes(notes, path)


def add(log: Path, note: RunNote, *, beside: bool = False) -> None:
    change_notes(log, "", lambda notes: replace(notes, notes=(*notes.notes, note)), beside=beside)


def test_what_lies_beside_a_log_counts_only_where_its_folder_is_allowed(log: Path) -> None:
    put(RunNotes(passed=True, notes=(THEIRS,)), notes_beside(log))
    put(RunNotes(notes=(MINE,)), own_notes(log))
    unasked = notes_in_force(log)
    assert (unasked.notes, unasked.path) == (RunNotes(notes=(MINE,)), own_notes(log))
    assert (unasked.unused, unasked.unused_count) == (notes_beside(log), 2)
    user_trusted_folders().add(log.parent)
    allowed = notes_in_force(log)
    assert allowed.notes == RunNotes(passed=True, notes=(THEIRS, MINE))
    assert (allowed.path, allowed.unused) == (notes_beside(log), None)


def test_who_keeps_notes_beside_a_log_allows_its_folder(log: Path) -> None:
    add(log, MINE)
    assert not notes_beside(log).exists()
    assert not user_trusted_folders().contains(log.parent)
    add(log, THEIRS, beside=True)
    assert read_notes(notes_beside(log)).notes == (MINE, THEIRS)
    assert not own_notes(log).exists()
    assert user_trusted_folders().contains(log.parent)


def test_a_file_that_does_not_count_is_never_written(log: Path) -> None:
    put(RunNotes(notes=(THEIRS,)), notes_beside(log))
    before = notes_beside(log).read_bytes()
    add(log, MINE, beside=True)
    assert notes_beside(log).read_bytes() == before
    assert read_notes(own_notes(log)).notes == (MINE,)


def test_runs_of_one_file_and_files_of_one_name_have_notes_of_their_own(log: Path, tmp_path: Path) -> None:
    names = {own_notes(log), own_notes(log, "2"), own_notes(tmp_path / "other" / log.name)}
    assert len(names) == 3
    odd = tmp_path / os.fsdecode(b"gr\xdf" + b"x" * 240)
    assert len(os.fsencode(own_notes(odd).name)) < 255


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.write_text("note = 1")])
def test_a_file_that_cannot_be_read_is_a_problem_and_stays(log: Path, make: object) -> None:
    assert callable(make)
    user_trusted_folders().add(log.parent)
    make(notes_beside(log))
    in_force = notes_in_force(log)
    assert in_force.notes == RunNotes()
    if in_force.problem:  # else it is no file, and holds nothing
        with pytest.raises(NotesRefused, match="stays as it is"):
            add(log, MINE)
