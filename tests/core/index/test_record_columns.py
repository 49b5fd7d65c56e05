"""The columns that need no replay are the same from either pass; damaged hashes are refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from blake3 import blake3

from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_columns import (
    CHAIN_STEP_EVENTS,
    COMPARISON_COLUMNS,
    RECORD_COLUMNS,
    REPLAY_COLUMNS,
    read_column,
)
from replay_gui.core.index.record_columns import RecordColumns, read_contents, write_chain
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.verification.integrity import Boundary
from replay_gui.core.verification.passes import check_integrity, start_boundary
from tests.helpers.forged_logs import forged, written
from tests.helpers.logs import write_log

SIZES = (0, 1, CHAIN_STEP_EVENTS - 1, CHAIN_STEP_EVENTS, CHAIN_STEP_EVENTS + 1, 3 * CHAIN_STEP_EVENTS)


def log_of(folder: Path, count: int) -> EventLog:
    folder.mkdir(exist_ok=True)
    return EventLog.open(written(folder / "run.rlog", forged([("x:a", {"n": n}) for n in range(count)]).bytes()))


def made_in_slices(log: EventLog, folder: Path) -> None:
    """As integrity passes do it."""
    half = len(log) // 2
    middle = Boundary(EventIndex(half), int(log.offsets[half]) if half else len(log.header.raw), None, None)
    for start, stop_place in ((start_boundary(log), EventIndex(half)), (middle, None)):
        if stop_place != 0:
            columns = RecordColumns(folder, start.event_index)
            check_integrity(log, start, None, stop_place, on_progress=lambda offset: None, columns=columns)
            columns.close()
    write_chain(folder)


def damaged(folder: Path) -> EventLog:
    path = write_log(folder / "damaged.rlog", 60)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    return EventLog.open(written(path, data))


@pytest.mark.parametrize("count", [*SIZES, None])
def test_the_integrity_pass_writes_the_same_columns_as_the_index_pass(tmp_path: Path, count: int | None) -> None:
    together, apart = tmp_path / "together", tmp_path / "apart"
    with damaged(tmp_path) if count is None else log_of(tmp_path, count) as log:
        for folder in (together, apart):
            folder.mkdir()
        built = IndexBuilder(log, together).run(lambda built: None)
        assert (count is None) == any("skipped" in fault.problem for fault in built.not_applied)
        made_in_slices(log, apart)
    for name in {*RECORD_COLUMNS, *COMPARISON_COLUMNS}:
        assert np.array_equal(read_column(apart, name), read_column(together, name)), name


def test_the_index_pass_can_omit_the_record_columns(tmp_path: Path) -> None:
    with log_of(tmp_path, 5) as log:
        IndexBuilder(log, tmp_path, with_records=False).run(lambda built: None)
    assert {*REPLAY_COLUMNS} <= {file.name for file in tmp_path.iterdir()}
    assert not {*RECORD_COLUMNS, *COMPARISON_COLUMNS} & {file.name for file in tmp_path.iterdir()}


@pytest.mark.parametrize("count", SIZES)
def test_reading_the_contents_and_their_chain(tmp_path: Path, count: int) -> None:
    with log_of(tmp_path, count) as log:
        made_in_slices(log, tmp_path)
        hashes = [blake3(event.content).digest() for event in log if event.content is not None]
    content, chain = read_contents(tmp_path, count), read_column(tmp_path, "chain")
    assert [bytes(value) for value in content] == hashes
    ends = range(CHAIN_STEP_EVENTS, count + 1, CHAIN_STEP_EVENTS)
    assert [bytes(value) for value in chain[: len(ends)]] == [blake3(b"".join(hashes[:end])).digest() for end in ends]


def flip(name: str, at: float) -> Callable[[Path], None]:
    def flipped(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[int(at * (len(data) - 1))] ^= 1
        (folder / name).write_bytes(data)

    return flipped


DAMAGE: dict[str, Callable[[Path], object]] = {
    "first content": flip("content", 0),
    "a content in the middle": flip("content", 0.5),
    "the last content, beyond the last whole step": flip("content", 1),
    "chain": flip("chain", 0.3),
    "the end of the chain": flip("chain", 1),
    "contents cut": lambda folder: os.truncate(folder / "content", 32),
    "chain cut": lambda folder: os.truncate(folder / "chain", 32),
    "contents gone": lambda folder: (folder / "content").unlink(),
    "chain gone": lambda folder: (folder / "chain").unlink(),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_columns_are_refused(tmp_path: Path, name: str) -> None:
    count = 2 * CHAIN_STEP_EVENTS + 9
    with log_of(tmp_path, count) as log:
        made_in_slices(log, tmp_path)
    read_contents(tmp_path, count)
    with pytest.raises(ValueError, match="damaged"):
        read_contents(tmp_path, count - 1)
    DAMAGE[name](tmp_path)
    with pytest.raises((OSError, ValueError)):
        read_contents(tmp_path, count)
