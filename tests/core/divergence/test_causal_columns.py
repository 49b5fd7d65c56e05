"""Columns of causes that do not fit the run are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from replay_gui.core.divergence.causal_columns import read_causal_columns
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_columns import read_column
from replay_gui.core.log.log_reader import EventLog
from tests.helpers.logs import write_log

EVENTS = 21


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with EventLog.open(write_log(tmp_path / "run.rlog", 4)) as log:
        assert IndexBuilder(log, tmp_path).run(lambda offset: None).count == EVENTS
    return tmp_path


def test_the_columns_of_a_run(folder: Path) -> None:
    columns = read_causal_columns(folder, EVENTS)
    assert columns.parent.tolist() == read_column(folder, "parent").tolist()
    assert max(columns.parent) > 0
    assert np.count_nonzero(columns.state) == EVENTS


def with_parent(folder: Path, index: int, parent: int) -> None:
    column = read_column(folder, "parent")
    column[index] = parent
    column.tofile(folder / "parent")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "its own parent": lambda folder: with_parent(folder, 3, 3),
    "a later parent": lambda folder: with_parent(folder, 0, EVENTS - 1),
    "a negative parent": lambda folder: with_parent(folder, 3, -2),
    "a column cut": lambda folder: (folder / "state").write_bytes(b""),
    "a column gone": lambda folder: (folder / "parent").unlink(),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_columns_that_do_not_fit_the_run(folder: Path, name: str) -> None:
    DAMAGE[name](folder)
    with pytest.raises((OSError, ValueError)):
        read_causal_columns(folder, EVENTS)
