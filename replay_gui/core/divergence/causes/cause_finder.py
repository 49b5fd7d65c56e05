"""Find which divergences are causes, and which cause each other divergence follows from.

A divergence is a cause if nothing in its causal past differs. The causal past of an event is the chain of its recorded
parents; if no parent is recorded, it is everything since the runs last agreed. Runs *agree* again after some equal
steps in a row (see _agree). Two kinds of divergences are always causes: another answer to an equal request, and an
observation in whose past only the agents' configuration differs, because a configuration cannot change the world.

Noise (events that differ only in ids, clock times and similar) and bookkeeping (records that are not steps) never
explain a later step. Each is a separate cause; later noise may follow from earlier noise.

The divergences are visited once, by row, and each looks back a limited number of steps: linear in their number. The
rules are described in resources/docs/causes.md.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.causes.causal_past import (
    NO_DIFFERENCE,
    WEIGHT_CERTAIN,
    WEIGHT_NONE,
    WEIGHT_POSSIBLE,
    CausalPast,
)
from replay_gui.core.divergence.causes.joint_rows import ANSWER, JointRows
from replay_gui.core.divergence.comparison import NO_CAUSE, CauseKind, CauseRank, Change
from replay_gui.core.index.index_columns import NO_PARENT
from replay_gui.core.log.kinds import Kind, is_bookkeeping
from replay_gui.core.log.positions import NO_EVENT, EventIndex

# Runs agree after this many equal steps in a row; see _agree:
_MIN_EQUAL_DECISIONS = 2
_MIN_EQUAL_STEPS = 8  # with at least one decision among them
_MIN_EQUAL_STEPS_ALONE = 32  # without any decision
_MAX_LISTED_PER_TOOL = 3  # causes; of more, those without consequences are merged into one
REPLACEMENT_ROWS = 64  # rows in which the replacement of a missing step is searched for
_NO_POINT = -1

_CAUSE_KINDS: dict[str, CauseKind] = {
    Kind.DECISION: CauseKind.DECISION,
    Kind.TOOL_REQUEST: CauseKind.DECISION,  # the question is decided
    Kind.PATCH_PROPOSAL: CauseKind.DECISION,
    Kind.OBSERVATION: CauseKind.OBSERVATION,
    Kind.AGENT_INIT: CauseKind.CONFIG,
    Kind.MEMORY_WRITE: CauseKind.MEMORY,
    Kind.MEMORY_READ: CauseKind.MEMORY,
}
_MEMORY_READ, _MEMORY_WRITE, _OBSERVATION = Kind.MEMORY_READ.value, Kind.MEMORY_WRITE.value, Kind.OBSERVATION.value
_DECISION_KINDS = (Kind.DECISION.value, Kind.TOOL_REQUEST.value, Kind.PATCH_PROPOSAL.value)


class CauseQueries(Protocol):
    """Queries about single rows; an answer may need to read both events."""

    def answers_equal_request(self, row: int) -> bool:
        """Whether these are changed responses to an equal request."""

    def is_noise(self, row: int) -> bool:
        """Return whether changed events differ only in values that presets match: clock times and similar."""

    def memory_key(self, row: int) -> str | None:
        """Return the key that a memory event writes or reads; None if it names none."""


@dataclass(slots=True)
class CauseDraft:
    """A cause without its explanation.

    Attributes:
        point: its entry in Points.
        kind, tool, certain: as in Cause.
        noise: whether both events differ only by noise (see CauseQueries.is_noise); None if it is not yet known.
        consequences: number of divergences that follow from it.
        repeats: number of similar causes that are merged into this one.
        after_noise: whether its past differs, but only by noise.
        bookkeeping: whether its record is not a step.
    """

    point: int
    kind: CauseKind
    tool: str | None
    _: KW_ONLY
    certain: bool
    noise: bool | None
    consequences: int = 0
    repeats: int = 0
    after_noise: bool = False
    bookkeeping: bool = False

    @property
    def rank(self) -> CauseRank:
        """The group of causes that it is listed in."""
        return CauseRank.VOLATILE if self.noise else CauseRank.BOOKKEEPING if self.bookkeeping else CauseRank.STEP


class CauseFinder:
    """One analysis of the divergences between two runs.

    Attributes:
        cause: int32[points], index in `drafts` of the cause of each divergence.
        drafts: the causes, in the order to show them.
    """

    def __init__(
        self,
        joint: JointRows,
        live: NDArray[np.bool_],
        nondeterministic: NDArray[np.bool_],
        points: NDArray[np.int32],
        queries: CauseQueries,
    ) -> None:
        """Prepare the analysis; `run` does it.

        Args:
            joint: the aligned rows.
            live: bool[rows], rows that differ and that no rule ignores.
            nondeterministic: bool[rows], rows that differ in data that a rule marks as non-deterministic.
            points: int32[points], the rows of the divergences, increasing; a moved event is one point, at its row in A.
            queries: answers questions about single rows.
        """
        self._joint, self._live, self._is_nondeterministic, self._queries = joint, live, nondeterministic, queries
        self._points = points
        self.cause = np.full(len(points), NO_CAUSE, np.int32)
        self.drafts: list[CauseDraft] = []
        self._change = joint.alignment.change
        count = len(live)
        self._point_at = np.full(count, _NO_POINT, np.int32)  # by row
        self._point_at[points] = np.arange(len(points), dtype=np.int32)
        self._is_decision = joint.kind == joint.kinds.index(Kind.DECISION)
        if not self._is_decision.any():  # in a log of calls alone, each call is a decision
            self._is_decision = joint.kind == joint.kinds.index(Kind.TOOL_REQUEST)
        self._decisions_before = _counts_before(self._is_decision & ~live)
        self._uncertain_before = _counts_before(nondeterministic)
        self._points_before = _counts_before(self._point_at != _NO_POINT)
        rows = np.flatnonzero(live)
        self._last_live = np.full(count + 1, _NO_POINT, np.int32)  # last live row before each row
        self._last_live[rows + 1] = rows
        np.maximum.accumulate(self._last_live, out=self._last_live)
        self._is_read = Kind.MEMORY_READ in {joint.kinds[kind] for kind in np.unique(joint.kind[points]).tolist()}
        self._past_after: list[CausalPast] = []  # by point: its own past and the point itself
        self._running_past: list[CausalPast] = []  # by point: the same of all points since the runs last agreed
        self._past_of_key: dict[str, CausalPast] = {}  # by memory key: the past of its last write

    def run(self) -> None:
        """Fill `cause` and `drafts`."""
        for i, row in enumerate(self._points.tolist()):
            self._add_point(i, row)
        self._merge_repeats()

    # ---- one point ----------------------------------------------------------------------------------
    def _add_point(self, i: int, row: int) -> None:
        """Decide whether a divergence is a cause or follows from one."""
        change, kind = int(self._change[row]), self._joint.kind_of(row)
        before = self._past_by_order(row)
        past = self._causal_past(i, row, change, before)
        if is_bookkeeping(kind):
            self._add_bookkeeping(i, row, change=change, kind=kind, before=before, past=past)
            return
        key = self._queries.memory_key(row) if self._is_read and kind in (_MEMORY_WRITE, _MEMORY_READ) else None
        if kind == _MEMORY_READ and key is not None:
            past = past.union(self._past_of_key.get(key, NO_DIFFERENCE))
        if kind == _OBSERVATION and past.weight and not past.decision_differs and self._is_config(past.cause):
            past = CausalPast(uncertain=past.uncertain, noise=past.noise)
        answers_differ = change == Change.CHANGED and kind == ANSWER and self._queries.answers_equal_request(row)
        noise = False
        if answers_differ or not past.weight:
            number = len(self.drafts)
            certain = not (past.decision_differs if answers_differ else past.uncertain)
            if answers_differ:
                what, tool = CauseKind.TOOL, self._joint.tool_of(row)
            else:
                what, tool = self._kind_and_tool(row, change, kind)
            suspected = answers_differ and not certain
            noise = change == Change.CHANGED and not suspected and self._queries.is_noise(row)
            if noise and not answers_differ and past.noise != NO_CAUSE:
                number = past.noise  # the same ids or times as before
            else:
                draft = CauseDraft(i, what, tool, certain=certain, noise=None if suspected else noise)
                draft.after_noise = past.noise != NO_CAUSE
                self.drafts.append(draft)
            weight = WEIGHT_NONE if noise else WEIGHT_POSSIBLE if suspected else WEIGHT_CERTAIN
        else:
            weight, number = past.weight, past.cause
        self.cause[i] = number
        is_decision = kind in _DECISION_KINDS and change != Change.MOVED and not noise
        own = CausalPast(noise=number) if noise else CausalPast(weight, number, is_decision)
        past_after = past.union(own)
        self._past_after.append(past_after)
        self._running_past.append(before.union(past_after))
        if kind == _MEMORY_WRITE and key is not None:
            self._past_of_key[key] = past_after

    def _add_bookkeeping(
        self, i: int, row: int, *, change: int, kind: str, before: CausalPast, past: CausalPast
    ) -> None:
        """Decide the same for a record that is not a step: it may follow from a step, but never explains one."""
        if past.weight:
            self.cause[i] = past.cause
        else:
            what, _ = self._kind_and_tool(row, change, kind)
            noise = change == Change.CHANGED and self._queries.is_noise(row)
            self.cause[i] = len(self.drafts)
            self.drafts.append(CauseDraft(i, what, None, certain=True, noise=noise, bookkeeping=True))
        self._past_after.append(past)
        self._running_past.append(before.union(past))

    def _is_config(self, cause: int) -> bool:
        return self.drafts[cause].kind is CauseKind.CONFIG

    def _kind_and_tool(self, row: int, change: int, kind: str) -> tuple[CauseKind, str | None]:
        """Return the kind of a cause, and its tool if it has one."""
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
        """Whether the other run has another decision or request at the same place."""
        other = Change.ONLY_B if change == Change.ONLY_A else Change.ONLY_A
        for other_row in range(row + 1, min(row + REPLACEMENT_ROWS, len(self._live))):
            if not self._live[other_row]:
                return False
            if self._change[other_row] == other and self._joint.kind_of(other_row) in _DECISION_KINDS:
                return True
        return False

    # ---- causal pasts -----------------------------------------------------------------------------------
    def _causal_past(self, i: int, row: int, change: int, before: CausalPast) -> CausalPast:
        """Return what differs in the causal past of a row's events; `before`: its past by order."""
        joint = self._joint
        if change == Change.MOVED:
            return before
        if i and change in (Change.ONLY_A, Change.ONLY_B):
            last = int(self._points[i - 1])
            if last == row - 1 and self._change[last] == change:
                return self._past_after[i - 1]  # consecutive events that only one run has share a past
        a, b = EventIndex(int(joint.alignment.a[row])), EventIndex(int(joint.alignment.b[row]))
        past_a = None if a == NO_EVENT else self._past_by_parents(a, joint.a.causal.parent, joint.row_of_a)
        past_b = None if b == NO_EVENT else self._past_by_parents(b, joint.b.causal.parent, joint.row_of_b)
        if past_a is None or past_b is None:
            return past_a or past_b or before
        return past_a.union(past_b)

    def _past_by_parents(
        self, index: EventIndex, parent: NDArray[np.int32], row_of: NDArray[np.int32]
    ) -> CausalPast | None:
        """Return what differs in the chain of an event's parents, back to where the runs agree.

        None if the event has no recorded parent. `parent`: by event; `row_of`: by event, of the same side.
        """
        if parent[index] == NO_PARENT:
            return None
        rows = decisions = 0
        uncertain = False
        while not _agree(rows, decisions):
            above = EventIndex(int(parent[index]))
            if above == NO_PARENT:
                return self._past_by_order(int(row_of[index])).with_uncertain(uncertain)
            row = int(row_of[above])
            point = int(self._point_at[row])
            if 0 <= point < len(self._past_after):
                return self._past_after[point].with_uncertain(uncertain)
            uncertain |= bool(self._is_nondeterministic[row])
            rows += 1
            decisions += bool(self._is_decision[row])
            index = above
        return CausalPast(uncertain=uncertain)

    def _past_by_order(self, row: int) -> CausalPast:
        """Return what differs in the rows before a row, back to where the runs agree."""
        last = int(self._last_live[row])
        since = max(last + 1, row - _MIN_EQUAL_STEPS)
        uncertain = bool(self._uncertain_before[row] - self._uncertain_before[since])
        if last < 0 or _agree(row - last - 1, int(self._decisions_before[row] - self._decisions_before[last + 1])):
            return CausalPast(uncertain=uncertain)
        point = int(self._points_before[last + 1]) - 1  # none if the row holds a moved event's place in B
        if point < 0:
            return CausalPast(uncertain=uncertain)
        return self._running_past[point].with_uncertain(uncertain)

    # ---- the list of causes --------------------------------------------------------------------------
    def _merge_repeats(self) -> None:
        """Count the consequences, merge similar causes that have none, and put the causes in the order to show them."""
        for number, point_count in enumerate(np.bincount(self.cause, minlength=len(self.drafts)).tolist()):
            self.drafts[number].consequences = point_count - 1
        merged_into = self._merged_numbers()
        listed = np.flatnonzero(merged_into == np.arange(len(merged_into)))
        for number in listed.tolist():
            draft = self.drafts[number]
            if draft.noise is None:  # computed late, because only a few of many such causes are listed
                draft.noise = self._queries.is_noise(int(self._points[draft.point]))
        order = sorted(listed.tolist(), key=lambda number: self.drafts[number].rank)  # stable: each rank by position
        new_number = np.zeros(len(merged_into), np.int32)
        new_number[order] = np.arange(len(order))
        self.drafts = [self.drafts[number] for number in order]
        if len(merged_into):
            self.cause = new_number[merged_into[self.cause]].astype(np.int32)

    def _merged_numbers(self) -> NDArray[np.int32]:
        """Return, by cause, the cause that it is merged into: itself for those that stay."""
        similar: dict[tuple[CauseKind, str | None, bool, bool, bool], list[int]] = {}
        for number, draft in enumerate(self.drafts):
            if draft.noise or draft.kind is CauseKind.TOOL or draft.bookkeeping:
                noise = bool(draft.noise)
                key = draft.kind, draft.tool, noise, draft.certain and not noise, draft.bookkeeping
                similar.setdefault(key, []).append(number)
        merged_into = np.arange(len(self.drafts), dtype=np.int32)
        for (_, _, noise, _, bookkeeping), numbers in similar.items():
            if len(numbers) > (1 if noise or bookkeeping else _MAX_LISTED_PER_TOOL):
                first = next((number for number in numbers if self.drafts[number].certain), numbers[0])
                merged = [number for number in numbers if number != first and not self.drafts[number].consequences]
                merged_into[merged] = first
                self.drafts[first].repeats = len(merged)
        return merged_into


def _agree(rows: int, decisions: int) -> bool:
    """Whether the runs agree again after `rows` equal rows in a row that contain `decisions` decisions."""
    return (
        decisions >= _MIN_EQUAL_DECISIONS
        or (decisions > 0 and rows >= _MIN_EQUAL_STEPS)
        or rows >= _MIN_EQUAL_STEPS_ALONE
    )


def _counts_before(marked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return int32[rows + 1]: the number of marked rows before each."""
    return np.concatenate(([0], np.cumsum(marked))).astype(np.int32)
