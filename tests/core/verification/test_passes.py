"""The passes over slices of a log find together what one pass over the whole log finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.state.state import EMPTY, State
from replay_gui.core.state.state_hash import StateHash
from replay_gui.core.verification.integrity import Boundary
from replay_gui.core.verification.passes import (
    NOT_REPRODUCED,
    check_applicable,
    check_integrity,
    check_states,
    start_boundary,
)
from tests.helpers.logs import damage, write_log

TURNS = 8
EVENTS = 1 + 5 * TURNS


def ignore(offset: int) -> None:
    """Receives progress that a test does not look at."""


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog", TURNS)


def state_at(log: EventLog, position: int) -> tuple[EventIndex, int, State]:
    """The index and byte offset of the record at a position, and the state before it."""
    return EventIndex(position), int(log.offsets[position]), Replayer(log).state_at(Position(position))


@pytest.mark.parametrize("stop_index", [1, 7, EVENTS - 1])
def test_a_slice_ends_at_the_index_and_the_next_goes_on_there(log_path: Path, stop_index: int) -> None:
    with EventLog.open(log_path) as log:
        first = check_integrity(log, start_boundary(log), None, EventIndex(stop_index), on_progress=ignore)
        assert (first.end.event_index, first.end.expected, first.tail) == (stop_index, stop_index, None)
        assert first.end.offset == int(log.offsets[stop_index])
        second = check_integrity(log, first.end, None, None, on_progress=ignore)
        assert (first.faults, second.faults) == ((), ())
        assert first.state_hashes + second.state_hashes == EVENTS
        assert second.tail is not None
        assert (second.tail.index, second.tail.seal, second.tail.tail_bytes) == (EVENTS, "good", 0)


def test_a_slice_that_begins_with_a_wrong_hash_or_number_says_so(log_path: Path) -> None:
    with EventLog.open(log_path) as log:
        end = check_integrity(log, start_boundary(log), None, EventIndex(7), on_progress=ignore).end
        wrong_hash = check_integrity(log, end._replace(previous=bytes(32)), None, EventIndex(9), on_progress=ignore)
        wrong_seq = check_integrity(log, end._replace(expected=8), None, EventIndex(9), on_progress=ignore)
    assert [fault.event_index for fault in wrong_hash.faults] == [7]
    assert [(fault.event_index, fault.expected, fault.actual) for fault in wrong_seq.faults] == [(7, "8", "7")]


def test_progress_grows_to_the_end_of_the_last_record(log_path: Path) -> None:
    seen: list[int] = []
    with EventLog.open(log_path) as log:
        whole = check_integrity(log, start_boundary(log), None, None, on_progress=seen.append)
    assert seen == sorted(seen)
    assert whole.tail is not None
    assert seen[-1] == whole.tail.offset


@pytest.mark.parametrize("stop", [1, 12, EVENTS - 1])
def test_slices_of_a_replay_join_by_their_state_hashes(log_path: Path, stop: int) -> None:
    with EventLog.open(log_path) as log:
        first = check_states(log, (FIRST_EVENT, len(log.header.raw), EMPTY), EventIndex(stop), ignore)
        second = check_states(log, state_at(log, stop), None, ignore)
        whole = check_states(log, (FIRST_EVENT, len(log.header.raw), EMPTY), None, ignore)
    assert first.begin_hash == StateHash().digest()
    assert first.end_hash == second.begin_hash
    assert second.end_hash == whole.end_hash
    assert (first.checked, second.checked) == (stop, EVENTS - stop)
    assert first.faults == second.faults == whole.faults == ()


def test_a_replay_from_another_state_does_not_reproduce_the_recorded_hashes(log_path: Path) -> None:
    with EventLog.open(log_path) as log:
        index, offset, _ = state_at(log, 12)
        wrong = check_states(log, (index, offset, EMPTY), EventIndex(13), ignore)
        right = check_states(log, (FIRST_EVENT, len(log.header.raw), EMPTY), EventIndex(12), ignore)
    assert wrong.begin_hash != right.end_hash, "so the slices do not join"
    assert [(fault.event_index, fault.problem) for fault in wrong.faults] == [(12, NOT_REPRODUCED)]


def test_a_changed_rationale_breaks_the_record_and_not_the_state(log_path: Path) -> None:
    damage(log_path)
    with EventLog.open(log_path) as log:
        integrity = check_integrity(log, start_boundary(log), None, None, on_progress=ignore)
        states = check_states(log, (FIRST_EVENT, len(log.header.raw), EMPTY), None, ignore)
    (broken,) = integrity.faults
    assert states.faults == ()
    assert broken.seq == broken.event_index


def test_the_boundaries_of_a_pass_without_hashes_are_those_of_the_integrity_pass(tmp_path: Path) -> None:
    boundaries: list[Boundary] = []
    with EventLog.open(write_log(tmp_path / "run.rlog", TURNS, state_hash_every=0)) as log:
        applied = check_applicable(log, boundaries.append)
        whole = check_integrity(log, start_boundary(log), None, None, on_progress=ignore)
        replayed = check_states(log, (FIRST_EVENT, len(log.header.raw), EMPTY), None, ignore)
    assert boundaries[-1] == whole.end
    assert (applied.faults, applied.checked, applied.end_hash) == ((), 0, replayed.end_hash)
