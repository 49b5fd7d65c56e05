"""Failures inside one run: errors without a successful retry, and loops."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from replay_gui.core.effects.effect import READING_EFFECTS
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.reasons.evidence.attempts import Attempt

LOOP_CALLS = 3  # equal calls with equal answers that make a loop
_MAX_FAILED_CALLS = 200  # failed calls that are examined

LoopKey: TypeAlias = tuple[bytes, bytes]
"""What is equal of calls that make a loop: the key of the call, and a hash of its answer."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A call that was repeated with the same answer, without another change in between.

    Its first and its last call, and the number of calls.
    """

    first: ToolCall
    last: ToolCall
    times: int


class LoopWatch:
    """Receives the calls of a run in order, and counts equal calls with equal answers.

    Another change in between restarts the count: the same test after another edit is not a loop.
    At most `max_calls` different calls are counted.
    """

    def __init__(self, max_calls: int = 1 << 62) -> None:
        self._counts: dict[LoopKey, tuple[int, int]] = {}  # times, changes of something else before the last one
        self._changes, self._max_calls = 0, max_calls

    def add_call(self, call: ToolCall) -> tuple[LoopKey, int]:
        """Count an answered call; return (its key, the number of equal calls including this one)."""
        key = call.key, call.answer_key
        times, changes = self._counts.get(key, (0, self._changes))
        times = times + 1 if changes == self._changes else 1
        self._changes += call.changed
        if key in self._counts or len(self._counts) < self._max_calls:
            self._counts[key] = times, self._changes
        return key, times

    def note_change(self) -> None:
        """Note a change that is not a call: a change of the run's state."""
        self._changes += 1


def unrecovered_errors(calls: Sequence[ToolCall]) -> list[ToolCall]:
    """Return the failed calls that were not followed by a successful retry.

    Commands and code are left out: the failure of many is an answer, such as grep without a match, and of several
    commands in one text it is unknown which one failed. So are failed reads of what the run knew already.
    """
    known = KnownReads()
    needless = {call.request for call in calls if known.add_call(call)}
    later: defaultdict[str, list[Attempt]] = defaultdict(list)
    errors, looked = [], 0
    for call in reversed(calls):
        if call.ok:
            again = Attempt(call)
            later[again.of].append(again)
        elif (
            call.ok is False
            and looked < _MAX_FAILED_CALLS
            and is_expected_to_succeed(call)
            and call.request not in needless
        ):
            looked += 1
            failed = Attempt(call)
            if not any(failed.is_like(again) for again in later[failed.of][-_MAX_FAILED_CALLS:]):
                errors.append(call)
    return errors[::-1]


class KnownReads:
    """Receives the calls of a run in order, and remembers the reads that were answered since the last change."""

    def __init__(self, max_calls: int = 1 << 62) -> None:
        self._keys: set[bytes] = set()
        self._max_calls = max_calls

    def add_call(self, call: ToolCall) -> bool:
        """Note a call; return whether it is a failed read that an equal call has answered before."""
        if call.changed:
            self._keys.clear()
        elif call.ok and call.effect in READING_EFFECTS and len(self._keys) < self._max_calls:
            self._keys.add(call.key)
        return call.ok is False and call.key in self._keys


def find_loops(calls: Sequence[ToolCall], transitions: Sequence[int] = ()) -> list[Loop]:
    """Return the loops of a run, by their first call. `transitions`: indexes of changes of its state, ascending."""
    watch, changes = LoopWatch(), deque(transitions)
    runs: defaultdict[LoopKey, list[list[ToolCall]]] = defaultdict(list)
    for call in calls:
        while changes and changes[0] < call.request:
            changes.popleft()
            watch.note_change()
        if call.response is not None:
            key, times = watch.add_call(call)
            if times == 1:
                runs[key].append([])
            runs[key][-1].append(call)
    found = [Loop(run[0], run[-1], len(run)) for of_key in runs.values() for run in of_key if len(run) >= LOOP_CALLS]
    return sorted(found, key=lambda loop: loop.first.request)


def is_expected_to_succeed(call: ToolCall) -> bool:
    """Whether an error answer means that something was not done; the failure of a command may be an answer."""
    return not runs_code(call.tool)
