"""Every way to a state gives the same: draft, bulk replay, seeks over snapshots, slices, an independent reader.

``pytest --long`` compares 100,000 generated logs, the suite a few hundred. A log that once made a difference is
rebuilt from its number alone.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from replay_gui import EventLog
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import request_hash
from replay_gui.core.log.positions import FIRST_EVENT, Position, index_after, index_before
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.replay.snapshot_store import SnapshotReader
from replay_gui.core.replay.snapshots import SnapshotManager, SnapshotPolicy
from replay_gui.core.state.state import EMPTY
from replay_gui.core.verification.passes import StatesSlice, check_applicable, check_states
from tests.helpers.forged_logs import forged, written
from tests.helpers.reference import judgement, reference, reference_judgement
from tests.trust.corner_logs import COUNTS, corner_contents, corner_log

LOGS = 60
LONG_LOGS = 100_000


def compare_ways(number: int, folder: Path) -> None:
    """Build log `number`, and compare every way to its states."""
    random = Random(number)
    path = folder / "corner.rlog"
    forge = corner_log(random, corner_contents(random))
    path.write_bytes(forge.bytes(sealed=random.random() < 0.7))
    expected = reference_judgement(path)
    assert expected is not None
    assert judgement(path) == expected, number
    with EventLog.open(path) as log:
        _compare_seeks(random, log, folder, number, expected["state_hash"])


def _compare_seeks(random: Random, log: EventLog, folder: Path, number: int, end_hash: str) -> None:
    items = reference.read(str(log.source.path))[2]
    replayed = [(applied, reference.canonical(state)) for applied, state in reference.replay(items)]
    states = [encode({}), *(state for _, state in replayed)]
    index = folder / "index"
    index.mkdir(exist_ok=True)
    builder = IndexBuilder(log, index, SnapshotPolicy(every=random.choice([1, 3, 7]), min_growth_bytes=0))
    built = builder.run(lambda offset: None)
    refused = [fault.event_index for fault in built.not_applied]
    assert refused == [i for i, (applied, _) in enumerate(replayed) if not applied], number
    whole = check_applicable(log)
    assert [fault.event_index for fault in whole.faults] == refused, number
    assert whole.end_hash == built.state_hash == bytes.fromhex(end_hash), number

    reader = SnapshotReader(index / "snapshots", lambda position: log[index_before(position)].hash)
    reader.set_table(index / "snapshots", list(built.snapshots))
    manager = SnapshotManager(reader.load_state)
    positions = [entry.position for entry in built.snapshots]
    manager.set_stored(positions)
    replayer = Replayer(log, manager)
    for _ in range(4):
        position = Position(random.randrange(len(states)))
        assert encode(replayer.state_at(position).plain()) == states[position], (number, position)
        assert encode(replayer.effect_at(position).state.plain()) == states[position], (number, position)
    _compare_slices(random, log, reader, positions, number)


def _compare_slices(
    random: Random, log: EventLog, reader: SnapshotReader, positions: list[Position], number: int
) -> None:
    """Check the recorded state hashes in two slices, as two workers do, and in one."""
    begin = FIRST_EVENT, len(log.header.raw), EMPTY
    whole = check_states(log, begin, None, lambda offset: None)
    cut = random.choice([position for position in positions if position] or [Position(0)])
    cached = reader.load_state(cut) if cut and cut < len(log) else None
    if cached is None:
        return
    first = check_states(log, begin, index_after(cut), lambda offset: None)
    rest = check_states(log, (index_after(cut), int(log.offsets[cut]), cached.state), None, lambda offset: None)
    assert first.end_hash == rest.begin_hash, number
    joined = StatesSlice(first.begin_hash, rest.end_hash, (*first.faults, *rest.faults), first.checked + rest.checked)
    assert joined == whole, number


@pytest.mark.parametrize("part", range(5))
def test_generated_logs(part: int, tmp_path: Path) -> None:
    for number in range(part * LOGS // 5, (part + 1) * LOGS // 5):
        compare_ways(number, tmp_path)


def test_counters_at_their_corners_are_counted_alike_from_everywhere(tmp_path: Path) -> None:
    """Each counter of a tool, at each value: what bulk replay counts on, the reducer would have counted on."""
    counters = [(name, value) for name in ("calls", "errors", "denied") for value in COUNTS]
    rows = [{"calls": 0, "errors": 0, "denied": 0, name: value} for name, value in counters]
    asked = [request_hash(f"t{n}", "", None) for n in range(len(rows))]
    ops: list[dict[str, Any]] = [{"op": "add", "path": "/tools", "value": {f"t{n}": row for n, row in enumerate(rows)}}]
    events: list[tuple[str, dict[str, Any]]] = [("x:ops", {"ops": ops}), ("x:none", {})]
    for n, request in enumerate(asked):
        tool = {"tool_name": f"t{n}"}
        answer = {"request_hash": request, "output": None, "success": False, "error": None}
        events += [
            ("ToolRequest", {**tool, "tool_version": "", "input": None, "capabilities": []}),
            ("ToolResponse", {**tool, **answer}),
            ("CapabilityDenied", {**tool, "capability": "", "reason": ""}),
        ]
    path = written(tmp_path / "counters.rlog", forged(events, state_hashes=False).bytes())
    states = [reference.canonical(state) for _, state in reference.replay(reference.read(str(path))[2])]
    with EventLog.open(path) as log:
        seeker = Replayer(log)
        for first in (2, 0):  # the state that bulk replay begins with has the counters, or has not
            seeker.state_at(Position(first))
            for position in (2, len(events)):
                assert encode(Replayer(log).state_at(Position(position)).plain()) == states[position - 1]
                assert encode(seeker.state_at(Position(position)).plain()) == states[position - 1], (first, position)


@pytest.mark.long
@pytest.mark.parametrize("part", range(100))
def test_many_generated_logs(part: int, tmp_path: Path) -> None:
    for number in range(part * LONG_LOGS // 100, (part + 1) * LONG_LOGS // 100):
        compare_ways(LOGS + number, tmp_path)
