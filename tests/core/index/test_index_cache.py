"""The cache of indexes: an index comes back as it was built, and only for the log that it was built from."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from replay_gui import EventLog
from replay_gui.core.errors import LogUnreadable
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import (
    TABLE,
    IndexCache,
    build_run_index,
    indexed_content,
    load_index,
    write_table,
)
from replay_gui.core.index.index_columns import CAUSAL_COLUMNS, IndexView
from replay_gui.core.index.run_clock import RunClock
from replay_gui.core.index.run_index import RunIndex
from tests.helpers.forged_logs import forged, written
from tests.helpers.logs import write_log
from tests.helpers.runs import groups_as_lists


def keep(cache: IndexCache, log: EventLog) -> Path:
    building = cache.make_building_folder()
    built = IndexBuilder(log, building).run(lambda built: None)
    write_table(building, log, built)
    return cache.adopt_folder(building, log)


@pytest.fixture
def log(tmp_path: Path) -> Any:
    with EventLog.open(write_log(tmp_path / "run.rlog", 20)) as log:
        yield log


@pytest.fixture
def cache(tmp_path: Path) -> IndexCache:
    return IndexCache(tmp_path / "cache")


def test_a_cached_index_equals_the_one_that_was_built(tmp_path: Path, log: EventLog, cache: IndexCache) -> None:
    assert cache.load_index(log) is None
    keep(cache, log)
    loaded = cache.load_index(log)
    assert loaded is not None
    _, index, built = loaded
    again = tmp_path / "again"
    again.mkdir()
    built_now = IndexBuilder(log, again).run(lambda offset: None)
    index_now = build_run_index(IndexView(again), built_now, complete=True)
    assert built == built_now
    assert isinstance(index.clock, RunClock)
    assert isinstance(index_now.clock, RunClock)
    for name in RunClock.__slots__:
        assert np.array_equal(getattr(index.clock, name), getattr(index_now.clock, name)), name
    assert groups_as_lists(index.groups) == groups_as_lists(index_now.groups)
    for name in set(RunIndex.__slots__) - {"groups", "clock"}:
        assert np.array_equal(getattr(index, name), getattr(index_now, name)), name
    assert os.stat(cache.root).st_mode & 0o077 == 0, "caches hold what logs hold"


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


UNFIT: dict[str, Callable[[Path], object]] = {
    "clock edited": lambda folder: flip(folder / "clock"),
    "groups edited": lambda folder: flip(folder / "groups"),
    "kinds edited": lambda folder: flip(folder / "kind"),
    "offsets edited": lambda folder: flip(folder / "offset"),
    "times edited": lambda folder: flip(folder / "time"),
    "flags edited": lambda folder: flip(folder / "flags"),
    "column cut": lambda folder: os.truncate(folder / "offset", 8),
    "column gone": lambda folder: (folder / "pair").unlink(),
    "no table": lambda folder: (folder / TABLE).unlink(),
    "table flipped": lambda folder: flip(folder / TABLE),
    "table cut": lambda folder: os.truncate(folder / TABLE, 30),
    "table of something else": lambda folder: (folder / TABLE).write_bytes(b"\x81\xa1a\x01"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_changed_index_is_ignored(log: EventLog, cache: IndexCache, name: str) -> None:
    folder = keep(cache, log)
    assert cache.load_index(log) is not None
    UNFIT[name](folder)
    assert cache.load_index(log) is None
    keep(cache, log)
    assert cache.load_index(log) is not None, "another takes its place"


def test_an_index_of_another_log_is_refused(tmp_path: Path, cache: IndexCache) -> None:
    run: list[tuple[str, dict[str, Any]]] = [("x:a", {"n": n}) for n in range(9)]
    path = tmp_path / "run.rlog"
    with EventLog.open(written(path, forged(run).bytes())) as log:
        keep(cache, log)
        assert cache.load_index(log) is not None
    changed = {
        "another size": forged([*run, ("x:a", {})]).bytes(),
        "unsealed": forged(run).bytes(sealed=False),
        "another last record": forged([*run[:-1], ("x:a", {"n": 7})]).bytes(),
        "another header": forged(run, facts={"run_id": "Forged", "reducer": "standard/1"}).bytes(),
    }
    for name, data in changed.items():
        with EventLog.open(written(path, data)) as log:
            assert cache.load_index(log) is None, name
    with EventLog.open(written(tmp_path / "copy.rlog", forged(run).bytes())) as log:
        assert cache.load_index(log) is None, "each file has its own"


def test_the_budget_of_the_cache(tmp_path: Path, cache: IndexCache) -> None:
    folders = []
    for n in range(4):
        with EventLog.open(write_log(tmp_path / f"{n}.rlog", 5)) as log:
            folders.append(keep(cache, log))
    for age, folder in enumerate([3, 1, 2, 0]):
        os.utime(folders[folder], ns=(10**18 + age, 10**18 + age))
    size = sum(file.stat().st_size for file in folders[0].iterdir())
    (cache.root / "stray").write_text("no folder")
    cache.prune(folders[3], int(size * 2.5))
    assert [folder.exists() for folder in folders] == [True, False, True, True], "the oldest go, but not the kept one"
    cache.clear()
    assert not cache.root.exists()
    cache.clear()


def test_an_index_that_is_being_built_stays_for_a_day(tmp_path: Path, cache: IndexCache) -> None:
    with EventLog.open(write_log(tmp_path / "run.rlog", 5)) as log:
        kept = keep(cache, log)
    fresh, given_up = cache.make_building_folder(), cache.make_building_folder()
    for folder, age in ((fresh, 3600), (given_up, 25 * 3600)):
        (folder / "kind").write_bytes(bytes(100))
        for path in (folder / "kind", folder):
            os.utime(path, (time.time() - age, time.time() - age))
    cache.prune(kept, 0)
    assert (kept.exists(), fresh.exists(), given_up.exists()) == (True, True, False)


def test_two_programs_that_build_an_index_at_once_both_have_it(
    log: EventLog, cache: IndexCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, remove = keep(cache, log), shutil.rmtree

    def lose(folder: Path, *rest: Any, **more: Any) -> None:
        """The other program moves its index to the place just before this one does."""
        remove(folder, *rest, **more)
        shutil.copytree(others, folder)

    others = shutil.copytree(first, cache.root / "building-by-another")
    monkeypatch.setattr(shutil, "rmtree", lose)
    second = keep(cache, log)
    monkeypatch.undo()
    assert second != first
    assert load_index(second, log) is not None
    assert cache.load_index(log) is not None


def test_the_content_of_a_log_is_known_by_its_bytes(tmp_path: Path, log: EventLog, cache: IndexCache) -> None:
    folder = keep(cache, log)
    assert indexed_content(folder) == log.source.blake3()
    assert cache.load_index(log, by_content=True) is not None
    (folder / TABLE).unlink()
    assert indexed_content(folder) is None


@pytest.mark.parametrize("name", CAUSAL_COLUMNS)
def test_a_comparison_checks_the_columns_that_it_needs(log: EventLog, cache: IndexCache, name: str) -> None:
    column = keep(cache, log) / name
    column.write_bytes(bytes([column.read_bytes()[0] ^ 1]) + column.read_bytes()[1:])
    assert cache.load_index(log, by_content=True) is None
    assert cache.load_index(log) is not None, "the window does not read it"


def test_an_edit_that_the_system_did_not_date_is_found_by_content(
    log: EventLog, cache: IndexCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(cache, log)
    monkeypatch.setattr(type(log.source), "blake3", lambda source: "of other bytes")
    assert cache.load_index(log) is not None
    assert cache.load_index(log, by_content=True) is None


def test_no_table_is_written_if_the_log_changed_while_it_was_read(tmp_path: Path, cache: IndexCache) -> None:
    path = write_log(tmp_path / "run.rlog", 5)
    with EventLog.open(path) as log:
        building = cache.make_building_folder()
        built = IndexBuilder(log, building).run(lambda offset: None)
        os.utime(path, ns=(1, 1))
        write_table(building, log, built)
        assert not (building / TABLE).exists()


def test_an_index_is_built_elsewhere_if_the_cache_cannot_be_written(
    tmp_path: Path, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    cache = IndexCache(tmp_path / "file" / "cache")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = keep(cache, log)
    assert folder.parent == tmp_path
    assert not cache.is_cached(folder)
    assert (folder / TABLE).exists(), "it stays where it was built"
    assert cache.load_index(log) is None
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(LogUnreadable, match="cache folder cannot be written"):
        cache.make_building_folder()
