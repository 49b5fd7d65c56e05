"""What a comparison of two runs, A and B, says: which events belong together, what differs, and why.

All of it are values: arrays never change once published. An *index* is an event's EventIndex, counted from 0.
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

NO_EVENT = -1  # in a column of indexes: no event on this side
NO_CAUSE = -1


class Change(IntEnum):
    """What two runs make of one step."""

    EQUAL = 0
    CHANGED = 1  # counterparts: same kind and, for tools, the same request or tool
    MOVED = 2  # the same event, elsewhere in the order
    ONLY_A = 3
    ONLY_B = 4
    STATE = 5  # equal events after which another state was recorded


class CauseKind(StrEnum):
    """What made runs part."""

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
    """What a cause says of the run."""

    STEP = 0  # a step differs
    BOOKKEEPING = 1  # a record that is no step differs
    VOLATILE = 2  # nothing differs but ids, clock times, durations or temporary paths


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The rows of a split view, from top to bottom: every event of A and of B stands in exactly one row.

    Attributes:
        a, b: int32[rows], event indexes, NO_EVENT where the side has none; increasing where they are indexes.
        change: uint8[rows], a Change. In a MOVED row the events beside each other need not be counterparts.
        partner_of_a: int32[events of A], the index in B of each event's counterpart, NO_EVENT where it has none.
        partner_of_b: int32[events of B], the reverse.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    change: NDArray[np.uint8]
    partner_of_a: NDArray[np.int32]
    partner_of_b: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The divergences, by row: columns, one entry a divergence. A moved event is one point, at its row in A.

    Attributes:
        row: int32, its row in the Alignment, increasing.
        a, b: int32, indexes of the counterparts, NO_EVENT where a side has none.
        change: uint8, a Change other than EQUAL.
        cause: int32, which of the causes it is or follows from, NO_CAUSE where none is known.
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
        point: its entry in Points.
        kind: what it is. tool: the tool's name for kind TOOL, and for MISSING and EXTRA events of a tool; else None.
        certain: False where something between the last agreement and here differs too, so that it is a suspicion.
        explanation: a sentence or two for a person; plain text, control characters already replaced.
        consequences: how many divergences follow from it. suppressed: how many like it rules have silenced.
        rank: how much it says of the run; causes of a lower rank are shown first.
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
    """Steps by what the runs make of them. `ignored`: those that differ in nothing but what rules silence."""

    equal: int
    changed: int
    moved: int
    only_a: int
    only_b: int
    state: int
    ignored: int


@dataclass(frozen=True, slots=True)
class ToolDifference:
    """One tool in both runs: calls, errors (responses without success), and equal requests answered otherwise.

    `ignored`: of `answered_otherwise`, how many rules silence.
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
    """All that is known of two runs side by side.

    Attributes:
        ignored: bool[rows], rows whose differences are all silenced by rules (they are in no Points).
        points: by position. causes: those of steps by position, then those of bookkeeping, then those that are
        volatile.
        content: what was compared. results: what each run says of its outcome and end.
        results_equal: whether both say the same of them, and of what was expected.
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

    @property
    def diverged(self) -> bool:
        """Whether the content differs: a step, or the outcome."""
        return len(self.points.row) > 0 or not self.results_equal

    @property
    def first_point(self) -> int | None:
        """The entry in `points` of the first divergence: one that differs only by ids or clocks, if there is no other.

        None where no step differs.
        """
        if not len(self.points.row):
            return None
        return self.causes[0].point if self.causes else 0

    @property
    def same(self) -> bool:
        """Whether the runs are the same: equal in content, and nothing of their sources is missing in the logs."""
        return not self.diverged and self.content.whole


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which two values differ.

    Attributes:
        path: JSON Pointer. a, b: the values there; ABSENT of core.state where a side has none.
        ignored: a rule silences it.
    """

    path: str
    a: Any
    b: Any
    ignored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DivergencePoint:
    """The plain face of one divergence.

    Attributes:
        position: index in A, or where the event would stand there. position_b: the same in B.
        event_id: of the event in A, else of that in B. change: the Change's name, small.
        expected, actual: content hashes in A and B, hex; state hashes for a STATE change; None where a side is absent.
        diff: one line for people. differences: path by path.
    """

    position: int
    position_b: int
    event_id: str
    change: str
    expected: str | None
    actual: str | None
    diff: str
    differences: tuple[Difference, ...]


def rank_causes(causes: Sequence[Cause]) -> list[int]:
    """Return the indexes of `causes` in the order to show them.

    First those that are certain and have consequences, then those that are certain and have none, then those that are
    only possible; after them all those of bookkeeping, and last those that differ only by ids, clocks and the like.
    Each group in the order of `causes`.
    """
    groups: tuple[list[int], ...] = [], [], [], [], []
    for index, cause in enumerate(causes):
        if cause.rank is CauseRank.STEP:
            groups[(0 if cause.consequences else 1) if cause.certain else 2].append(index)
        else:
            groups[2 + cause.rank].append(index)
    return [*chain.from_iterable(groups)]
