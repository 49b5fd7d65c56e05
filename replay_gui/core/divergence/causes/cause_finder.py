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

from replay_gui.core.divergence.causes.causal_columns import NO_PARENT
from replay_gui.core.divergence.causes.joint_rows import ANSWER, JointRows
from replay_gui.core.divergence.comparison import NO_CAUSE, NO_EVENT, CauseKind, CauseRank, Change
from replay_gui.core.log.kinds import Kind, is_bookkeeping

_MIN_EQUAL_DECISIONS, _MIN_EQUAL_STEPS, _MIN_EQUAL_STEPS_ALONE = 2, 8, 32  # see _agree
_MAX_LISTED_PER_TOOL = 3  # causes; of more, those without consequences are merged into one
REPLACEMENT_ROWS = 64  # rows in which what takes the place of a missing step is looked for
NO_POINT = -1
_WEIGHT_POSSIBLE, _WEIGHT_CERTAIN = 1, 2  # how much a cause weighs when consequences are counted

_CAUSE_KINDS: dict[str, CauseKind] = {
    Kind.DECISION: CauseKind.DECISION,
    Kind.TOOL_REQUEST: CauseKind.DECISION,  # what to ask is decided
    Kind.PATCH_PROPOSAL: CauseKind.DECISION,
    Kind.OBSERVATION: CauseKind.OBSERVATION,
    Kind.AGENT_INIT: CauseKind.CONFIG,
    Kind.MEMORY_WRITE: CauseKind.MEMORY,
    Kind.MEMORY_READ: CauseKind.MEMORY,
}
_MEMORY_READ, _MEMORY_WRITE, _OBSERVATION = Kind.MEMORY_READ.value, Kind.MEMORY_WRITE.value, Kind.OBSERVATION.value
_DECISION_KINDS = (Kind.DECISION.value, Kind.TOOL_REQUEST.value, Kind.PATCH_PROPOSAL.value)


class CauseQueries(Protocol):
    """What the analysis asks about single divergences, by row; an answer may need the events read."""

    def answers_equal_request(self, row: int) -> bool:
        """Whether these are changed responses to an equal request."""

    def is_noise(self, row: int) -> bool:
        """Whether changed events differ in nothing but what presets match: clock times and the like."""

    def memory_key(self, row: int) -> str | None:
        """The key that a memory event writes or reads."""


class CausalPast(NamedTuple):
    """What differs in a past: the cause that weighs most there, and whether it is sure to be all.

    Attributes:
        weight: 0 where no step differs; _POSSIBLE, _SURE. cause: the latest of that weight.
        swayed: a decision or a request differs. doubted: something differs that a rule calls non-deterministic.
        noise: the latest cause that is noise, NO_CAUSE where there is none.
    """

    weight: int = 0
    cause: int = NO_CAUSE
    decision_differs: bool = False
    uncertain: bool = False
    noise: int = NO_CAUSE

    def with_uncertain(self, uncertain: bool) -> CausalPast:
        """Return this past, marked as uncertain if `uncertain` is true."""
        return self._replace(uncertain=True) if uncertain and not self.uncertain else self

    def union(self, other: CausalPast) -> CausalPast:
        """Return what differs in either of two pasts: the heavier cause, and every doubt of both."""
        if self is other:
            return self
        weight, cause = max(self[:2], other[:2])
        swayed, doubted = self.decision_differs or other.decision_differs, self.uncertain or other.uncertain
        return CausalPast(weight, cause, swayed, doubted, max(self.noise, other.noise))


NO_DIFFERENCE = CausalPast()


@dataclass(slots=True)
class CauseDraft:
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
        witness: CauseQueries,
    ) -> None:
        self._joint, self._live, self._is_nondeterministic, self._queries = joint, live, doubted, witness
        self._points = points
        self.cause = np.full(len(points), NO_CAUSE, np.int32)
        self.drafts: list[CauseDraft] = []
        self._change = joint.alignment.change
        count = len(live)
        self._point_at = np.full(count, NO_POINT, np.int32)
        self._point_at[points] = np.arange(len(points), dtype=np.int32)
        self._is_decision = joint.kind == joint.kinds.index(Kind.DECISION)
        if not self._is_decision.any():  # a log of calls alone: each of them was decided on
            self._is_decision = joint.kind == joint.kinds.index(Kind.TOOL_REQUEST)
        self._decisions_before = _counts_before(self._is_decision & ~live)
        self._uncertain_before = _counts_before(doubted)
        rows = np.flatnonzero(live)
        self._last_live = np.full(count + 1, NO_POINT, np.int32)  # the last live row before each
        self._last_live[rows + 1] = rows
        np.maximum.accumulate(self._last_live, out=self._last_live)
        self._points_before = _counts_before(self._point_at != NO_POINT)
        self._is_read = Kind.MEMORY_READ in {joint.kinds[kind] for kind in np.unique(joint.kind[points]).tolist()}
        self._past_after: list[CausalPast] = []  # what each point's past and the point itself make for those after it
        self._running_past: list[CausalPast] = []  # the same over all points since the runs last agreed
        self._past_of_key: dict[str, CausalPast] = {}  # by memory key

    def run(self) -> None:
        """Finds the causes."""
        for i, row in enumerate(self._points.tolist()):
            self._add_point(i, row)
        self._merge_repeats()

    # ---- one point ----------------------------------------------------------------------------------
    def _add_point(self, i: int, row: int) -> None:
        change, kind = int(self._change[row]), self._joint.kind_of(row)
        before = self._past_by_order(row)
        past = self._past(i, row, change, before)
        if is_bookkeeping(kind):
            self._add_bookkeeping(i, row, change, kind, before, past)
            return
        key = self._queries.memory_key(row) if self._is_read and kind in (_MEMORY_WRITE, _MEMORY_READ) else None
        if kind == _MEMORY_READ and key is not None:
            past = past.union(self._past_of_key.get(key, NO_DIFFERENCE))
        if kind == _OBSERVATION and past.weight and not past.decision_differs and self._is_config(past.cause):
            past = CausalPast(uncertain=past.uncertain, noise=past.noise)
        otherwise = change == Change.CHANGED and kind == ANSWER and self._queries.answers_equal_request(row)
        noise = False
        if otherwise or not past.weight:
            number = len(self.drafts)
            certain = not past.decision_differs if otherwise else not past.uncertain
            if otherwise:
                what, tool = CauseKind.TOOL, self._joint.tool_of(row)
            else:
                what, tool = self._kind_and_tool(row, change, kind)
            suspected = otherwise and not certain
            noise = change == Change.CHANGED and not suspected and self._queries.is_noise(row)
            if noise and not otherwise and past.noise != NO_CAUSE:
                number = past.noise  # the same ids and times, further on
            else:
                found = CauseDraft(i, what, tool, certain, None if suspected else noise)
                found.after_noise = past.noise != NO_CAUSE
                self.drafts.append(found)
            weight = 0 if noise else _WEIGHT_POSSIBLE if suspected else _WEIGHT_CERTAIN
        else:
            weight, number = past.weight, past.cause
        self.cause[i] = number
        swayed = kind in _DECISION_KINDS and change != Change.MOVED and not noise
        own = CausalPast(noise=number) if noise else CausalPast(weight, number, swayed)
        whole = past.union(own)
        self._past_after.append(whole)
        self._running_past.append(before.union(whole))
        if kind == _MEMORY_WRITE and key is not None:
            self._past_of_key[key] = whole

    def _add_bookkeeping(self, i: int, row: int, change: int, kind: str, before: CausalPast, past: CausalPast) -> None:
        """Add a record that is no step: a consequence of what differs before it, and no reason for what follows."""
        if past.weight:
            self.cause[i] = past.cause
        else:
            what, _ = self._kind_and_tool(row, change, kind)
            noise = change == Change.CHANGED and self._queries.is_noise(row)
            self.cause[i] = len(self.drafts)
            self.drafts.append(CauseDraft(i, what, None, True, noise, bookkeeping=True))
        self._past_after.append(past)
        self._running_past.append(before.union(past))

    def _is_config(self, cause: int) -> bool:
        return self.drafts[cause].kind is CauseKind.CONFIG

    def _kind_and_tool(self, row: int, change: int, kind: str) -> tuple[CauseKind, str | None]:
        if change == Change.MOVED:
            return CauseKind.ORDER, None
        if change == Change.STATE:
            return CauseKind.STATE, None
        if change == Change.CHANGED:
            return _CAUSE_KINDS.get(kind, CauseKind.OTHER), None
        if kind in _DECISION_KINDS and self._is_replaced(row, change):
            return CauseKind.DECISION, None
        return (CauseKind.MISSING if change == Change.ONLY_A else CauseKind.EXTRA), self._joint.tool_of(row)

    def _is_replaced(self, row: int, change: int) -> bool:
        """Whether the other run decided on something else at the same place."""
        other = Change.ONLY_B if change == Change.ONLY_A else Change.ONLY_A
        for at in range(row + 1, min(row + REPLACEMENT_ROWS, len(self._live))):
            if not self._live[at]:
                return False
            if self._change[at] == other and self._joint.kind_of(at) in _DECISION_KINDS:
                return True
        return False

    # ---- the past -----------------------------------------------------------------------------------
    def _past(self, i: int, row: int, change: int, before: CausalPast) -> CausalPast:
        """What differs in the causal past of the events of a row."""
        joint = self._joint
        if change == Change.MOVED:
            return before
        if i and change in (Change.ONLY_A, Change.ONLY_B):
            last = int(self._points[i - 1])
            if last == row - 1 and self._change[last] == change:
                return self._past_after[i - 1]  # one stretch that one run alone has
        a, b = int(joint.alignment.a[row]), int(joint.alignment.b[row])
        past_a = None if a == NO_EVENT else self._past_by_parents(a, joint.causal_a.parent, joint.row_of_a)
        past_b = None if b == NO_EVENT else self._past_by_parents(b, joint.causal_b.parent, joint.row_of_b)
        if past_a is None or past_b is None:
            return past_a or past_b or before
        return past_a.union(past_b)

    def _past_by_parents(self, index: int, parent: NDArray[np.int32], row_of: NDArray[np.int32]) -> CausalPast | None:
        """What differs along the chain of parents, back to where it agrees; None where no parent is recorded."""
        if parent[index] == NO_PARENT:
            return None
        rows = decisions = 0
        doubted = False
        while not _agree(rows, decisions):
            above = int(parent[index])
            if above == NO_PARENT:
                return self._past_by_order(int(row_of[index])).with_uncertain(doubted)
            row = int(row_of[above])
            point = int(self._point_at[row])
            if 0 <= point < len(self._past_after):
                return self._past_after[point].with_uncertain(doubted)
            doubted |= bool(self._is_nondeterministic[row])
            rows += 1
            decisions += bool(self._is_decision[row])
            index = above
        return CausalPast(uncertain=doubted)

    def _past_by_order(self, row: int) -> CausalPast:
        """What differs before a row, back to where the runs agree."""
        last = int(self._last_live[row])
        since = max(last + 1, row - _MIN_EQUAL_STEPS)
        doubted = bool(self._uncertain_before[row] - self._uncertain_before[since])
        if last < 0 or _agree(row - last - 1, int(self._decisions_before[row] - self._decisions_before[last + 1])):
            return CausalPast(uncertain=doubted)
        point = int(self._points_before[last + 1]) - 1  # a moved event's row in B is no point itself
        if point < 0:
            return CausalPast(uncertain=doubted)
        return self._running_past[point].with_uncertain(doubted)

    # ---- what is said once --------------------------------------------------------------------------
    def _merge_repeats(self) -> None:
        """Counts consequences, and lists once what came again and again without any."""
        for cause, points in enumerate(np.bincount(self.cause, minlength=len(self.drafts)).tolist()):
            self.drafts[cause].consequences = points - 1
        alike: dict[tuple[CauseKind, str | None, bool, bool, bool], list[int]] = {}
        for number, found in enumerate(self.drafts):
            if found.noise or found.kind is CauseKind.TOOL or found.bookkeeping:
                noise = bool(found.noise)
                key = found.kind, found.tool, noise, found.certain and not noise, found.bookkeeping
                alike.setdefault(key, []).append(number)
        into = np.arange(len(self.drafts), dtype=np.int32)
        for (_, _, noise, _, bookkeeping), numbers in alike.items():
            if len(numbers) > (1 if noise or bookkeeping else _MAX_LISTED_PER_TOOL):
                head = next((number for number in numbers if self.drafts[number].certain), numbers[0])
                idle = [number for number in numbers if number != head and not self.drafts[number].consequences]
                into[idle] = head
                self.drafts[head].repeats = len(idle)
        kept = np.flatnonzero(into == np.arange(len(into)))
        renumbered = np.zeros(len(into), np.int32)
        renumbered[kept] = np.arange(len(kept))
        self.drafts = [self.drafts[number] for number in kept.tolist()]
        for found in self.drafts:
            if found.noise is None:  # looked at only now, since there may be many and few are kept
                found.noise = self._queries.is_noise(int(self._points[found.point]))
        # Steps come first, then bookkeeping, then noise; each by position.
        order = sorted(range(len(self.drafts)), key=lambda number: self.drafts[number].rank)
        self.drafts = [self.drafts[number] for number in order]
        renumbered[kept[order]] = np.arange(len(order))
        if len(into):
            self.cause = renumbered[into[self.cause]].astype(np.int32)


def _agree(rows: int, decisions: int) -> bool:
    """Whether the runs agree after so many equal steps in a row, with so many decisions among them."""
    return (
        decisions >= _MIN_EQUAL_DECISIONS
        or (decisions > 0 and rows >= _MIN_EQUAL_STEPS)
        or rows >= _MIN_EQUAL_STEPS_ALONE
    )


def _counts_before(marked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """How many of the rows before each are marked."""
    return np.concatenate(([0], np.cumsum(marked))).astype(np.int32)
