"""The page of an open run: timeline above; events, detail and state below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, set_role
from replay_gui.models.run.finder import Finder
from replay_gui.models.session import Session
from replay_gui.widgets.run.event_detail import EventDetail
from replay_gui.widgets.run.event_list import EventList
from replay_gui.widgets.run.run_facts_panel import RunFactsPanel
from replay_gui.widgets.run.state_inspector import StateInspector
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel

_COLUMNS = (39, 30, 31)  # shares of the width
_TIMELINE = 0.445  # of the height, at most: the panels below keep half of the window, menu and tool bar included
_LEAST = (28 * GAP, 20 * GAP)  # of a panel: whatever is in it, the window must not grow


class RunView(QWidget):
    """Four panels whose borders can be dragged. Until then the timeline has the height that its lanes need."""

    def __init__(self, session: Session, finder: Finder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = TimelinePanel(session)
        events, detail, state = EventList(session, finder), EventDetail(session), StateInspector(session)
        self.state = state
        self.facts = RunFactsPanel(session)
        self._world = QStackedWidget()
        for page, words, tip in ((state, "Facts", "The run in numbers"), (self.facts, "State", "The state again")):
            self._world.addWidget(page)
            page.add_button(words, tip, spare=page is state).clicked.connect(self.toggle_facts)
        self._columns = _splitter(Qt.Orientation.Horizontal, events, detail, self._world)
        for column, (panel, share) in enumerate(zip((events, detail, self._world), _COLUMNS, strict=True)):
            panel.setMinimumSize(*_LEAST)
            self._columns.setStretchFactor(column, share)
        self._rows = _splitter(Qt.Orientation.Vertical, self.timeline, self._columns)
        self._dragged = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self._rows)
        self._rows.splitterMoved.connect(self._on_dragged)
        self.reset()
        session.run_changed.connect(self._fit)
        session.index_changed.connect(self._fit)
        self.timeline.lanes_changed.connect(self._fit)

    @Slot()
    def toggle_facts(self) -> None:
        """The facts of the run where the state stands, or the state again."""
        self._world.setCurrentIndex(1 - self._world.currentIndex())

    def reset(self) -> None:
        """Puts the borders where they are as long as nobody drags them."""
        self._dragged = False
        width = max(self._columns.width(), sum(_COLUMNS) * GAP)
        self._columns.setSizes([share * width // sum(_COLUMNS) for share in _COLUMNS])
        self._fit()

    def save(self) -> list[QByteArray]:
        """Where the borders are; empty where it is not for the user to say."""
        return [self._rows.saveState() if self._dragged else QByteArray(), self._columns.saveState()]

    def restore(self, rows: object, columns: object) -> None:
        """Puts the borders where they were; what is no such thing is passed over."""
        self._dragged = isinstance(rows, QByteArray) and self._rows.restoreState(rows)
        if isinstance(columns, QByteArray):
            self._columns.restoreState(columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_dragged(self) -> None:
        self._dragged = True

    @Slot()
    def _fit(self) -> None:
        if not self._dragged:
            upper = min(self.timeline.sizeHint().height(), round(self._rows.height() * _TIMELINE))
            self._rows.setSizes([upper, self._rows.height() - GAP - upper])


def _splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    set_role(splitter, "gap")
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
