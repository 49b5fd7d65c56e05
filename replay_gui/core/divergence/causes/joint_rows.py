"""The rows of an alignment with what both indexes say of their events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.causes.causal_columns import CausalColumns
from replay_gui.core.divergence.comparison import NO_EVENT, Alignment
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.index.run_index import NO_TOOL
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind

ANSWER = Kind.TOOL_RESPONSE.value


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JointRows:
    """An alignment of two sides, and names that both share.

    Attributes:
        kinds, tools: names. kind, tool: int32[rows], indexes into them, of the event in A, else of that in B; tool is
        NO_TOOL where it concerns none.
        row_of_a, row_of_b: int32, rows by event index. past_a, past_b: parents and recorded states.
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
    causal_a: CausalColumns
    causal_b: CausalColumns

    @classmethod
    def of(
        cls, a: ComparedSide, b: ComparedSide, alignment: Alignment, past_a: CausalColumns, past_b: CausalColumns
    ) -> JointRows:
        """Return the rows of an alignment, with kinds and tools numbered alike for A and B."""
        kinds, in_kinds = _join_names(a.index.kinds, b.index.kinds)
        tools, in_tools = _join_names(a.index.tools, b.index.tools)
        return cls(
            a=a,
            b=b,
            alignment=alignment,
            kinds=kinds,
            kind=_column_by_row(alignment, a.index.kind, in_kinds[b.index.kind]),
            tools=tools,
            tool=_column_by_row(alignment, a.index.tool, np.append(in_tools, np.int32(NO_TOOL))[b.index.tool]),
            row_of_a=np.flatnonzero(alignment.a != NO_EVENT).astype(np.int32),
            row_of_b=np.flatnonzero(alignment.b != NO_EVENT).astype(np.int32),
            causal_a=past_a,
            causal_b=past_b,
        )

    @property
    def is_answer(self) -> NDArray[np.bool_]:
        """bool[rows]: tool responses."""
        found: NDArray[np.bool_] = self.kind == self.kinds.index(ANSWER)
        return found

    def kind_of(self, row: int) -> str:
        """The kind of a row's event, from A or else from B."""
        return self.kinds[int(self.kind[row])]

    def tool_of(self, row: int) -> str | None:
        """The tool that a row's event names; None if it names none."""
        tool = int(self.tool[row])
        return None if tool == NO_TOOL else self.tools[tool]

    def event_a(self, row: int) -> Event | None:
        """The row's event of A, read from the log; None where only B has one."""
        index = int(self.alignment.a[row])
        return None if index == NO_EVENT else self.a.event(index)

    def event_b(self, row: int) -> Event | None:
        """The row's event of B, read from the log; None where only A has one."""
        index = int(self.alignment.b[row])
        return None if index == NO_EVENT else self.b.event(index)


def _join_names(names_a: tuple[str, ...], names_b: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The names of both, and where those of B stand among them."""
    numbers = {name: i for i, name in enumerate(names_a)}
    number_of = [numbers.setdefault(name, len(numbers)) for name in names_b]
    return tuple(numbers), np.array(number_of, np.int32)


def _column_by_row(alignment: Alignment, of_a: NDArray[np.integer], of_b: NDArray[np.integer]) -> NDArray[np.int32]:
    column = np.empty(len(alignment.a), np.int32)
    in_a, in_b = alignment.a != NO_EVENT, alignment.b != NO_EVENT
    column[in_b] = of_b[alignment.b[in_b]]
    column[in_a] = of_a[alignment.a[in_a]]
    return column
