from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_gui.core.diagnostics import Topic, configure_logging, current_level, error_location, topic_logger
from replay_gui.core.errors import NotWritten


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger("replay_gui")
    before = root.handlers[:], root.level, root.propagate
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:], root.propagate = before[0], before[2]
    root.setLevel(before[1])


def test_lines_are_kept_by_topic_and_go_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "diagnostics.txt"
    recent = configure_logging(file, "info")
    topic_logger(Topic.ENGINE).info("opened %s", "/a/run.rlog")
    topic_logger(Topic.WORKERS).debug("too detailed")
    topic_logger(Topic.CACHE).warning("%d bytes", 12)
    assert [line.split(" ", 2)[2] for line in recent.lines(Topic.ENGINE)] == [
        "INFO replay_gui.engine: opened /a/run.rlog"
    ]
    assert recent.lines(Topic.WORKERS) == ()
    assert [line.rsplit(": ", 1)[1] for line in file.read_text().splitlines()] == ["opened /a/run.rlog", "12 bytes"]


def test_only_the_last_lines_are_kept() -> None:
    recent = configure_logging()
    for n in range(1000):
        topic_logger(Topic.WINDOW).info("line %d", n)
    lines = recent.lines(Topic.WINDOW)
    assert len(lines) == 200
    assert lines[-1].endswith("line 999")


def test_hostile_text_stays_one_visible_line() -> None:
    recent = configure_logging()
    topic_logger(Topic.IMPORTERS).info("%s", "a\nb\x1b[31m\u202e\udcff" + 1000 * "x")
    (line,) = recent.lines(Topic.IMPORTERS)
    assert "a\\nb\\x1b[31m\\u202e\\udcff" in line
    assert len(line) == 501


def test_a_second_call_replaces_the_first(tmp_path: Path) -> None:
    first = configure_logging(tmp_path / "first")
    second = configure_logging(level="error")
    topic_logger(Topic.ENGINE).warning("not severe enough")
    topic_logger(Topic.ENGINE).error("severe")
    assert current_level() == "error"
    assert (first.lines(Topic.ENGINE), len(second.lines(Topic.ENGINE))) == ((), 1)
    assert (tmp_path / "first").read_text() == ""


def test_a_file_that_cannot_be_written_and_an_unknown_level_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="gone"):
        configure_logging(tmp_path / "gone" / "file")
    with pytest.raises(KeyError):
        configure_logging(level="loud")


def test_the_text_of_an_error_is_not_told() -> None:
    try:
        raise ValueError("secret of the log")
    except ValueError as error:
        place = error_location(error)
    assert place.startswith("ValueError in test_the_text_of_an_error_is_not_told (test_diagnostics.py:")
    assert error_location(KeyError("secret")) == "KeyError"
