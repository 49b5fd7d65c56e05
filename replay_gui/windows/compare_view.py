"""The page of a comparison: why and when above, the aligned events in the middle, one step in full below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, set_role
from replay_gui.models.comparison.comparison_finder import ComparisonFinder
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.finder import Finder
from replay_gui.widgets.comparison.cause_panel import CausePanel
from replay_gui.widgets.comparison.divergence_view import DivergenceView, run_name
from replay_gui.widgets.comparison.step_diff_view import StepDiffView
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from replay_gui.windows.compare_status import CompareStatus

_UPPER, _LOWER = 0.44, 0.23  # of the height: above at most, and below
_COLUMNS = (30, 70)  # of the width, above
_LEAST = (28 * GAP, 14 * GAP)  # of a panel: whatever is in it, the window must not grow


class CompareView(QWidget):
    """Four panels whose borders can be dragged. `causes`, `divergences`, `step`: three of them.

    `finder`: the search in A, which the one in both runs is made of.
    """

    def __init__(self, session: ComparisonSession, finder: Finder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.causes = CausePanel(session)
        self.divergences = DivergenceView(session, ComparisonFinder(session, finder, self))
        self.step = StepDiffView(session)
        self.timelines = (TimelinePanel(session.a, "", compact=True), TimelinePanel(session.b, "", compact=True))
        self._both = _splitter(Qt.Orientation.Vertical, *self.timelines)
        self._upper = _splitter(Qt.Orientation.Horizontal, self.causes, self._both)
        self._rows = _splitter(Qt.Orientation.Vertical, self._upper, self.divergences, self.step)
        for panel in (self.causes, self.divergences, self.step, *self.timelines):
            panel.setMinimumSize(_LEAST[0], _LEAST[1] // (2 if panel in self.timelines else 1))
        for place, share in enumerate(_COLUMNS):
            self._upper.setStretchFactor(place, share)
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
        """Where the three borders are; empty where it is not for the user to say."""
        return [splitter.saveState() if self._dragged else QByteArray() for splitter in self._splitters]

    def restore(self, *states: object) -> None:
        """Puts the borders where they were; what is no such thing is passed over."""
        known = [
            isinstance(state, QByteArray) and splitter.restoreState(state)
            for splitter, state in zip(self._splitters, states, strict=True)
        ]
        self._dragged = any(known)

    def reset(self) -> None:
        """Puts the borders where they are as long as nobody drags them."""
        self._dragged = False
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_dragged(self) -> None:
        self._dragged = True

    @Slot()
    def _fit(self) -> None:
        """Above, as much as the timelines want, within bounds; the aligned events get what is left."""
        if self._dragged:
            return
        height = self._rows.height() - 2 * GAP
        wanted = sum(panel.sizeHint().height() for panel in self.timelines) + GAP
        upper, lower = min(wanted, round(_UPPER * height)), round(_LOWER * height)
        self._rows.setSizes([upper, height - upper - lower, lower])
        self._upper.setSizes([share * self._upper.width() // sum(_COLUMNS) for share in _COLUMNS])

    @Slot()
    def _name_runs(self) -> None:
        for panel, side in zip(self.timelines, (self._session.a, self._session.b), strict=True):
            panel.set_title(run_name(side))
        self._fit()


def _splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    set_role(splitter, "gap")
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
