"""Events in one pass are those that the log gives one by one, as a sequence does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog
from replay_gui.core.errors import PositionError
from replay_gui.core.log import log_reader
from replay_gui.core.log.event import SKIPPED_KIND, Event, event_of_record
from replay_gui.core.log.framing import Record
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Ending
from tests.helpers.logs import write_log
from tests.helpers.paths import VECTORS

CASES: dict[str, dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(name for name, case in CASES.items() if case["exit"] != 2))
def test_vector(name: str) -> None:
    with EventLog.open(VECTORS / f"{name}.rlog") as log:
        *events, ending = log.events()
        assert isinstance(ending, Ending)
        assert repr(events) == repr(list(log))
        assert len(events) == len(log)
        for place, streamed in enumerate(events):
            assert isinstance(streamed, Event)
            alone = log[place]
            if streamed.kind == SKIPPED_KIND:
                assert streamed.size > 0
                streamed = replace(streamed, size=alone.size, problem=alone.problem)
            assert repr(streamed) == repr(alone)  # NaN equals nothing, not even itself


@pytest.mark.parametrize("name", sorted(name for name, case in CASES.items() if case["exit"] != 2))
def test_children_are_the_events_with_this_parent(name: str) -> None:
    with EventLog.open(VECTORS / f"{name}.rlog") as log:
        every = [EventIndex(index) for index in range(len(log))]
        for seq in (*every, 127, 128, 65_536):
            assert [event.index for event in log.children(seq, every)] == [
                event.index for event in log if event.parent == seq
            ]


def test_records_of_other_parents_are_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with EventLog.open(write_log(tmp_path / "run.rlog", turns=30)) as log:
        every = [EventIndex(index) for index in range(len(log) - 1)]
        child = next(event for event in log if event.parent)
        assert child.parent is not None
        decoded: list[EventIndex] = []

        def note(record: Record, run_id: str, index: EventIndex, *rest: Any, **options: Any) -> Event:
            decoded.append(index)
            return event_of_record(record, run_id, index, *rest, **options)

        monkeypatch.setattr(log_reader, "event_of_record", note)
        assert child in log.children(child.parent, every)
        assert 0 < len(decoded) < len(every) / 2


def test_a_stretch_of_a_long_log(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=1500, state_hash_every=0)
    with EventLog.open(path) as log:
        for start, stop in [(0, 1), (7, 7), (6990, 7010), (7000, None), (7501, None), (0, 9999), (9000, None)]:
            events = [event for event in log.events(start, stop) if isinstance(event, Event)]
            assert [event.index for event in events] == list(range(start, min(stop or 7501, 7501)))


def test_a_log_reads_like_a_sequence(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=3)
    with EventLog.open(path) as log:
        events = list(log)
        assert [log[-1], log[-len(events)]] == [events[-1], events[0]]
        for part in (slice(None), slice(2, 5), slice(-3, None), slice(None, None, -2), slice(5, 2), slice(0, 999)):
            assert log[part] == events[part]
        assert list(reversed(log)) == events[::-1]
        for index in (len(events), -len(events) - 1):
            with pytest.raises(IndexError, match="no event"):
                log[index]
            with pytest.raises(PositionError, match=f"has {len(events)}"):
                log[index]


def test_what_is_read_from_front_to_back_is_hashed_on_the_way(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", 30)
    data = path.read_bytes()
    with EventLog.open(path) as log:
        whole = log.source.blake3()
        some = [(3, 40), (40, 5), (43, 200), (10, 50)]
        cases: Any = ([], 8), ([(7, 9)], 16), (some, 243), ([(0, len(data))], len(data)), ([(0, 5), (90, 9)], 8)
        for places, hashed in cases:
            log.source.hash_reads(data[:8])
            for offset, size in places:
                assert log.source.read_at(offset, size) == data[offset : offset + size]
            rest: list[int] = []
            log.source.on_read = rest.append
            assert log.source.hash_of_reads() == whole, places
            assert sum(rest) == len(data) - hashed, places
            log.source.on_read = None
