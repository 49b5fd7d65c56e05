"""An index that grows with its log equals one that is built from the whole log."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay_gui.core.index.growing_index import GrowingIndex
from replay_gui.core.index.index_builder import BuiltIndex, IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, build_run_index
from replay_gui.core.index.index_columns import COLUMNS, IndexView, read_column
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.log_writer import LogWriter


def message(size: int) -> dict[str, object]:
    return {"obs_type": "message", "source": "user", "data": "x" * size}


# The last is larger than a block of the scanner
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([0, 10, 5000, 300_000]), st.booleans()), max_size=30))
def test_it_is_the_same_wherever_the_log_was_read_meanwhile(tmp_path: Path, events: list[tuple[int, bool]]) -> None:
    path, folders = tmp_path / "run.rlog", [tmp_path / "grown", tmp_path / "whole"]
    path.unlink(missing_ok=True)
    for folder in folders:
        folder.mkdir(exist_ok=True)
    writer = LogWriter(path, {"run_id": "r"}, state_hash_every=0)
    growing = GrowingIndex(path, folders[0])
    for size, look in events:
        writer.append("Observation", message(size))
        if look:
            growing.grow()
            built = growing.built()
            assert (built.count, built.offset) == (writer.count, writer.size)
            index = build_run_index(IndexView(folders[0]), built, complete=False)
            assert index.count == writer.count
    writer.seal(0)
    grown = growing.finish()
    growing.close()
    with EventLog.open(path) as log:
        whole = IndexBuilder(log, folders[1]).run(lambda built: None)
        assert without_snapshots(grown) == without_snapshots(whole)
        for name in COLUMNS:
            assert np.array_equal(read_column(folders[0], name), read_column(folders[1], name)), name
        cache = IndexCache(tmp_path)
        cache.adopt_folder(folders[0], log)
        assert cache.load_index(log) is not None, "it is fit to be kept"


def without_snapshots(built: BuiltIndex) -> tuple[object, ...]:
    """Where these are laid depends on when the blocks came."""
    return built.count, built.offset, built.head, built.kinds, built.tools, built.phases, built.state_hash
