"""The result of a comparison of two runs, A and B: which events correspond, what differs, and why.

All classes are immutable values, and their arrays are never changed after publication. An *index* of an event is its
EventIndex, counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from enum import IntEnum, StrEnum
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.compared_content import ComparedContent
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.translation.messages import translatable

NO_CAUSE = -1


class Change(IntEnum):
    """The difference between the two runs in one aligned row."""

    EQUAL = 0
    CHANGED = 1  # counterparts: same kind and, for tools, the same request or tool
    MOVED = 2  # the same event at another place
    ONLY_A = 3
    ONLY_B = 4
    STATE = 5  # equal events after which different states were recorded


class CauseKind(StrEnum):
    """The kind of a cause: what differs first."""

    TOOL = "tool"
    DECISION = "decision"
    OBSERVATION = "observation"
    CONFIG = "config"
    MEMORY = "memory"
    ORDER = "order"
    STATE = "state"
    MISSING = "missing"
    EXTRA = "extra"
    OTHER = "other"


class CauseRank(IntEnum):
    """The group that a cause is listed in; lower ranks come first."""

    STEP = 0  # a step differs
    BOOKKEEPING = 1  # a record that is not a step differs
    VOLATILE = 2  # only ids, clock times, durations or temporary paths differ


OTHER_DETAILS = translatable(
    "Their outcomes read the same, but the answer, what was expected, or another detail in them differs."
)
"""For results that differ in more than their words, see Comparison."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The rows of a split view, from top to bottom: every event of A and of B is in exactly one row.

    Attributes:
        a, b: int32[rows], event indexes, increasing; NO_EVENT if the side has no event in the row.
        change: uint8[rows], a Change. In a MOVED row the two events need not be counterparts.
        partner_of_a: int32[events of A], the index in B of each event's counterpart; NO_EVENT if it has none.
        partner_of_b: int32[events of B], the same for B.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    change: NDArray[np.uint8]
    partner_of_a: NDArray[np.int32]
    partner_of_b: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The divergences as columns, one entry per divergence, by row. A moved event has one entry, at its row in A.

    Attributes:
        row: int32, its row in the Alignment, increasing.
        a, b: int32, indexes of the counterparts; NO_EVENT if a side has none.
        change: uint8, a Change other than EQUAL.
        cause: int32, index in the list of causes of the one that it is or follows from; NO_CAUSE if none was found.
    """

    row: NDArray[np.int32]
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    change: NDArray[np.uint8]
    cause: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason why the runs differ.

    Attributes:
        point: index of its divergence in Points.
        kind: what differs.
        tool: the tool's name for kind TOOL, and for MISSING and EXTRA events of a tool; otherwise None.
        certain: False if something since the runs last agreed differs too, so that it is only a possible cause.
        explanation: headline and details in the user's language; plain text, control characters already replaced.
        consequences: number of other divergences that follow from it.
        suppressed: number of similar differences that rules ignore.
        rank: its group in the list.
    """

    point: int
    kind: CauseKind
    tool: str | None
    certain: bool
    explanation: str
    consequences: int
    suppressed: int
    rank: CauseRank = CauseRank.STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Number of rows by Change; `ignored`: rows whose differences are all ignored by rules."""

    equal: int
    changed: int
    moved: int
    only_a: int
    only_b: int
    state: int
    ignored: int


@dataclass(frozen=True, slots=True)
class ToolDifference:
    """The counts of one tool in both runs.

    Attributes:
        tool: its name.
        calls_a, calls_b: number of requests.
        errors_a, errors_b: number of responses without success.
        answered_otherwise: number of equal requests that were answered differently.
        ignored: how many of these differences rules ignore.
    """

    tool: str
    _: KW_ONLY
    calls_a: int
    calls_b: int
    errors_a: int
    errors_b: int
    answered_otherwise: int
    ignored: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Comparison:
    """The complete comparison of two runs.

    Attributes:
        alignment: the rows.
        points: the divergences, by row.
        causes: by rank, and in each rank by row.
        counts: number of rows by Change.
        tools: the counts of each tool of either run, by name.
        ignored: bool[rows], rows whose differences are all ignored by rules; they are not in `points`.
        content: what was compared, and what was left out.
        results: the outcome and the end that each run records.
        results_equal: whether both runs record the same outcome, end and expected result.
        ranked: the indexes of `causes` in the order to show them, see `rank_causes`.
        cause_points: int64[causes], the index in `points` of each cause's divergence.
    """

    alignment: Alignment
    points: Points
    causes: tuple[Cause, ...]
    counts: Counts
    tools: tuple[ToolDifference, ...]
    ignored: NDArray[np.bool_]
    content: ComparedContent = field(default_factory=ComparedContent)
    results: tuple[RunResult, RunResult] = field(default_factory=lambda: (RunResult(), RunResult()))
    results_equal: bool = True
    ranked: tuple[int, ...] = field(init=False)  # here, because the window would do it for each of its parts
    cause_points: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranked", tuple(rank_causes(self.causes)))
        object.__setattr__(self, "cause_points", np.array([cause.point for cause in self.causes], np.int64))

    @property
    def diverged(self) -> bool:
        """Whether the content differs: a step, or the outcome."""
        return len(self.points.row) > 0 or not self.results_equal

    @property
    def first_point(self) -> int | None:
        """The index in `points` of the first cause; None if no step differs.

        If there is no other difference, it differs only in ids, clock times and similar values.
        """
        if not len(self.points.row):
            return None
        return self.causes[0].point if self.causes else 0

    @property
    def same(self) -> bool:
        """Whether the runs are the same: equal in content, and no data of their source files is missing in the logs."""
        return not self.diverged and self.content.whole


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which two values differ.

    Attributes:
        path: JSON Pointer.
        a, b: the values there; `core.state.state.ABSENT` if a side has none.
        ignored: whether a rule ignores it.
    """

    path: str
    a: Any
    b: Any
    ignored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DivergencePoint:
    """The public form of one divergence.

    Attributes:
        position: index in A, from 0, or the index at which the event of B would be inserted in A.
        position_b: the same for B.
        event_id: id of the event in A, or else in B.
        change: name of the Change, in lower case.
        expected, actual: content hash (hex) of the event in A and in B; for ``state`` the hash of the recorded state
            after it; None if a side has none.
        diff: the difference as one line of text.
        differences: the payloads' differences, path by path; empty unless `change` is ``changed``.
    """

    position: EventIndex
    position_b: EventIndex
    event_id: str
    change: str
    expected: str | None
    actual: str | None
    diff: str
    differences: tuple[Difference, ...]


def rank_causes(causes: Sequence[Cause]) -> list[int]:
    """Return the indexes of `causes` in the order to show them.

    First come certain causes with consequences, then certain ones without, then possible ones; after these the causes
    of bookkeeping, and last those that differ only in ids, clock times and similar. Each group keeps its order.
    """
    groups: tuple[list[int], ...] = [], [], [], [], []
    for index, cause in enumerate(causes):
        if cause.rank is CauseRank.STEP:
            groups[(0 if cause.consequences else 1) if cause.certain else 2].append(index)
        else:
            groups[2 + cause.rank].append(index)
    return [*chain.from_iterable(groups)]
