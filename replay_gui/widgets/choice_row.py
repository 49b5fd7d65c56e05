"""A run to choose on the welcome page: its name, and a few words in the line below."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import FOCUS, GAP, ICON, ROW, SMALL_RADIUS, UNIT, Medium, theme, ui_font

_TEXT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_LINE = ROW - UNIT  # height of each of the two lines
_HEIGHT = 2 * _LINE + GAP


class ChoiceRow(QAbstractButton):
    """`name`: its first line. `path`: what it stands for."""

    def __init__(self, name: str, sentence: str, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.name, self._sentence = name, sentence  # not the button's text: an ampersand in it would be a shortcut
        self.setAccessibleName(name)
        self.setAccessibleDescription(sentence)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(40 * GAP, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.selection if self.isDown() else now.hover)
            painter.drawRoundedRect(self.rect(), SMALL_RADIUS, SMALL_RADIUS)
        tinted_icon("file", now.secondary).paint(painter, QRect(GAP, UNIT + (_LINE - ICON) // 2, ICON, ICON))
        left, width = 2 * GAP + ICON, self.width() - 3 * GAP - ICON
        for line, (text, font, colour) in enumerate(
            ((self.name, ui_font(Medium), now.text), (self._sentence, ui_font(), now.secondary))
        ):
            painter.setFont(font)
            painter.setPen(colour)
            elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(left, UNIT + line * _LINE, width, _LINE), _TEXT, elided)
        if self.hasFocus():
            half = FOCUS // 2
            painter.setPen(QPen(now.accent, FOCUS))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(half, half, -half, -half), SMALL_RADIUS, SMALL_RADIUS)
        painter.end()
