"""A search in both runs of a comparison: the rows that contain the text, and steps from one to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.log.positions import NO_EVENT, EventIndex
from replay_gui.core.translation.messages import tr
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.event_search_model import EventSearchModel, ordinal
from replay_gui.models.run.run_search import RunSearch

RowArray = NDArray[np.int32]


class ComparisonSearch(EventSearchModel):
    """Two searches for one text: that of A, which is the window's, and that of B, which follows it.

    It counts rows and steps through rows, whether one side of a row contains the text or both do.

    Attributes:
        rows: int32, ascending: the rows with a hit; none until the runs are compared.
        sides: the same, for A alone and for B alone.

    Signals:
        arrived(int): a step led to this row of the comparison, which may be the chosen row.
    """

    arrived = Signal(int)

    def __init__(self, session: ComparisonSession, a: RunSearch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._a, self._b = a, RunSearch(session.b, self)
        self.rows: RowArray = np.zeros(0, np.int32)
        self.sides: tuple[RowArray, RowArray] = (self.rows, self.rows)
        self._forward: bool | None = None  # the direction of a step that waits for the first hit
        a.started.connect(self._on_started)
        session.b.run_changed.connect(self._on_started)
        session.active_changed.connect(self._on_started)
        a.progressed.connect(self._on_grew)
        self._b.started.connect(self._on_grew)
        self._b.progressed.connect(self._on_grew)
        session.compared_changed.connect(self._on_grew)
        session.row_changed.connect(self.moved)

    @property
    def title(self) -> str:
        """The placeholder of the field in which the text is typed."""
        return tr("Find in both runs")

    @property
    def ready(self) -> bool:
        """Whether a comparison is shown."""
        return self._session.active

    @property
    def number(self) -> int:
        """The ordinal of the hit at the chosen row, from 1; 0 if it holds none."""
        return ordinal(self.rows, self._session.row)

    @property
    def words(self) -> str:
        """The text at the end of the find field."""
        if self.text and self._session.comparison is None and not self.problem:
            return tr("not compared yet")
        return super().status_text

    def hit(self, row: int, in_a: bool) -> SearchHit | None:
        """Return the hit in a row on this side, or None."""
        comparison = self._session.comparison
        if comparison is None or not 0 <= row < len(comparison.alignment.a):
            return None
        event_index = EventIndex(int((comparison.alignment.a if in_a else comparison.alignment.b)[row]))
        return None if event_index == NO_EVENT else (self._a if in_a else self._b).hits.get(event_index)

    def find(self, text: str, match_case: bool = False) -> None:
        """Search both runs; repeat a failed search of B."""
        self._forward = None
        self._a.find(text, match_case)  # and B follows
        if self._b.problem:
            self._b.find(text, match_case)

    def prepare(self) -> None:
        """Read the text of the run in advance, so that the first search is fast."""
        self._a.prepare()

    def cancel(self) -> None:
        """Stop both searches; the hits so far stay."""
        self._forward = None
        self._a.cancel()
        self._b.cancel()

    def step(self, forward: bool) -> None:
        """Go to the next or previous hit, around the ends; if there is none yet, as soon as there is one."""
        if not len(self.rows):
            self._forward = forward if self.searching else None
            return
        here = self._session.row
        at = int(np.searchsorted(self.rows, here, "right")) if forward else int(np.searchsorted(self.rows, here)) - 1
        row = int(self.rows[at % len(self.rows)])
        self._session.select(row)
        self.arrived.emit(row)

    # ---- progress ---------------------------------------------------------------------------------
    @Slot()
    def _on_started(self) -> None:
        if self._b.ready:
            self._b.find(self._a.text, self._a.match_case)
        self._gather()
        self.started.emit()

    @Slot()
    def _on_grew(self) -> None:
        self._gather()
        self.progressed.emit()
        if self._forward is not None and len(self.rows):
            self.step(self._forward)
            self._forward = None

    def _gather(self) -> None:
        """Combine the results of both searches."""
        both = (self._a, self._b)
        self.text, self.match_case = self._a.text, self._a.match_case
        self.problem = self._a.problem or self._b.problem
        self.searching = any(search.searching for search in both)
        self.fraction_done = sum(search.fraction_done for search in both) / len(both)
        self.is_lower_bound = any(search.count > len(search.indexes) for search in both)
        compared = self._session.compared
        if compared is None:
            self.sides = (np.zeros(0, np.int32), np.zeros(0, np.int32))
        else:
            self.sides = (
                _rows(compared.row_indexes.row_of_a, self._a.indexes),
                _rows(compared.row_indexes.row_of_b, self._b.indexes),
            )
        self.rows = _union(*self.sides)
        self.count = len(self.rows)


def _union(some: RowArray, others: RowArray) -> RowArray:
    """Return the union of both, ascending; faster than sorting for many rows."""
    in_either = np.zeros(max([0, *some[-1:] + 1, *others[-1:] + 1]), np.bool_)
    in_either[some] = in_either[others] = True
    return np.flatnonzero(in_either).astype(np.int32)


def _rows(row_of: RowArray, event_indexes: NDArray[np.int64]) -> RowArray:
    """Return the rows of the events at these indexes, as far as they were compared."""
    rows: RowArray = row_of[event_indexes[: np.searchsorted(event_indexes, len(row_of))]]
    return rows
