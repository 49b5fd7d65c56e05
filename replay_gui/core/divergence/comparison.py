"""What a comparison of two runs, A and B, says: which events belong together, what differs, and why.

All of it are values: arrays never change once published. An *index* is an event's place in its log, from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why the runs differ.

    Attributes:
        point: its entry in Points.
        kind: what it is. tool: the tool's name for kind TOOL, and for MISSING and EXTRA events of a tool; else None.
        certain: False where something between the last agreement and here differs too, so that it is a suspicion.
        explanation: a sentence or two for a person; plain text, control characters already replaced.
        consequences: how many divergences follow from it. suppressed: how many like it rules have silenced.
    """

    point: int
    kind: CauseKind
    tool: str | None
    certain: bool
    explanation: str
    consequences: int
    suppressed: int


@dataclass(frozen=True, slots=True)
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
    calls_a: int
    calls_b: int
    errors_a: int
    errors_b: int
    answered_otherwise: int
    ignored: int


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """All that is known of two runs side by side.

    Attributes:
        ignored: bool[rows], rows whose differences are all silenced by rules (they are in no Points).
        points: the first of them is the first divergence. causes: by position.
    """

    alignment: Alignment
    points: Points
    causes: tuple[Cause, ...]
    counts: Counts
    tools: tuple[ToolDifference, ...]
    ignored: NDArray[np.bool_]

    @property
    def diverged(self) -> bool:
        return len(self.points.row) > 0


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


@dataclass(frozen=True, slots=True)
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


def ranked(causes: Sequence[Cause]) -> list[int]:
    """Return the indexes of `causes` in the order to show them.

    First those that are certain and have consequences, then those that are certain and have none, then those that are
    only possible; each group in the order of `causes`.
    """
    groups: tuple[list[int], ...] = [], [], []
    for index, cause in enumerate(causes):
        groups[(0 if cause.consequences else 1) if cause.certain else 2].append(index)
    return [*chain.from_iterable(groups)]
