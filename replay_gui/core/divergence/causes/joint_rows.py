"""The rows of an alignment with the kinds, tools and parents of their events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.comparison import Alignment
from replay_gui.core.divergence.side import ComparedSide, number_jointly
from replay_gui.core.index.run_index import NO_TOOL
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import NO_EVENT, EventIndex

ANSWER = Kind.TOOL_RESPONSE.value


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JointRows:
    """The rows of an alignment, with the same numbers for kinds and tools on both sides.

    Attributes:
        a, b: both sides.
        alignment: the rows.
        kinds, tools: names.
        kind: int32[rows], index into `kinds` of the row's event of A, or else of B.
        tool: int32[rows], the same for `tools`; NO_TOOL if the event concerns no tool.
        row_of_a, row_of_b: int32[events], the row of each event.
    """

    a: ComparedSide
    b: ComparedSide
    alignment: Alignment
    kinds: tuple[str, ...]
    kind: NDArray[np.int32]
    tools: tuple[str, ...]
    tool: NDArray[np.int32]
    row_of_a: NDArray[np.int32]
    row_of_b: NDArray[np.int32]

    @classmethod
    def from_alignment(cls, a: ComparedSide, b: ComparedSide, alignment: Alignment) -> JointRows:
        """Return the rows of an alignment, with the same numbers for kinds and tools of A and B."""
        kinds, kind_a, kind_b = number_jointly(a.index.kinds, a.index.kind, b.index.kinds, b.index.kind)
        tools, tool_a, tool_b = number_jointly(a.index.tools, a.index.tool, b.index.tools, b.index.tool)
        return cls(
            a=a,
            b=b,
            alignment=alignment,
            kinds=kinds,
            kind=_column_by_row(alignment, kind_a, kind_b),
            tools=tools,
            tool=_column_by_row(alignment, tool_a, tool_b),
            row_of_a=np.flatnonzero(alignment.a != NO_EVENT).astype(np.int32),
            row_of_b=np.flatnonzero(alignment.b != NO_EVENT).astype(np.int32),
        )

    @property
    def is_answer(self) -> NDArray[np.bool_]:
        """bool[rows]: tool responses."""
        is_answer: NDArray[np.bool_] = self.kind == self.kinds.index(ANSWER)
        return is_answer

    def kind_of(self, row: int) -> str:
        """The kind of a row's event, from A or else from B."""
        return self.kinds[int(self.kind[row])]

    def tool_of(self, row: int) -> str | None:
        """The tool that a row's event names; None if it names none."""
        tool = int(self.tool[row])
        return None if tool == NO_TOOL else self.tools[tool]

    def event_a(self, row: int) -> Event | None:
        """The row's event of A, read from the log; None if only B has one."""
        index = EventIndex(int(self.alignment.a[row]))
        return None if index == NO_EVENT else self.a.event(index)

    def event_b(self, row: int) -> Event | None:
        """The row's event of B, read from the log; None if only A has one."""
        index = EventIndex(int(self.alignment.b[row]))
        return None if index == NO_EVENT else self.b.event(index)


def _column_by_row(alignment: Alignment, of_a: NDArray[np.integer], of_b: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return int32[rows]: the value of the row's event of A, or else of B; `of_a`, `of_b`: values by event."""
    column = np.empty(len(alignment.a), np.int32)
    in_a, in_b = alignment.a != NO_EVENT, alignment.b != NO_EVENT
    column[in_b] = of_b[alignment.b[in_b]]
    column[in_a] = of_a[alignment.a[in_a]]
    return column
