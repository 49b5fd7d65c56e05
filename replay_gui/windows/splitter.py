"""The splitters between the panels of a page."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from replay_gui.look.theme import GAP, HEAD, set_role

REACH_PX = 3 * GAP  # thickness of the area in which a border can be grasped, if it is thicker than the gap


def new_splitter(orientation: Qt.Orientation, parent: QWidget) -> QSplitter:
    """Return a splitter of the widgets that are made with it as their parent; none can be dragged to size 0.

    Pages are made from the outside in: Qt applies the style sheet to all children of a widget each time that it gets
    another parent, which took most of the time of a page that was made from the inside out.
    """
    splitter = _Splitter(orientation, parent)
    set_role(splitter, "gap")
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    return splitter


class _Splitter(QSplitter):
    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    """The gap, and an area that extends into the parts of the panels beside it that are not clickable.

    Between two columns it is at their heads, whose texts are away from the edges; between two rows in the middle.
    """

    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self._held: float | None = None  # from the gap's edge to the pointer while it is dragged
        more = self._more
        self.setContentsMargins(*((more, 0, more, 0) if self._is_upright else (0, more, 0, more)))

    @property
    def _is_upright(self) -> bool:
        return self.orientation() is Qt.Orientation.Horizontal

    @property
    def _more(self) -> int:
        return (REACH_PX - GAP) // 2

    def _along(self, point: QPointF) -> float:
        return point.x() if self._is_upright else point.y()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the area, without the clickable parts of the panels."""
        QWidget.resizeEvent(self, event)  # the handler of the base class would remove the margins
        whole, middle = self.rect(), self.rect().center()
        place = (
            QRect(0, 0, whole.width(), min(HEAD, whole.height()))
            if self._is_upright
            else QRect(middle.x() - REACH_PX, 0, 2 * REACH_PX, whole.height())
        )
        self.setMask(QRegion(self.contentsRect()) | QRegion(place & whole))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grasp the border; Qt's own handler would jump by the part of the area inside the panel."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._along(event.position()) - self._more

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the border with the pointer."""
        if self._held is not None:
            at = self.splitter().mapFromGlobal(event.globalPosition())
            self.moveSplitter(round(self._along(at) - self._held))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Release the border."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = None
