"""Marks that are kept beside an index are those of that log and those rules, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.index.index_cache import TABLE, IndexCache
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.marks import kept_marks
from replay_gui.core.reasons.marks.kept_marks import MARKS_FILE, MarksOfRun, keep_marks, read_kept_marks
from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.core.translation.numbers import use_number_signs
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers.kept_indexes import keep
from tests.helpers.logs import write_log

RULES = {"zap": Effect.READS}
FOUND = MarksOfRun(
    marks=(RunMark(MarkKind.LOOP, "again “x”", (EventIndex(3), EventIndex(70_000))),),
    effects={"zap": ToolEffects({Effect.READS: 3, Effect.UNKNOWN: 1}), "get": ToolEffects({Effect.READS: 1}, "so")},
)


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog.open(write_log(tmp_path / "run.rlog"))


@pytest.fixture
def folder(tmp_path: Path, log: EventLog) -> Path:
    """The folder of an index, in which marks are kept."""
    folder = keep(IndexCache(tmp_path / "cache"), log.source.path)
    keep_marks(folder, log, RULES, FOUND)
    return folder


def test_they_are_read_back_for_the_same_rules_alone(folder: Path, log: EventLog) -> None:
    assert read_kept_marks(folder, RULES) == FOUND
    assert read_kept_marks(folder, {}) is None
    keep_marks(folder, log, {}, MarksOfRun(gave_up=True))
    assert read_kept_marks(folder, {}) == MarksOfRun(gave_up=True)
    assert read_kept_marks(folder, RULES) is None


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: _flip(folder / MARKS_FILE),
        lambda folder: (folder / MARKS_FILE).write_bytes(b""),
        lambda folder: (folder / MARKS_FILE).unlink(),
        lambda folder: (folder / TABLE).unlink(),
        lambda folder: folder.chmod(0o777),
    ],
    ids=["damaged", "empty", "gone", "without its index", "others may write"],
)
def test_otherwise_there_are_none(harm: Callable[[Path], object], folder: Path) -> None:
    harm(folder)
    assert read_kept_marks(folder, RULES) is None


def test_those_of_another_version_are_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_marks, "_FORM", "later")
    assert read_kept_marks(folder, RULES) is None


def test_those_of_a_log_that_was_changed_are_not_kept(folder: Path, log: EventLog) -> None:
    (folder / MARKS_FILE).unlink()
    data = bytearray(log.source.path.read_bytes())
    data[-1] ^= 1
    log.source.path.write_bytes(data)
    with EventLog.open(log.source.path) as changed:
        keep_marks(folder, changed, RULES, FOUND)
    assert not (folder / MARKS_FILE).exists()


def test_sentences_of_another_language_are_not_used(folder: Path, log: EventLog) -> None:
    with in_language(ACCENTED):
        assert read_kept_marks(folder, RULES) is None
        keep_marks(folder, log, RULES, MarksOfRun(gave_up=True))
        assert read_kept_marks(folder, RULES) == MarksOfRun(gave_up=True)
    assert read_kept_marks(folder, RULES) is None


def test_numbers_with_other_signs_are_not_used(folder: Path) -> None:
    use_number_signs(".", ",")
    try:
        assert read_kept_marks(folder, RULES) is None
    finally:
        use_number_signs(",", ".")
    assert read_kept_marks(folder, RULES) == FOUND
