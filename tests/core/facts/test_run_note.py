from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from replay_gui.core.errors import NotesRefused
from replay_gui.core.facts.run_note import NoteAnchor, RunNote, anchor_of, place_of
from replay_gui.core.facts.run_notes import RunNotes, read_notes, write_notes
from replay_gui.core.log.chain import digest
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.recorder.recorder import Recorder

HASH = "ab" * 32
ANCHOR = NoteAnchor(EventIndex(3), HASH, "cd" * 32, "", "ef" * 32)


def recorded(path: Path, *words: str) -> EventLog:
    """A log whose event 0 is the agent's, and event n says the n-th text."""
    with Recorder(path, agent_type="a", agent_version="1", config={}, run_id="r") as run:
        for text in words:
            run.decision("message", text)
    return EventLog.open(path)


def contents(log: EventLog) -> NDArray[np.void]:
    return np.frombuffer(b"".join(digest(event.content) for event in log), "V32")


def place(anchor: NoteAnchor, log: EventLog) -> EventIndex | None:
    return place_of(anchor, len(log), log.__getitem__, lambda: contents(log))


def anchored(log: EventLog, index: int) -> NoteAnchor:
    return anchor_of(EventIndex(index), len(log), log.__getitem__)


def test_an_event_is_found_where_it_was_without_a_look_at_all_others(tmp_path: Path) -> None:
    with recorded(tmp_path / "a.rlog", "one", "two", "one") as log:
        for index in range(len(log)):
            assert place_of(anchored(log, index), len(log), log.__getitem__, lambda: None) == index


def test_it_is_found_behind_an_inserted_prefix(tmp_path: Path) -> None:
    with recorded(tmp_path / "a.rlog", "one", "two", "three") as log:
        anchor = anchored(log, 2)
    with recorded(tmp_path / "b.rlog", "new", "newer", "one", "two", "three") as log:
        assert place(anchor, log) == 4
        assert place_of(anchor, len(log), log.__getitem__, lambda: None) is None


def test_of_equal_events_it_is_the_one_between_the_same_neighbours(tmp_path: Path) -> None:
    with recorded(tmp_path / "a.rlog", "go", "one", "go", "two", "go", "three") as log:
        anchors = [anchored(log, index) for index in (1, 3, 5)]
    with recorded(tmp_path / "b.rlog", "x", "y", "go", "one", "go", "two", "go", "three") as log:
        assert [place(anchor, log) for anchor in anchors] == [3, 5, 7]


def test_of_events_without_equal_neighbours_it_is_the_nearest(tmp_path: Path) -> None:
    with recorded(tmp_path / "a.rlog", "a", "go", "b", "go", "c") as log:
        anchor = anchored(log, 4)
    with recorded(tmp_path / "b.rlog", "d", "go", "e", "go", "f") as log:
        assert place(anchor, log) == 4


def test_what_a_run_does_not_have_is_not_found(tmp_path: Path) -> None:
    with recorded(tmp_path / "a.rlog", "one") as log:
        anchor = anchored(log, 1)
    with recorded(tmp_path / "b.rlog", "other") as log:
        assert place(anchor, log) is None


def test_notes_are_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "a.notes.toml"
    other = NoteAnchor(EventIndex(9), HASH, "")
    notes = (RunNote("why\n'''\"again\"\\", ANCHOR, ANCHOR), RunNote("", ANCHOR, other, "b.rlog"))
    write_notes(RunNotes(passed=True, notes=notes), path)
    assert read_notes(path) == RunNotes(passed=True, notes=notes)
    write_notes(RunNotes(notes=notes), path)
    assert read_notes(path) == RunNotes(notes=notes)
    write_notes(RunNotes(), path)
    assert read_notes(path) == RunNotes()


@pytest.mark.parametrize(
    "text",
    [
        "note = 1", "[[note]]", "[[note]]\ntext = 1", "[[note]]\nfirst = 1", "[[note]]\nother = 1",
        f'[[note]]\nfirst = {{index = -1, content = "{HASH}"}}', '[[note]]\nfirst = {index = 1, content = "abc"}',
        f'[[note]]\nfirst = {{index = 1, content = "{HASH}", more = 1}}',
        f'[[note]]\nagainst = 1\nfirst = {{index = 1, content = "{HASH}"}}',
        f'[[note]]\ntext = "{"x" * 10_001}"\nfirst = {{index = 1, content = "{HASH}"}}',
    ],
)  # fmt: skip
def test_notes_that_are_not_valid_are_refused_in_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.notes.toml"
    path.write_text(text)
    with pytest.raises(NotesRefused) as why:
        read_notes(path)
    assert str(path) in str(why.value)
    assert "\n" not in str(why.value)
