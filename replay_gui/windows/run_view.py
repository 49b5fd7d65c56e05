"""The page of an open run: timeline above; events, detail and state below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, set_role
from replay_gui.models.session import Session
from replay_gui.widgets.event_detail import EventDetail
from replay_gui.widgets.event_list import EventList
from replay_gui.widgets.state_inspector import StateInspector
from replay_gui.widgets.timeline_panel import TimelinePanel

_ROWS = (36, 64)  # shares of the height and the width
_COLUMNS = (39, 30, 31)
_LEAST = (28 * GAP, 20 * GAP)  # of a panel: whatever is in it, the window must not grow


class RunView(QWidget):
    """Four panels whose borders can be dragged."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = TimelinePanel(session)
        self._columns = _splitter(
            Qt.Orientation.Horizontal, _COLUMNS, EventList(session), EventDetail(session), StateInspector(session)
        )
        self._rows = _splitter(Qt.Orientation.Vertical, _ROWS, self.timeline, self._columns)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, 0, GAP, GAP)
        layout.addWidget(self._rows)

    def save(self) -> list[QByteArray]:
        """Where the borders are."""
        return [self._rows.saveState(), self._columns.saveState()]

    def restore(self, rows: object, columns: object) -> None:
        """Puts the borders where they were; what is no such thing is passed over."""
        for splitter, saved in ((self._rows, rows), (self._columns, columns)):
            if isinstance(saved, QByteArray):
                splitter.restoreState(saved)


def _splitter(orientation: Qt.Orientation, shares: tuple[int, ...], *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    set_role(splitter, "gap")
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    for place, (widget, share) in enumerate(zip(widgets, shares, strict=True)):
        widget.setMinimumSize(*_LEAST)
        splitter.addWidget(widget)
        splitter.setStretchFactor(place, share)
    splitter.setSizes([share * 10 for share in shares])
    return splitter
