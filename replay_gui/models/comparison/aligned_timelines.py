"""One scale for both timelines of a comparison, with equal events above each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from replay_gui.core.numpy_on_demand import np
from replay_gui.models.session import Session
from replay_gui.models.timeline.aligned_axis import AlignedAxis

if TYPE_CHECKING:  # the first window needs none of them
    from replay_gui.core.divergence.alignment.row_indexes import RowIndexes


class AlignedTimelines(QObject):
    """Draws both runs along the rows of their alignment, if there is one, and shows the same part of both."""

    def __init__(self, a: Session, b: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._a, self._b = a, b
        self._follows = False  # whether a timeline moves when the other one is moved
        a.view_changed.connect(self._on_view_changed)
        b.view_changed.connect(self._on_view_changed)
        a.names_changed.connect(self._on_names_changed)
        b.names_changed.connect(self._on_names_changed)

    def align(self, rows: RowIndexes | None) -> None:
        """Draw along these rows, or each run along its own axis again."""
        self._follows = False
        count = 0 if rows is None else len(rows.last_a)
        self._a.align(None if rows is None else AlignedAxis(rows.row_of_a, count))
        self._b.align(None if rows is None else AlignedAxis(rows.row_of_b, count))
        self._follows = rows is not None
        self._follow(self._a, self._b)
        self._share_names()

    @Slot()
    def _on_names_changed(self) -> None:
        """Give both timelines the same left edge."""
        moved, other = self._sender_and_other()
        other.set_names_width(moved.names_width)
        if self._follows:
            self._share_names()

    def _share_names(self) -> None:
        for run, other in ((self._a, self._b), (self._b, self._a)):
            run.set_names_needed_beside(other.names_needed if self._follows else 0)

    @Slot()
    def _on_view_changed(self) -> None:
        moved, other = self._sender_and_other()
        self._follow(moved, other)

    def _sender_and_other(self) -> tuple[Session, Session]:
        return (self._a, self._b) if self.sender() is self._a else (self._b, self._a)

    def _follow(self, moved: Session, other: Session) -> None:
        """Show in the other run the same range as in the run that was moved."""
        if self._follows:
            self._follows = False  # the other timeline's own move must not move this one
            start, end = moved.timeline_axis.coordinates(np.array(moved.view)).tolist()
            other.show_coordinates(start, end)
            self._follows = True
