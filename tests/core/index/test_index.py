"""The columns of an index equal those that are computed event by event."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from replay_gui import EventLog
from replay_gui.core.index import event_columns, versioned_column
from replay_gui.core.index.growing_index import GrowingIndex
from replay_gui.core.index.index_builder import BuiltIndex, IndexBuilder
from replay_gui.core.index.index_cache import build_run_index, load_index, write_table
from replay_gui.core.index.index_columns import CHAIN_STEP_EVENTS, COLUMNS, IndexView, read_column
from replay_gui.core.index.run_index import (
    FLAG_CRITICAL,
    FLAG_FAILED,
    FLAG_NOT_APPLIED,
    FLAG_OPERATIONS,
    FLAG_UNREADABLE,
    NO_DURATION,
    NO_PAIR,
    NO_TIME,
    NO_TOOL,
    RunIndex,
)
from replay_gui.core.log import scanner
from replay_gui.core.log.chain import request_hash
from replay_gui.core.log.event import SKIPPED_KIND, UNREADABLE_KIND
from replay_gui.core.log.kinds import CRITICAL_KINDS, KINDS
from replay_gui.core.log.positions import Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.state.state_hash import StateHash
from tests.core.index.resident import lists_pages
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events
from tests.helpers.forged_logs import Forge, forged, written
from tests.helpers.logs import write_log

PER_EVENT = ("kind", "tool", "offset", "time", "duration", "pair", "flags")


def build(log: EventLog, folder: Path) -> tuple[BuiltIndex, RunIndex]:
    folder.mkdir(exist_ok=True)
    built = IndexBuilder(log, folder).run(lambda built: None)
    return built, build_run_index(IndexView(folder), built, complete=True)


def plain_columns(log: EventLog) -> dict[str, list[Any]]:
    """The same facts, one event at a time, from the events that the log gives."""
    replayer = Replayer(log)
    names = "kind", "tool", "time", "duration", "pair", "flags", "content"
    columns: dict[str, list[Any]] = {name: [] for name in names}
    waiting: list[tuple[str, int]] = []
    for place, event in enumerate(log):
        effect = replayer.effect_at(Position(place + 1))
        unreadable = event.kind in (SKIPPED_KIND, UNREADABLE_KIND)
        failed = event.kind == "ToolResponse" and effect.not_applied is None and not event.payload["success"]
        columns["kind"].append(event.kind)
        columns["tool"].append(event.tool)
        columns["time"].append(NO_TIME if event.time is None or event.time >= 1 << 63 else event.time)
        columns["duration"].append(
            NO_DURATION if event.duration is None or event.duration >= 1 << 63 else event.duration
        )
        columns["pair"].append(NO_PAIR)
        columns["flags"].append(
            FLAG_UNREADABLE * unreadable
            | FLAG_NOT_APPLIED * (effect.not_applied is not None)
            | FLAG_CRITICAL * (event.kind in CRITICAL_KINDS)
            | FLAG_FAILED * failed
            | FLAG_OPERATIONS * ("ops" in event.payload and effect.not_applied is None)
        )
        columns["content"].append(bytes(32) if event.kind == SKIPPED_KIND else blake3(event.content).digest())
        if effect.not_applied is not None:
            continue
        if event.kind == "ToolRequest":
            p = event.payload
            waiting.append((request_hash(p["tool_name"], p["tool_version"], p["input"]), place))
        elif event.kind == "ToolResponse":
            mine = [asked for name, asked in waiting if name == event.payload["request_hash"]]
            if mine:
                request = event.parent if event.parent in mine else mine[0]
                assert request is not None
                waiting.remove((event.payload["request_hash"], request))
                columns["pair"][request], columns["pair"][place] = place, request
                begun, ended = columns["time"][request], columns["time"][place]
                if columns["duration"][place] == NO_DURATION and NO_TIME not in (begun, ended) and ended > begun:
                    columns["duration"][place] = ended - begun
                if columns["duration"][place] != NO_DURATION:
                    columns["duration"][request] = columns["duration"][place]
    return columns


def assert_index(log: EventLog, folder: Path) -> None:
    built, index = build(log, folder)
    expected = plain_columns(log)
    assert [index.kinds[kind] for kind in index.kind] == expected["kind"]
    assert index.kinds[: len(KINDS)] == KINDS
    assert [None if tool == NO_TOOL else index.tools[tool] for tool in index.tool] == expected["tool"]
    assert index.offset.tolist() == log.offsets.tolist()
    for name in ("time", "duration", "pair", "flags"):
        assert getattr(index, name).tolist() == expected[name], name
    assert [bytes(content) for content in read_column(folder, "content")] == expected["content"]
    count = len(expected["kind"])
    ends = [*range(CHAIN_STEP_EVENTS, count, CHAIN_STEP_EVENTS), *([count] if count else [])]
    chain = [blake3(b"".join(expected["content"][:end])).digest() for end in ends]
    assert [bytes(value) for value in read_column(folder, "chain")] == chain
    assert index.count == built.count == count
    assert index.complete
    assert index.phases == tuple(
        (event.index, event.payload["phase"])
        for event, flags in zip(log, expected["flags"], strict=True)
        if event.kind == "StateTransition" and "phase" in event.payload and not flags & FLAG_NOT_APPLIED
    )
    assert [fault.event_index for fault in built.not_applied] == [
        i for i, f in enumerate(expected["flags"]) if f & FLAG_NOT_APPLIED
    ]
    assert built.state_hash == StateHash.of(Replayer(log).state_at(Position(count)).plain()).digest()
    assert built.head == ((log[count - 1].hash if count else None) or b"")
    assert all(0 < position <= count and log[position - 1].hash is not None for position in index.snapshots)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


metas = st.lists(
    st.sampled_from(
        [
            {},
            {"time": 5},
            {"time": 9, "duration": 2},
            {"time": -1},
            {"time": (1 << 63) - 1},
            {"time": 1 << 63},
            {"duration": 1.5},
            {"parent": 0},
            {"parent": 1, "time": 3},
            {"time": True},
            {"x": [[[[[1]]]]], "time": 4},
            {"k" * 5000: 1, "time": 4},
        ]
    ),
    max_size=30,
)


@settings(max_examples=tries(20, long=60), deadline=None)
@given(st.lists(events, max_size=30), metas, st.sets(st.integers(0, 29), max_size=2), st.booleans())
def test_columns(folder: Path, run: list[Any], metas: list[dict[str, Any]], skipped: set[int], small: bool) -> None:
    forge = forged(run, state_hashes=False, metas=metas)
    for at in skipped & set(range(len(run) - 1)):
        forge.pieces[at] = b"\x00" + forge.pieces[at][1:]
    with EventLog.open(written(folder / "run.rlog", forge.bytes())) as log, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "BLOCK_BYTES", 300 if small else 1 << 20)
        assert_index(log, folder)


def test_a_longer_log(tmp_path: Path) -> None:
    with EventLog.open(write_log(tmp_path / "run.rlog", 60)) as log:
        assert_index(log, tmp_path)


@pytest.mark.parametrize("name", ["skipped first", "skipped last", "empty", "critical first", "unreadable"])
def test_unusual_first_and_last_records(tmp_path: Path, name: str) -> None:
    forge = forged([("Error", {"error_type": "e", "message": "m", "component": "c", "recoverable": True})] * 4)
    if name == "skipped first":
        forge.pieces[0] = b"\x00" * 20
    if name == "skipped last":
        forge.pieces.append(b"\x00" * 20)
    if name == "empty":
        forge = Forge()
    if name == "unreadable":
        forge.add(b"\xc1", None, b"\xc1")
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes(sealed=name != "skipped last"))) as log:
        assert_index(log, tmp_path)
        write_table(tmp_path, log, IndexBuilder(log, tmp_path).run(lambda offset: None))
        assert load_index(tmp_path, log) is not None


def test_an_index_grows_while_it_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "BLOCK_BYTES", 2000)
    monkeypatch.setattr(versioned_column, "_MAX_BYTES_IN_MEMORY", 0)
    seen: list[RunIndex] = []
    then: list[dict[str, NDArray[Any]]] = []
    view = IndexView(tmp_path)

    def look(offset: int) -> None:
        seen.append(build_run_index(view, builder.built(), complete=False))
        then.append({name: getattr(seen[-1], name).copy() for name in PER_EVENT})

    with EventLog.open(write_log(tmp_path / "run.rlog", 60)) as log:
        builder = IndexBuilder(log, tmp_path)
        final = builder.run(look)
        whole = build_run_index(view, final, complete=True)
    at_once = build_run_index(IndexView(tmp_path), final, complete=True)
    assert all(np.array_equal(getattr(whole, name), getattr(at_once, name)) for name in PER_EVENT)
    for index, copies in zip(seen, then, strict=True):
        assert all(np.array_equal(getattr(index, name), copy) for name, copy in copies.items()), "it is a value"
    counts = [index.count for index in seen]
    assert len(counts) > 5
    assert counts == sorted(set(counts))
    for index in seen:
        assert not index.complete
        assert np.array_equal(index.kind, whole.kind[: index.count])
        assert np.array_equal(index.offset, whole.offset[: index.count])
        assert max(index.pair, default=0) < index.count, "no pair points beyond what is known"
        assert not any(in_memory(getattr(index, name)) for name in PER_EVENT), "its columns are mapped from files"
    with pytest.raises(ValueError, match="smaller"):
        IndexView(tmp_path).grow(whole.count + 1, kinds=KINDS, tools=(), phases=(), snapshots=(), complete=False)


@lists_pages
def test_files_of_earlier_versions_are_freed_by_the_view_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by the window, when it drops an index: that takes as long as a frame for a long run."""
    monkeypatch.setattr(versioned_column, "_MAX_BYTES_IN_MEMORY", 0)
    log = write_log(tmp_path / "run.rlog", 60)
    growing = GrowingIndex(log, tmp_path)
    growing.grow()
    view, built = IndexView(tmp_path), growing.built()
    first, second, _ = (build_run_index(view, built, complete=False, count=count) for count in (100, 200, 300))
    del _
    assert len(unnamed_files(tmp_path)) == 6, "two columns, three versions"
    del first
    assert len(unnamed_files(tmp_path)) == 6
    view.release()
    assert len(unnamed_files(tmp_path)) == 4
    growing.complete()
    whole = build_run_index(view, built, complete=True)
    view.release()
    assert len(unnamed_files(tmp_path)) == 2, "the third version is the last one, which nobody uses"
    assert second.pair.tolist() == np.where(whole.pair < 200, whole.pair, NO_PAIR)[:200].tolist()
    del second
    view.release()
    assert unnamed_files(tmp_path) == []
    growing.close()


def unnamed_files(folder: Path) -> list[str]:
    """The open files in a folder that have no name there."""
    files = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [name for name in files if name.startswith(str(folder)) and name.endswith("(deleted)")]


def in_memory(column: NDArray[Any]) -> bool:
    """Whether an array has memory of its own, or shares that of another array."""
    base: object = column
    while isinstance(base, np.ndarray):
        base = base.base
    return not isinstance(base, memoryview) or not isinstance(base.obj, mmap.mmap)


def test_columns_have_fixed_sizes() -> None:
    assert {name: dtype.itemsize for name, dtype in COLUMNS.items()} == {
        "kind": 2,
        "tool": 4,
        "offset": 8,
        "time": 8,
        "duration": 8,
        "parent": 4,
        "state": 8,
        "request": 4,
        "flags": 1,
        "key": 4,
        "content": 32,
        "chain": 32,
        "pair": 4,
        "took": 8,
    }


def test_more_kinds_than_the_column_has_numbers_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_columns, "_MAX_KINDS", len(KINDS) + 3)
    with EventLog.open(written(tmp_path / "run.rlog", forged([(f"x:{n}", {}) for n in range(9)]).bytes())) as log:
        _, index = build(log, tmp_path)
    assert [index.kinds[kind] for kind in index.kind] == ["x:0", "x:1"] + [event_columns.OTHER_KINDS] * 7
