"""The legend: what the small signs of calls and marks mean, drawn as they are on the timeline."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.effect_words import EFFECT_WORDS
from replay_gui.look.bookmark import BOOKMARK_PX, paint_bookmark
from replay_gui.look.effect_marks import paint_effect
from replay_gui.look.theme import GAP, ICON, UNIT, WIDE, set_role
from replay_gui.widgets.parts.plain_label import PlainLabel

_TITLE = "Signs"
_MARKED = "A mark on the run (View, Marks)"


def sign_card() -> QWidget:
    """Return a card with a line for each sign."""
    card = QFrame()
    set_role(card, "panel")
    grid = QGridLayout(card)
    grid.setContentsMargins(WIDE, GAP + UNIT, WIDE, GAP + UNIT)
    grid.setHorizontalSpacing(GAP)
    grid.setVerticalSpacing(UNIT)
    grid.setColumnStretch(1, 1)
    grid.addWidget(PlainLabel(_TITLE, "title"), 0, 0, 1, 2)
    middle = QPointF(ICON / 2, ICON / 2)
    top = middle - QPointF(0, BOOKMARK_PX[1] / 2)
    signs: list[tuple[Callable[[QPainter], None], str]] = [(partial(_paint_bookmark, top), _MARKED)]
    for effect, words in EFFECT_WORDS.items():
        signs.append((partial(_paint_effect, effect, middle), f"A tool: {words}"))
    for line, (paint, said) in enumerate(signs, 1):
        sign = PlainLabel()
        sign.setPixmap(_picture(paint, card.devicePixelRatioF()))
        grid.addWidget(sign, line, 0)
        grid.addWidget(PlainLabel(said), line, 1)
    return card


def _paint_effect(effect: Effect, middle: QPointF, painter: QPainter) -> None:
    paint_effect(painter, effect, middle)


def _paint_bookmark(top: QPointF, painter: QPainter) -> None:
    paint_bookmark(painter, top)


def _picture(paint: Callable[[QPainter], None], ratio: float) -> QPixmap:
    picture = QPixmap(round(ICON * ratio), round(ICON * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return picture
