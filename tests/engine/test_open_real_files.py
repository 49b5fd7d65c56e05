"""Every file at hand goes through the engine as the window drives it: opened, indexed, judged, shown at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from replay_gui.core.log.kinds import is_bookkeeping
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine import worker_pool
from replay_gui.engine.answers import Alert, IndexGrew, PositionState, Rows, RunOpened
from replay_gui.engine.engine import Engine
from replay_gui.engine.requests import Answer, GetRows, Open, Request, Seek
from tests.helpers.effort import tries
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

DATA = SHARED_DATA
FOLDERS = sorted(path for path in DATA.glob("*") if path.is_dir() and path.name != "LICENSES")
PASSED_OVER = {".md", ".txt", ".db-shm", ".db-wal"}  # texts about the files, and what SQLite keeps beside its own
WAIT = 20.0  # seconds


class Driver:
    """One engine, and what it says."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[Answer] = SimpleQueue()
        self.engine = Engine(self.inbox.put, worker_pool.WorkerPool(1))
        self.run = 0

    def ask(self, question: Open | Seek | GetRows) -> None:
        self.engine.send_request(type(question).__name__, Request(self.run, question))

    def until(self, *kinds: type) -> Any:
        while True:
            answer = self.inbox.get(timeout=WAIT)
            if answer.run == self.run and isinstance(answer.value, kinds):
                return answer.value

    def open(self, given: str) -> RunOpened | Alert:
        self.run += 1
        self.ask(Open(given))
        opened: RunOpened | Alert = self.until(RunOpened, Alert)
        return opened


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept_workers: None) -> Iterator[Driver]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    driver = Driver()
    driver.engine.start()
    yield driver
    driver.engine.close()


def look(driver: Driver, opened: RunOpened) -> None:
    """Waits until the run is read and judged, then looks at its last rows and its last state."""
    index, report = opened.index, None
    while not index.complete or report is None:
        value = driver.until(IndexGrew, VerificationReport, Alert)
        if isinstance(value, Alert):
            assert value.severity == "info", value  # what was left out on purpose, and counted
        elif isinstance(value, IndexGrew):
            index = value.index
        else:
            report = value
    assert (report.verdict, report.events) == ("NOT VERIFIABLE", index.count)
    assert index.count > 1
    driver.ask(GetRows(FIRST_EVENT, EventIndex(index.count)))
    rows = driver.until(Rows).rows
    assert len(rows) == min(index.count, 2000)
    assert not any(row.broken for row in rows)
    steps = [row for row in rows if not is_bookkeeping(row.kind)]
    assert sum(bool(row.text) for row in steps) >= 0.9 * len(steps)  # a few decisions at hand are empty lines
    driver.ask(Seek(Position(index.count)))
    moment = driver.until(PositionState)
    assert (moment.position, moment.trusted) == (index.count, True)
    assert moment.state


@requires_shared_data
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_files_of_each_folder_open(driver: Driver, folder: Path) -> None:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in PASSED_OVER]
    assert files
    for path in files[:: max(1, len(files) // tries(4, long=1000))]:  # conversions of all are tried in other tests
        opened = driver.open(str(path))
        if path.suffix == ".bin":
            assert isinstance(opened, Alert)
            assert "protobuf" in opened.text
            continue
        assert isinstance(opened, RunOpened), (path, opened)
        if folder.name != "more":  # which holds files of many formats
            assert opened.facts.format == ("openclaw" if folder.name.startswith("openclaw") else folder.name)
        look(driver, opened)
        if len(opened.facts.runs) > 1:
            last = driver.open(f"{path}#{len(opened.facts.runs)}")
            assert isinstance(last, RunOpened)
            assert last.facts.run == opened.facts.runs[-1]
            look(driver, last)
