from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.errors import NotesRefused
from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_notes import RunNotes, read_notes, write_notes
from replay_gui.core.facts.run_outcome import BY_HAND, Outcome


def test_notes_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = notes_beside(tmp_path / "run.rlog")
    assert path.name == "run.rlog.notes.toml"
    for notes in (RunNotes(True), RunNotes(False, 0.25, 'the "right"\nanswer'), RunNotes()):
        write_notes(notes, path)
        assert read_notes(path) == notes


def test_each_run_of_a_file_has_notes_of_its_own(tmp_path: Path) -> None:
    assert notes_beside(tmp_path / "trials.json", "3").name == "trials.json.3.notes.toml"


def test_without_a_file_there_are_no_notes(tmp_path: Path) -> None:
    assert read_notes(tmp_path / "none.toml") == RunNotes()
    assert RunNotes().outcome is None


def test_an_outcome_is_shown_as_set_by_hand() -> None:
    assert RunNotes(False, comment="too slow").outcome == Outcome(False, None, BY_HAND, "too slow")


@pytest.mark.parametrize(
    "text",
    [
        "passed = true",
        "[outcome]\npassed = 1",
        "[outcome]\nscore = nan",
        "[outcome]\nscore = true",
        "[outcome]\nrun = 'x'",
        "[outcome]\ncomment = 3",
        "outcome = 3",
        "[outcome",
        "[[outcome]]\npassed = true",
        "#" * 1_100_000,
        "[outcome]\ncomment = '" + "x" * 3_000 + "'",
        "a = " + "[" * 5_000,
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.notes.toml"
    path.write_text(text)
    with pytest.raises(NotesRefused) as refused:
        read_notes(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
