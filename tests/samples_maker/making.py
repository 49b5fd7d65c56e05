"""How the samples are made: the agent, really run, in one world or another."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from replay_gui.core.log.log_reader import EventLog
from replay_gui.samples import DAMAGED, DAMAGED_EVENT, EVALUATION, OTHERWISE, REFERENCE, RERUN, SAMPLES
from tests.samples_maker.agent import run
from tests.samples_maker.desk import MS, Host
from tests.samples_maker.support.evaluation import write_evaluation
from tests.samples_maker.tools import Weather, World

STALE_SEARCH = 10  # the search call that a stale replica answers: the coupon ticket's, shortly after event 412
_ONE_BIT = 0x01


def _work(path: Path, run_id: str, host: str, started: datetime, weather: Weather) -> None:
    """One run of the agent, in a world of its own."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "shop", weather)
        try:
            run(path, world, Host(host, int(started.timestamp()) * 1000 * MS), run_id)
        finally:
            world.close()


def _reference(path: Path) -> None:
    _work(path, "run-7f3a", "worker-3", datetime(2026, 11, 20, 9, 12, 4, tzinfo=UTC), Weather())


def _rerun(path: Path) -> None:
    """The world answers as before, its clock included; what the machine measures is its own."""
    _work(path, "run-a81c", "worker-1", datetime(2026, 11, 23, 14, 3, 51, tzinfo=UTC), Weather())


def _otherwise(path: Path) -> None:
    _work(path, "run-c25e", "worker-2", datetime(2026, 11, 21, 8, 40, 27, tzinfo=UTC), Weather(STALE_SEARCH))


def _damaged(path: Path) -> None:
    """One bit of a letter in a decision's reasoning: it still reads as text and changes no state."""
    _reference(path)
    with EventLog.open(path) as log:
        event = log[DAMAGED_EVENT]
    said = event.payload["reasoning"].encode()
    data = bytearray(path.read_bytes())
    data[data.index(said, event.offset) + len(said) // 2] ^= _ONE_BIT
    path.write_bytes(data)


def _evaluation(folder: Path) -> None:
    write_evaluation(folder)


MAKERS: dict[str, Callable[[Path], None]] = {
    REFERENCE.file: _reference,
    RERUN.file: _rerun,
    OTHERWISE.file: _otherwise,
    DAMAGED.file: _damaged,
    EVALUATION.file: _evaluation,
}


def make_samples(folder: Path) -> list[Path]:
    """Run the agent for every bundled sample that it makes, and write the logs to `folder`. Takes seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [sample for sample in SAMPLES if sample.file in MAKERS]
    paths = [folder / sample.file for sample in made]
    for sample, path in zip(made, paths, strict=True):
        if path.is_file():
            path.unlink()
        MAKERS[sample.file](path)
    return paths
