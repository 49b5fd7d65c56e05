"""Which divergences are causes, and what each of the others follows from.

A divergence is a cause if nothing in its causal past differs: the chain of its recorded parents; where none is
recorded, everything since the runs last agreed. Runs *agree* again once some steps in a row are equal (see _agree):
the agent was asked again and decided as in the other run. An equal request answered otherwise is always a cause, and so
is an observation where only the agents' settings differ: those cannot change what the world says. One pass over the
divergences, in the order of rows; each looks back a few steps, so the work grows with their number alone.

What differs only by ids, clock times and the like (noise), and records that are no steps (bookkeeping), explain no step
that differs after them. They are causes of themselves alone, and of noise that follows from noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.comparison import NO_CAUSE, NO_EVENT, CauseKind, CauseRank, Change
from replay_gui.core.divergence.joint_rows import ANSWER, JointRows
from replay_gui.core.divergence.past import NO_PARENT
from replay_gui.core.log.kinds import Kind, is_bookkeeping

_DECISIONS, _STEPS, _MANY_STEPS = 2, 8, 32  # see _agree
_OFTEN = 3  # a tool that answers otherwise more often than this is named once, and where something came of it
_AHEAD = 64  # rows in which what takes the place of a missing step is looked for
NO_POINT = -1
_POSSIBLE, _SURE = 1, 2  # how much a cause weighs when consequences are counted

_KINDS: dict[str, CauseKind] = {
    Kind.DECISION: CauseKind.DECISION,
    Kind.TOOL_REQUEST: CauseKind.DECISION,  # what to ask is decided
    Kind.PATCH_PROPOSAL: CauseKind.DECISION,
    Kind.OBSERVATION: CauseKind.OBSERVATION,
    Kind.AGENT_INIT: CauseKind.CONFIG,
    Kind.MEMORY_WRITE: CauseKind.MEMORY,
    Kind.MEMORY_READ: CauseKind.MEMORY,
}
_MEMORY_READ, _MEMORY_WRITE, _OBSERVATION = Kind.MEMORY_READ.value, Kind.MEMORY_WRITE.value, Kind.OBSERVATION.value
_DECIDED = (Kind.DECISION.value, Kind.TOOL_REQUEST.value, Kind.PATCH_PROPOSAL.value)


class Witness(Protocol):
    """What the analysis asks about single divergences, by row; an answer may need the events read."""

    def answers_equal_request(self, row: int) -> bool:
        """Whether these are changed responses to an equal request."""

    def is_noise(self, row: int) -> bool:
        """Whether changed events differ in nothing but what presets match: clock times and the like."""

    def memory_key(self, row: int) -> str | None:
        """The key that a memory event writes or reads."""


class Blame(NamedTuple):
    """What differs in a past: the cause that weighs most there, and whether it is sure to be all.

    Attributes:
        weight: 0 where no step differs; _POSSIBLE, _SURE. cause: the latest of that weight.
        swayed: a decision or a request differs. doubted: something differs that a rule calls non-deterministic.
        noise: the latest cause that is noise, NO_CAUSE where there is none.
    """

    weight: int = 0
    cause: int = NO_CAUSE
    swayed: bool = False
    doubted: bool = False
    noise: int = NO_CAUSE

    def or_doubted(self, doubted: bool) -> Blame:
        return self._replace(doubted=True) if doubted and not self.doubted else self

    def and_also(self, other: Blame) -> Blame:
        if self is other:
            return self
        weight, cause = max(self[:2], other[:2])
        swayed, doubted = self.swayed or other.swayed, self.doubted or other.doubted
        return Blame(weight, cause, swayed, doubted, max(self.noise, other.noise))


NOTHING = Blame()


@dataclass(slots=True)
class Found:
    """A cause, before it is put in words.

    Attributes:
        noise: see Witness; None where that is not known yet. after_noise: what came before differs only by noise.
        repeats: causes like it that are not listed beside it.
    """

    point: int
    kind: CauseKind
    tool: str | None
    certain: bool
    noise: bool | None
    consequences: int = 0
    repeats: int = 0
    after_noise: bool = False
    bookkeeping: bool = False

    @property
    def rank(self) -> CauseRank:
        """How much it says of the run."""
        return CauseRank.VOLATILE if self.noise else CauseRank.BOOKKEEPING if self.bookkeeping else CauseRank.STEP


class CauseFinder:
    """Goes through the divergences once.

    Args:
        live: bool[rows], divergences that no rule silences. doubted: bool[rows], those that a rule calls
        non-deterministic. points: the rows of the divergences, a moved event's in A alone.

    Attributes:
        cause: int32, the cause of each point. found: the causes.
    """

    def __init__(
        self,
        joint: JointRows,
        live: NDArray[np.bool_],
        doubted: NDArray[np.bool_],
        points: NDArray[np.int32],
        witness: Witness,
    ) -> None:
        self._joint, self._live, self._doubted, self._witness = joint, live, doubted, witness
        self._points = points
        self.cause = np.full(len(points), NO_CAUSE, np.int32)
        self.found: list[Found] = []
        self._change = joint.alignment.change
        count = len(live)
        self._point_at = np.full(count, NO_POINT, np.int32)
        self._point_at[points] = np.arange(len(points), dtype=np.int32)
        self._is_decision = joint.kind == joint.kinds.index(Kind.DECISION)
        if not self._is_decision.any():  # a log of calls alone: each of them was decided on
            self._is_decision = joint.kind == joint.kinds.index(Kind.TOOL_REQUEST)
        self._decisions = _sums(self._is_decision & ~live)
        self._doubts = _sums(doubted)
        rows = np.flatnonzero(live)
        self._last_live = np.full(count + 1, NO_POINT, np.int32)  # the last live row before each
        self._last_live[rows + 1] = rows
        np.maximum.accumulate(self._last_live, out=self._last_live)
        self._points_before = _sums(self._point_at != NO_POINT)
        self._is_read = Kind.MEMORY_READ in {joint.kinds[kind] for kind in np.unique(joint.kind[points]).tolist()}
        self._blame: list[Blame] = []  # what each point's past and the point itself make for those after it
        self._running: list[Blame] = []  # the same over all points since the runs last agreed
        self._written: dict[str, Blame] = {}  # by memory key

    def run(self) -> None:
        """Finds the causes."""
        for i, row in enumerate(self._points.tolist()):
            self._take(i, row)
        self._fold()

    # ---- one point ----------------------------------------------------------------------------------
    def _take(self, i: int, row: int) -> None:
        change, kind = int(self._change[row]), self._joint.kind_of(row)
        before = self._sequence(row)
        past = self._past(i, row, change, before)
        if is_bookkeeping(kind):
            self._add_bookkeeping(i, row, change, kind, before, past)
            return
        key = self._witness.memory_key(row) if self._is_read and kind in (_MEMORY_WRITE, _MEMORY_READ) else None
        if kind == _MEMORY_READ and key is not None:
            past = past.and_also(self._written.get(key, NOTHING))
        if kind == _OBSERVATION and past.weight and not past.swayed and self._is_config(past.cause):
            past = Blame(doubted=past.doubted, noise=past.noise)
        otherwise = change == Change.CHANGED and kind == ANSWER and self._witness.answers_equal_request(row)
        noise = False
        if otherwise or not past.weight:
            number = len(self.found)
            certain = not past.swayed if otherwise else not past.doubted
            what, tool = (CauseKind.TOOL, self._joint.tool_of(row)) if otherwise else self._what(row, change, kind)
            suspected = otherwise and not certain
            noise = change == Change.CHANGED and not suspected and self._witness.is_noise(row)
            if noise and not otherwise and past.noise != NO_CAUSE:
                number = past.noise  # the same ids and times, further on
            else:
                found = Found(i, what, tool, certain, None if suspected else noise)
                found.after_noise = past.noise != NO_CAUSE
                self.found.append(found)
            weight = 0 if noise else _POSSIBLE if suspected else _SURE
        else:
            weight, number = past.weight, past.cause
        self.cause[i] = number
        swayed = kind in _DECIDED and change != Change.MOVED and not noise
        own = Blame(noise=number) if noise else Blame(weight, number, swayed)
        whole = past.and_also(own)
        self._blame.append(whole)
        self._running.append(before.and_also(whole))
        if kind == _MEMORY_WRITE and key is not None:
            self._written[key] = whole

    def _add_bookkeeping(self, i: int, row: int, change: int, kind: str, before: Blame, past: Blame) -> None:
        """Add a record that is no step: a consequence of what differs before it, and no reason for what follows."""
        if past.weight:
            self.cause[i] = past.cause
        else:
            what, _ = self._what(row, change, kind)
            noise = change == Change.CHANGED and self._witness.is_noise(row)
            self.cause[i] = len(self.found)
            self.found.append(Found(i, what, None, True, noise, bookkeeping=True))
        self._blame.append(past)
        self._running.append(before.and_also(past))

    def _is_config(self, cause: int) -> bool:
        return self.found[cause].kind is CauseKind.CONFIG

    def _what(self, row: int, change: int, kind: str) -> tuple[CauseKind, str | None]:
        if change == Change.MOVED:
            return CauseKind.ORDER, None
        if change == Change.STATE:
            return CauseKind.STATE, None
        if change == Change.CHANGED:
            return _KINDS.get(kind, CauseKind.OTHER), None
        if kind in _DECIDED and self._is_replaced(row, change):
            return CauseKind.DECISION, None
        return (CauseKind.MISSING if change == Change.ONLY_A else CauseKind.EXTRA), self._joint.tool_of(row)

    def _is_replaced(self, row: int, change: int) -> bool:
        """Whether the other run decided on something else at the same place."""
        other = Change.ONLY_B if change == Change.ONLY_A else Change.ONLY_A
        for at in range(row + 1, min(row + _AHEAD, len(self._live))):
            if not self._live[at]:
                return False
            if self._change[at] == other and self._joint.kind_of(at) in _DECIDED:
                return True
        return False

    # ---- the past -----------------------------------------------------------------------------------
    def _past(self, i: int, row: int, change: int, before: Blame) -> Blame:
        """What differs in the causal past of the events of a row."""
        joint = self._joint
        if change == Change.MOVED:
            return before
        if i and change in (Change.ONLY_A, Change.ONLY_B):
            last = int(self._points[i - 1])
            if last == row - 1 and self._change[last] == change:
                return self._blame[i - 1]  # one stretch that one run alone has
        a, b = int(joint.alignment.a[row]), int(joint.alignment.b[row])
        past_a = None if a == NO_EVENT else self._ancestry(a, joint.past_a.parent, joint.row_of_a)
        past_b = None if b == NO_EVENT else self._ancestry(b, joint.past_b.parent, joint.row_of_b)
        if past_a is None or past_b is None:
            return past_a or past_b or before
        return past_a.and_also(past_b)

    def _ancestry(self, index: int, parent: NDArray[np.int32], row_of: NDArray[np.int32]) -> Blame | None:
        """What differs along the chain of parents, back to where it agrees; None where no parent is recorded."""
        if parent[index] == NO_PARENT:
            return None
        rows = decisions = 0
        doubted = False
        while not _agree(rows, decisions):
            above = int(parent[index])
            if above == NO_PARENT:
                return self._sequence(int(row_of[index])).or_doubted(doubted)
            row = int(row_of[above])
            point = int(self._point_at[row])
            if 0 <= point < len(self._blame):
                return self._blame[point].or_doubted(doubted)
            doubted |= bool(self._doubted[row])
            rows += 1
            decisions += bool(self._is_decision[row])
            index = above
        return Blame(doubted=doubted)

    def _sequence(self, row: int) -> Blame:
        """What differs before a row, back to where the runs agree."""
        last = int(self._last_live[row])
        since = max(last + 1, row - _STEPS)
        doubted = bool(self._doubts[row] - self._doubts[since])
        if last < 0 or _agree(row - last - 1, int(self._decisions[row] - self._decisions[last + 1])):
            return Blame(doubted=doubted)
        point = int(self._points_before[last + 1]) - 1  # a moved event's row in B is no point itself
        if point < 0:
            return Blame(doubted=doubted)
        return self._running[point].or_doubted(doubted)

    # ---- what is said once --------------------------------------------------------------------------
    def _fold(self) -> None:
        """Counts consequences, and lists once what came again and again without any."""
        for cause, points in enumerate(np.bincount(self.cause, minlength=len(self.found)).tolist()):
            self.found[cause].consequences = points - 1
        alike: dict[tuple[CauseKind, str | None, bool, bool, bool], list[int]] = {}
        for number, found in enumerate(self.found):
            if found.noise or found.kind is CauseKind.TOOL or found.bookkeeping:
                noise = bool(found.noise)
                key = found.kind, found.tool, noise, found.certain and not noise, found.bookkeeping
                alike.setdefault(key, []).append(number)
        into = np.arange(len(self.found), dtype=np.int32)
        for (_, _, noise, _, bookkeeping), numbers in alike.items():
            if len(numbers) > (1 if noise or bookkeeping else _OFTEN):
                head = next((number for number in numbers if self.found[number].certain), numbers[0])
                idle = [number for number in numbers if number != head and not self.found[number].consequences]
                into[idle] = head
                self.found[head].repeats = len(idle)
        kept = np.flatnonzero(into == np.arange(len(into)))
        renumbered = np.zeros(len(into), np.int32)
        renumbered[kept] = np.arange(len(kept))
        self.found = [self.found[number] for number in kept.tolist()]
        for found in self.found:
            if found.noise is None:  # looked at only now, since there may be many and few are kept
                found.noise = self._witness.is_noise(int(self._points[found.point]))
        # Steps come first, then bookkeeping, then noise; each by position.
        order = sorted(range(len(self.found)), key=lambda number: self.found[number].rank)
        self.found = [self.found[number] for number in order]
        renumbered[kept[order]] = np.arange(len(order))
        if len(into):
            self.cause = renumbered[into[self.cause]].astype(np.int32)


def _agree(rows: int, decisions: int) -> bool:
    """Whether the runs agree after so many equal steps in a row, with so many decisions among them."""
    return decisions >= _DECISIONS or (decisions > 0 and rows >= _STEPS) or rows >= _MANY_STEPS


def _sums(marked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """How many of the rows before each are marked."""
    return np.concatenate(([0], np.cumsum(marked))).astype(np.int32)
