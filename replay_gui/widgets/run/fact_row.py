"""A clickable row with a name and a text: a link, or a hash to copy."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from replay_gui.core.log.positions import Position
from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import FOCUS, GAP, ICON, ROW, UNIT, data_font, theme, theme_events, ui_font
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.text.line_text import LineText


def name_width() -> int:
    """Return the width of the names, in pixels, by the size of text."""
    return 11 * GAP * max(theme_events().text_scale, 100) // 100


class NamedRow:
    """A row, or rows, whose texts `align_names` gives the left edge of those around.

    Attributes:
        name_room: the pixels for the names, which the names of the rows around it may need.
    """

    name_room: int

    @property
    def wanted_name_room(self) -> int:
        """The pixels that its own names need."""
        raise NotImplementedError


class FactRow(QAbstractButton, NamedRow):
    """`name` in the window's font, `text` in the data font and elided; a link is drawn in the accent colour.

    Attributes:
        shown_text: the text. sound: True draws a check before it, False a cross; `leaves_room` for one, if it has none.
        aim: the position that a click goes to, or other data of the owner.

    Signals:
        aimed(object): the row was clicked, and `aim` is this Position.
    """

    aimed = Signal(object)

    def __init__(self, name: str, text: str, link: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self.sound: bool | None = None
        self.leaves_room = False
        self.name_room = name_width()
        self.aim: Position | str = ""
        self.shown_text = self._name = ""  # not the button's text, in which an & would be a shortcut
        self._link = False
        self._ui, self._data = LineText(ui_font()), LineText(data_font())
        self.show_fact(name, text, is_link=link)
        self.setFixedHeight(ROW)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._on_clicked)

    def show_fact(self, name: str, text: str, *, is_link: bool = False) -> None:
        """Show another fact in this row."""
        if (name, text, is_link) != (self._name, self.shown_text, self._link):
            self._name, self.shown_text, self._link = name, text, is_link
            self.setAccessibleName(f"{name}: {text}")
            self.update()

    @Slot()
    def _on_clicked(self) -> None:
        if isinstance(self.aim, int):
            self.aimed.emit(self.aim)

    def sizeHint(self) -> QSize:
        """Return the height of one row; the text takes the available width."""
        return QSize(2 * name_width(), ROW)

    def minimumSizeHint(self) -> QSize:
        """Return the width of the name: the text is cut."""
        return QSize(name_width(), ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the name and the text."""
        colors, painter = theme(), left_to_right_painter(self)
        space = self.rect().adjusted(GAP + UNIT, 0, -GAP, 0)
        if self.underMouse():
            painter.fillRect(self.rect(), colors.hover)
        first_line = QRect(space.x(), space.y(), self._text_left(self.width()) - UNIT - space.x(), ROW)
        self._ui.draw(painter, first_line, self._name, colors.secondary)
        self.paint_text(painter)
        if self.hasFocus():
            half = FOCUS // 2
            painter.setPen(QPen(colors.accent, FOCUS))
            painter.drawRect(self.rect().adjusted(half, half, -half, -half))
        painter.end()

    def paint_text(self, painter: QPainter) -> None:
        """Paint the text of the row, after a check mark or a cross if the fact is checked."""
        colors = theme()
        if self.sound is not None:
            icon_rect = QRect(self._text_left(self.width()) - UNIT // 2, (ROW - ICON) // 2, ICON, ICON)
            color = colors.good_text if self.sound else colors.bad_text
            tinted_icon("check" if self.sound else "cross", color).paint(painter, icon_rect)
        ink = colors.accent if self._link else colors.bad_text if self.sound is False else colors.text
        self.draw_text(painter, self.text_room(self.width()), ink)

    def text_room(self, width: int) -> QRect:
        """Return the rectangle of the text in a row of this width."""
        left = self._text_left(width) + (0 if self.sound is None and not self.leaves_room else ICON + UNIT)
        return QRect(left, 0, width - left - GAP, self.height())

    def _text_left(self, width: int) -> int:
        return GAP + UNIT + max(min(self.name_room, width // 2), name_width())

    @property
    def wanted_name_room(self) -> int:
        """The pixels that its own name needs."""
        return max(self._ui.width(self._name) + GAP, name_width())

    def draw_text(self, painter: QPainter, room: QRect, ink: QColor) -> None:
        """Draw the text on one line."""
        self._data.draw(painter, room, self.shown_text, ink)


def align_names(rows: Iterable[QWidget]) -> list[QWidget]:
    """Give the texts of rows and of tables of names one left edge, beside the widest name; return the rows."""
    widgets = [*rows]
    named = [row for row in widgets if isinstance(row, NamedRow)]
    room = max((row.wanted_name_room for row in named), default=0)
    for row in named:
        row.name_room = room
    return widgets
