"""A row with a name and a text of as many lines as needed."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QStaticText, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from replay_gui.look.theme import ROW, UNIT, theme_events, ui_font
from replay_gui.widgets.run.fact_row import FactRow, name_width

_MAX_HEIGHT_PX = 8 * ROW
_PAD_PX = UNIT  # pixels above and below
_MAX_KEPT = 4  # texts laid out at a width


class SentenceRow(FactRow):
    """`name` and, beside it, `text` in the window's font, wrapped."""

    def __init__(self, name: str, text: str, link: bool = False, parent: QWidget | None = None) -> None:
        self._kept: dict[tuple[str, int, int], QStaticText] = {}
        super().__init__(name, text, link=link, parent=parent)
        self.setMinimumHeight(ROW)
        self.setMaximumHeight(_MAX_HEIGHT_PX)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_fact(self, name: str, text: str, *, is_link: bool = False) -> None:
        """Show another sentence, which may need another height."""
        is_other = text != self.shown_text
        super().show_fact(name, text, is_link=is_link)
        if is_other:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the height of the text at the present width."""
        return QSize(2 * name_width(), self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        """Return the height of the text at this width, within bounds."""
        needed = math.ceil(self._lines(self.text_room(width)).size().height())
        return min(max(needed + 2 * _PAD_PX, ROW), _MAX_HEIGHT_PX)

    def draw_text(self, painter: QPainter, room: QRect, ink: QColor) -> None:
        """Draw the sentence in lines."""
        painter.setFont(ui_font())
        painter.setPen(ink)
        painter.drawStaticText(room.x(), _PAD_PX, self._lines(room))

    def _lines(self, room: QRect) -> QStaticText:
        """Return the text in lines; only words longer than a line, such as paths, are broken.

        Layouts need its height several times, with and without a scroll bar beside it, so the last lines are kept.
        """
        key = self.shown_text, max(room.width(), name_width()), theme_events().text_scale
        if (kept := self._kept.get(key)) is not None:
            return kept
        wrapped = QTextOption()
        wrapped.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        lines = QStaticText(self.shown_text)
        lines.setTextFormat(Qt.TextFormat.PlainText)
        lines.setTextOption(wrapped)
        lines.setTextWidth(key[1])
        lines.prepare(font=ui_font())
        if len(self._kept) == _MAX_KEPT:
            self._kept.clear()
        self._kept[key] = lines
        return lines
