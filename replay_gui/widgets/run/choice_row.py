"""A run to choose on the welcome page: its name, and a few words in the line below."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import FOCUS, GAP, ICON, ROW, SMALL_RADIUS, UNIT, Medium, theme, ui_font
from replay_gui.widgets.parts.line_text import LineText

_LINE_HEIGHT_PX = ROW - UNIT  # height of each of the two lines
_ROW_HEIGHT_PX = 2 * _LINE_HEIGHT_PX + GAP


class ChoiceRow(QAbstractButton):
    """`name`: its first line. `path`: what it stands for."""

    def __init__(self, name: str, sentence: str, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.name, self._sentence = name, sentence  # not the button's text: an ampersand in it would be a shortcut
        self.setAccessibleName(name)
        self.setAccessibleDescription(sentence)
        self.setFixedHeight(_ROW_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(40 * GAP, _ROW_HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.selection if self.isDown() else now.hover)
            painter.drawRoundedRect(self.rect(), SMALL_RADIUS, SMALL_RADIUS)
        tinted_icon("file", now.secondary).paint(painter, QRect(GAP, UNIT + (_LINE_HEIGHT_PX - ICON) // 2, ICON, ICON))
        left, width = 2 * GAP + ICON, self.width() - 3 * GAP - ICON
        space = QRect(left, UNIT, width, _LINE_HEIGHT_PX)
        LineText(ui_font(Medium)).draw(painter, space, self.name, now.text)
        LineText(ui_font()).draw(painter, space.translated(0, _LINE_HEIGHT_PX), self._sentence, now.secondary)
        if self.hasFocus():
            half = FOCUS // 2
            painter.setPen(QPen(now.accent, FOCUS))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(half, half, -half, -half), SMALL_RADIUS, SMALL_RADIUS)
        painter.end()
