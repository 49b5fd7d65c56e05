"""The columns of metas, and the counts of their members: the same as of metas that are decoded one by one."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.index import meta_columns
from replay_gui.core.index.index_builder import BuiltIndex, IndexBuilder
from replay_gui.core.index.index_columns import read_column
from replay_gui.core.index.meta_columns import OTHER_MEMBERS, sum_members
from replay_gui.core.index.run_index import NO_DURATION, NO_TIME
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Block
from tests.helpers.forged_logs import forged, written

MAX_TIME = (1 << 63) - 1
EVENTS = 6
METAS = st.fixed_dictionaries(
    {},
    optional={
        "parent": st.integers(-1, EVENTS) | st.sampled_from([None, True, 0.0, "1", 1 << 31, 1 << 63]),
        "time": st.integers(0, 3) | st.sampled_from([MAX_TIME, MAX_TIME + 1, -1, "0"]),
        "duration": st.integers(0, 3) | st.just(None),
        "cost": st.integers(0, 1),
        "note": st.just("\N{LATIN SMALL LETTER AE}parent"),
    },
)


def built(folder: Path, metas: list[dict[str, Any]]) -> BuiltIndex:
    data = forged([("x:a", {})] * len(metas), metas=metas).bytes()
    with EventLog.open(written(folder / "run.rlog", data)) as log:
        return IndexBuilder(log, folder).run(lambda offset: None)


def whole(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


@given(st.lists(METAS, min_size=1, max_size=EVENTS))
def test_any_metas(metas: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        members = built(folder, metas).members
        columns = {name: read_column(folder, name).tolist() for name in ("parent", "time", "duration")}
    assert dict(members) == Counter(name for meta in metas for name in meta)
    facts = [(meta.get("parent"), meta.get("time"), meta.get("duration")) for meta in metas]
    assert columns == {
        "parent": [parent if whole(parent, at - 1) else -1 for at, (parent, _, _) in enumerate(facts)],
        "time": [time if whole(time, MAX_TIME) else NO_TIME for _, time, _ in facts],
        "duration": [duration if whole(duration, MAX_TIME) else NO_DURATION for _, _, duration in facts],
    }


def test_recorded_states(tmp_path: Path) -> None:
    data = forged([("MemoryWrite", {"key": "k", "value": n}) for n in range(3)]).bytes()
    with EventLog.open(written(tmp_path / "run.rlog", data)) as log:
        IndexBuilder(log, tmp_path).run(lambda offset: None)
        states = [state or b"" for block in log.parts() if isinstance(block, Block) for state in block.states]
    assert read_column(tmp_path, "state").tolist() == [int.from_bytes(state[:8], "little") for state in states]
    assert len(np.unique(states)) == 3


def test_many_members_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meta_columns, "_MAX_MEMBERS", 2)
    found = built(tmp_path, [{"a": 0}, {"b": 0}, {"c": 0}, {"d": 0}, {"a": 1}]).members
    assert dict(found) == {"a": 2, "b": 1, OTHER_MEMBERS: 2}


def test_sums_begin_with_the_most() -> None:
    assert sum_members((("a", 1), ("b", 2)), (), (("c", 2), ("a", 4))) == (("a", 5), ("b", 2), ("c", 2))
