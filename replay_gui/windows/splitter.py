"""The splitters between the panels of a page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, HEAD, set_role, theme

REACH_PX = 3 * GAP  # thickness of the area in which a border can be grasped, if it is thicker than the gap
STEP_PX = 2 * GAP  # the way of a border for one arrow key
_BACK = (Qt.Key.Key_Up, Qt.Key.Key_Left)
_FORTH = (Qt.Key.Key_Down, Qt.Key.Key_Right)
_LEAVE = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


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
    """Lays out its parts only if one of them needs another room; not at each text that changes in one.

    Qt would lay out all that is around the splitter, too, up to the window, because one part asked for it.
    """

    def __init__(self, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self._rooms: list[tuple[bool, QSize, QSize]] = []

    def createHandle(self) -> QSplitterHandle:
        return BorderHandle(self.orientation(), self)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            parts = [part for number in range(self.count()) if (part := self.widget(number)) is not None]
            rooms = [(part.isHidden(), _least_size(part), part.maximumSize()) for part in parts]
            if rooms == self._rooms:
                return True
            self._rooms = rooms
        return super().event(event)


def _least_size(part: QWidget) -> QSize:
    """Return the least size that a splitter gives a part."""
    least = part.minimumSize()
    return least if least.width() and least.height() else part.minimumSizeHint().expandedTo(least)


class BorderHandle(QSplitterHandle):
    """The gap, and an area that extends into the parts of the panels beside it that are not clickable.

    Between two columns it is at their heads, whose texts are away from the edges; between two rows in the middle.
    With the focus, the arrow keys move it.

    Signals: left(): Esc or Enter.
    """

    left = Signal()

    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self._held: float | None = None  # from the gap's edge to the pointer while it is dragged
        self.setAccessibleName(tr("Border between columns") if self._is_upright else tr("Border between rows"))
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

    def event(self, event: QEvent) -> bool:
        """Take the keys that move the border, which are shortcuts elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if is_plain and event.key() in (*_BACK, *_FORTH, *_LEAVE):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the border by an arrow key in its direction, or leave it."""
        key = Qt.Key(event.key())
        if key in _LEAVE:
            self.left.emit()
        elif key in (*_BACK, *_FORTH):
            if (key in (Qt.Key.Key_Left, Qt.Key.Key_Right)) is self._is_upright:
                now = self._along(QPointF(self.pos())) + self._more
                self.moveSplitter(round(now) + (STEP_PX if key in _FORTH else -STEP_PX))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the focus no longer."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the gap in the accent colour while it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.fillRect(self.contentsRect(), theme().accent)
            painter.end()

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
