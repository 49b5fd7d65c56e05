"""The page of a comparison: causes and timelines above, aligned events in the middle, one step in full below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replay_gui.look.theme import GAP
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.comparison.cause_panel import CausePanel
from replay_gui.widgets.comparison.divergence_view import DivergenceView, run_name
from replay_gui.widgets.comparison.step_diff_view import StepDiffView
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from replay_gui.windows.compare_status import CompareStatus
from replay_gui.windows.splitter import new_splitter

_MAX_UPPER_SHARE, _LOWER_SHARE = 0.44, 0.23  # of the height
_COLUMN_SHARES = (30, 70)  # of the width of the upper row, in percent
_MIN_PANEL_PX = (28 * GAP, 14 * GAP)  # whatever a panel shows, the window must not grow


class CompareView(QWidget):
    """Panels with draggable borders. `causes`, `divergences`, `step`: three of them.

    `finder`: the search in A, a part of the search in both runs.
    """

    def __init__(self, session: ComparisonSession, finder: RunSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.causes = CausePanel(session)
        self.divergences = DivergenceView(session, ComparisonSearch(session, finder, self))
        self.step = StepDiffView(session)
        self.timelines = (TimelinePanel(session.a, "", compact=True), TimelinePanel(session.b, "", compact=True))
        self._both = new_splitter(Qt.Orientation.Vertical, *self.timelines)
        self._upper = new_splitter(Qt.Orientation.Horizontal, self.causes, self._both)
        self._rows = new_splitter(Qt.Orientation.Vertical, self._upper, self.divergences, self.step)
        for panel in (self.causes, self.divergences, self.step, *self.timelines):
            panel.setMinimumSize(_MIN_PANEL_PX[0], _MIN_PANEL_PX[1] // (2 if panel in self.timelines else 1))
        for column, share in enumerate(_COLUMN_SHARES):
            self._upper.setStretchFactor(column, share)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(GAP, GAP, GAP, GAP)
        inner.addWidget(self._rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(body, 1)
        layout.addWidget(CompareStatus(session))
        self._dragged = False
        self._splitters = (self._rows, self._upper, self._both)
        for splitter in self._splitters:
            splitter.splitterMoved.connect(self._on_dragged)
        for panel in self.timelines:
            panel.lanes_changed.connect(self._fit)
        session.a.run_changed.connect(self._name_runs)
        session.b.run_changed.connect(self._name_runs)

    def save(self) -> list[QByteArray]:
        """Return the state of the three splitters; empty while the user has dragged none."""
        return [splitter.saveState() if self._dragged else QByteArray() for splitter in self._splitters]

    def restore(self, *states: object) -> None:
        """Restore the state of the three splitters; invalid data is ignored."""
        known = [
            isinstance(state, QByteArray) and splitter.restoreState(state)
            for splitter, state in zip(self._splitters, states, strict=True)
        ]
        self._dragged = any(known)

    def reset(self) -> None:
        """Move the borders to their default positions."""
        self._dragged = False
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the panels to the new size."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_dragged(self) -> None:
        self._dragged = True

    @Slot()
    def _fit(self) -> None:
        """Give the timelines the height that they want, within bounds, and the aligned events the rest."""
        if self._dragged:
            return
        height = self._rows.height() - 2 * GAP
        wanted = sum(panel.sizeHint().height() for panel in self.timelines) + GAP
        upper, lower = min(wanted, round(_MAX_UPPER_SHARE * height)), round(_LOWER_SHARE * height)
        self._rows.setSizes([upper, height - upper - lower, lower])
        self._upper.setSizes([share * self._upper.width() // sum(_COLUMN_SHARES) for share in _COLUMN_SHARES])

    @Slot()
    def _name_runs(self) -> None:
        for panel, side in zip(self.timelines, (self._session.a, self._session.b), strict=True):
            panel.set_title(run_name(side))
        self._fit()
