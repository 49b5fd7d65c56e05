"""A card of the legend: signs as the timeline draws them, each with its meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.effect_words import EFFECT_WORDS
from replay_gui.core.translation.messages import tr
from replay_gui.look.bookmark import paint_bookmark
from replay_gui.look.effect_marks import paint_effect
from replay_gui.look.theme import GAP, ROW, UNIT, theme, theme_events
from replay_gui.widgets.parts.direction import left_to_right_painter
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.card_dialog import new_card

_SWATCH_PX = QSize(6 * GAP, ROW)

Paint = Callable[[QPainter, QPointF], None]
"""Draws a sign around a point."""


def legend_card(title: str, rows: Sequence[tuple[Paint, str]]) -> QWidget:
    """Return a card with a line for each sign and its words."""
    card, grid = new_card(title, stretched=1)
    for line, (paint, words) in enumerate(rows, 1):
        label = PlainLabel(words)
        label.setWordWrap(True)
        grid.addWidget(_Swatch(paint), line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label, line, 1)
    return card


def paint_sign(effect: Effect, painter: QPainter, at: QPointF) -> None:
    """Draw the sign of an effect, which is beside a tool's name."""
    paint_effect(painter, effect, at)


def paint_ribbon(painter: QPainter, at: QPointF) -> None:
    """Draw the mark of a run."""
    paint_bookmark(painter, at - QPointF(0, UNIT))


def paint_note(painter: QPainter, at: QPointF) -> None:
    """Draw the mark of a note."""
    paint_bookmark(painter, at - QPointF(0, UNIT), theme().accent)


def sign_rows() -> list[tuple[Paint, str]]:
    """Return the small signs of marks and tools, and their words."""
    rows: list[tuple[Paint, str]] = [(paint_ribbon, tr("A mark on the run (View, Marks)"))]
    for effect, words in EFFECT_WORDS.items():
        rows.append((partial(paint_sign, effect), tr("A tool: {effect}", effect=tr(words))))
    return rows


class _Swatch(QWidget):
    """Shows the sign that `paint` draws around its middle."""

    def __init__(self, paint: Paint) -> None:
        super().__init__()
        self._paint = paint
        self.setFixedSize(_SWATCH_PX)
        theme_events().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = left_to_right_painter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, QPointF(self.width() // 2, self.height() // 2))
        painter.end()
