"""A change right after a log was opened is seen, also where the file system knows times to 10 ms only."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from replay_gui.core.log import source as source_module
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source
from tests.helpers.logs import write_log

TICK = 10_000_000  # ns
WAIT = Source.wait_for_next_tick  # tests do without it where they can


class Clock:
    """A clock by which both the files and the program go; sleeping is all that takes time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 5 * TICK + 3_000_000
        self.changed = self.tick()
        self._fstat = os.fstat
        monkeypatch.setattr(Source, "wait_for_next_tick", WAIT)
        monkeypatch.setattr(source_module, "_tick", self.tick)
        monkeypatch.setattr(time, "sleep", self.sleep)
        monkeypatch.setattr(os, "fstat", self.fstat)

    def tick(self) -> int:
        return self.now // TICK * TICK

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * 1e9)

    def change(self) -> None:
        self.changed = self.tick()

    def fstat(self, file: int) -> SimpleNamespace:
        facts = self._fstat(file)
        names = ("st_mode", "st_dev", "st_ino", "st_size", "st_mtime_ns")
        return SimpleNamespace(**{name: getattr(facts, name) for name in names}, st_ctime_ns=self.changed)


def test_a_change_within_the_tick_of_the_last_one_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_log(tmp_path / "run.rlog", turns=1)
    clock = Clock(monkeypatch)
    with EventLog.open(path) as log:
        assert not log.source.has_changed_since(log.source.changed_at)
        clock.change()
        assert log.source.has_changed_since(log.source.changed_at)
    assert clock.now <= 6 * TICK + 1_000_000, "no longer than the tick lasts"


@pytest.mark.parametrize("age", [TICK, -100 * TICK], ids=["an older file", "a server whose clock is ahead"])
def test_other_files_are_opened_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int) -> None:
    path = write_log(tmp_path / "run.rlog", turns=1)
    clock = Clock(monkeypatch)
    clock.changed = clock.tick() - age
    before = clock.now
    EventLog.open(path).close()
    assert clock.now == before
