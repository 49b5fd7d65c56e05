"""Back and forward through the visited positions, as in a browser."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replay_gui.core.log.positions import Position
from replay_gui.models.session import Session

SETTLE_MS = 400  # ms after which a position counts as a visit
MAX_VISITS = 200  # visits kept


@dataclass(frozen=True, slots=True)
class VisitHistory:
    """Positions in the order of their visit, never empty; `at` is the index of the current one."""

    positions: tuple[Position, ...] = (Position(0),)
    at: int = 0

    @property
    def current(self) -> Position:
        """The position at `at`."""
        return self.positions[self.at]

    @property
    def can_go_back(self) -> bool:
        """Whether an earlier visit exists."""
        return self.at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether a later visit exists, after going back."""
        return self.at < len(self.positions) - 1

    def jumped(self, position: Position) -> VisitHistory:
        """Return the history with a new visit after the current one; drop later visits, and those beyond MAX_VISITS."""
        if position == self.current:
            return self
        positions = (*self.positions[: self.at + 1], position)[-MAX_VISITS:]
        return VisitHistory(positions, len(positions) - 1)

    def stepped(self, position: Position) -> VisitHistory:
        """Return the history with the current visit moved to `position`."""
        return replace(self, positions=(*self.positions[: self.at], position, *self.positions[self.at + 1 :]))

    def moved_by(self, delta: int) -> VisitHistory:
        """Return the history moved back (-1) or forward (1), if there is such a visit."""
        return replace(self, at=min(max(self.at + delta, 0), len(self.positions) - 1))


class PositionHistory(QObject):
    """Records the positions that the user visited.

    Moves that follow each other within SETTLE_MS are one: a drag is one jump, from its start to its end.
    Single steps and playing do not add a visit: they move the current one.

    Attributes:
        visited: the visits so far.
        is_stepping: whether every move counts as a step (while the run is being played).

    Signals:
        changed(): `visited` has changed.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.visited = VisitHistory()
        self.is_stepping = False
        self._last = session.position
        self._jumping = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.settle)
        session.run_changed.connect(self._on_run_changed)
        session.position_changed.connect(self._on_position_changed)

    @Slot()
    def back(self) -> None:
        self._go(-1)

    @Slot()
    def forward(self) -> None:
        self._go(1)

    @Slot()
    def settle(self) -> None:
        """Record the position as a visit now."""
        self._settle.stop()
        now = self._session.position
        if now != self.visited.current:
            self._set(self.visited.jumped(now) if self._jumping else self.visited.stepped(now))
        self._jumping = False

    def _go(self, delta: int) -> None:
        self.settle()
        self._set(self.visited.moved_by(delta))
        self._last = self.visited.current  # so that this move does not count as a visit
        self._session.seek(self.visited.current)
        self._settle.stop()

    def _set(self, visited: VisitHistory) -> None:
        if visited != self.visited:
            self.visited = visited
            self.changed.emit()

    @Slot()
    def _on_run_changed(self) -> None:
        self._settle.stop()
        self._last, self._jumping = Position(0), False
        self._set(VisitHistory())

    @Slot(object)
    def _on_position_changed(self, position: Position) -> None:
        if position != self._last:
            self._jumping |= abs(position - self._last) > 1 and not self.is_stepping
            self._last = position
            self._settle.start()
