"""Moving in a comparison: the chosen row, and the positions of both runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.log.positions import NO_EVENT, EventIndex, Position, position_after
from replay_gui.engine.answers import Compared, Step
from replay_gui.engine.requests import GetStep, RequestBody
from replay_gui.models.comparison.comparison_navigation import NO_ROW, next_point, point_at, row_at
from replay_gui.models.event_loop_queue import EventLoopQueue
from replay_gui.models.session import Session

if TYPE_CHECKING:  # the first window needs none of them
    from replay_gui.core.divergence.comparison import Cause, Comparison


class ComparisonCursor(QObject):
    """The chosen row of a comparison. While it is linked, the positions of both runs and the row move together.

    Attributes:
        a, b: the sessions of the two runs. compared: the last Compared, or None.
        row: the chosen row, or NO_ROW. linked: whether a move in one run moves the other.
        step: the last Step that came, or None.

    Signals:
        row_changed(object): another row of the comparison is chosen; its number, or NO_ROW.
        step_changed(): `step` has changed.
    """

    row_changed = Signal(object)
    step_changed = Signal()

    def __init__(self, a: Session, b: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.a, self.b = a, b
        self.compared: Compared | None = None
        self.row = NO_ROW
        self.step: Step | None = None
        self._step_requests = EventLoopQueue(self)  # for the states of a step, after its events
        self.linked = True
        self._is_moving = False  # a run is moved by this object, not by the user
        for session in (a, b):
            session.position_changed.connect(self._on_position_changed)

    @property
    def fresh(self) -> bool:
        """Whether `compared` is of the open runs."""
        return self.compared is not None

    @property
    def comparison(self) -> Comparison | None:
        """The shown comparison, which may be out of date (see `fresh`); None before the first."""
        return None if self.compared is None else self.compared.comparison

    def _send_request(self, key: str, request: RequestBody) -> None:
        """Send a request about the comparison."""
        raise NotImplementedError

    def select(self, row: int) -> None:
        """Choose a row, clamped to the existing ones; both runs move there."""
        if self.compared is None or not len(self.compared.comparison.alignment.a):
            return
        row = min(max(row, 0), len(self.compared.comparison.alignment.a) - 1)
        if row == self.row:
            return
        self._choose(row)
        last_a, last_b = self.compared.row_indexes.last_events(row)
        self._move(self.a, position_after(last_a))
        self._move(self.b, position_after(last_b))

    def _choose(self, row: int) -> None:
        self.row = row
        self._send_request("step", GetStep(row))
        self.row_changed.emit(row)

    def _show_step(self, step: Step) -> None:
        """Request first the events, then the states, which take longer, then both position states."""
        self.step = step
        self.step_changed.emit()
        if step.row != self.row:
            return
        if step.has_states:
            self.a.request_state()
            self.b.request_state()
        else:
            self._step_requests.begin(self._request_states)

    def _request_states(self) -> None:
        if self.row != NO_ROW:
            self._send_request("states", GetStep(self.row, states=True))

    def _move(self, session: Session, position: Position) -> None:
        self._is_moving = True
        session.follow(position)
        self._is_moving = False

    def select_events(self, index_a: EventIndex, index_b: EventIndex) -> None:
        """Move each run to its own event; NO_EVENT: to its state at the other's event. Choose the row of B's, else A's.

        The two events can be in different rows.
        """
        if self.compared is None or (index_a, index_b) == (NO_EVENT, NO_EVENT):
            return
        row_indexes = self.compared.row_indexes
        row = int(row_indexes.row_of_a[index_a] if index_b == NO_EVENT else row_indexes.row_of_b[index_b])
        if row != self.row:
            self._choose(row)
        last_a, last_b = row_indexes.last_events(row)
        self._move(self.a, position_after(last_a if index_a == NO_EVENT else index_a))
        self._move(self.b, position_after(last_b if index_b == NO_EVENT else index_b))

    def select_cause(self, cause: Cause) -> None:
        """Choose the row of a cause."""
        if self.comparison is not None:
            self.select(int(self.comparison.points.row[cause.point]))

    def select_point(self, point: int) -> None:
        """Choose a divergence by its index, clamped; -1 is the last."""
        if self.comparison is not None and (count := self.point_count):
            self.select(int(self.comparison.points.row[count - 1 if point < 0 else min(point, count - 1)]))

    def step_point(self, delta: int) -> None:
        """Choose the next (delta > 0) or previous divergence, if there is one."""
        point = None if self.comparison is None else next_point(self.comparison, self.row, forward=delta > 0)
        if point is not None:
            self.select_point(point)

    @property
    def point_count(self) -> int:
        """The number of divergence points; 0 without a comparison."""
        return 0 if self.comparison is None else len(self.comparison.points.row)

    @property
    def point(self) -> int | None:
        """The index of the divergence in the chosen row, or None."""
        return None if self.comparison is None else point_at(self.comparison, self.row)

    def set_linked(self, on: bool) -> None:
        """Switch on or off whether B's position moves with A's."""
        if on != self.linked:
            self.linked = on
            if on and self.row != NO_ROW and self.compared is not None:
                self._move(self.b, position_after(self.compared.row_indexes.last_events(self.row)[1]))

    @Slot(object)
    def _on_position_changed(self, position: Position) -> None:
        """The user moved in one of the timelines."""
        if self._is_moving or not self.linked or self.compared is None or not self.fresh:
            return
        row_indexes, of_a = self.compared.row_indexes, self.sender() is self.a
        if (row := row_at(row_indexes, position, of_a)) not in (NO_ROW, self.row):
            self._choose(row)
            last_a, last_b = row_indexes.last_events(row)
            self._move(*((self.b, position_after(last_b)) if of_a else (self.a, position_after(last_a))))
