"""The icons of the actions: drawings in one colour, tinted with the theme. A name is a file of resources/icons."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from replay_gui.look.theme import ICON, theme
from replay_gui.resource_paths import resources

SHARPNESS = (1, 2, 3)  # device pixels a logical one, for which icons are drawn


def icon(name: str) -> QIcon:
    """The icon in the text colour of the theme; ask again when that changes. FileNotFoundError: no such icon."""
    now = theme()
    return _icon(name, now.text.name(), now.faint.name())


def tinted_icon(name: str, color: QColor) -> QIcon:
    """The icon in one colour: on a badge, in a banner."""
    return _icon(name, color.name(), color.name())


@cache
def _icon(name: str, enabled: str, disabled: str) -> QIcon:
    source, made = _source(name), QIcon()
    for ratio in SHARPNESS:
        made.addPixmap(_draw(source, enabled, ratio), QIcon.Mode.Normal)
        made.addPixmap(_draw(source, disabled, ratio), QIcon.Mode.Disabled)
    return made


@cache
def _source(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text("utf-8")


def _draw(source: str, color: str, ratio: float) -> QPixmap:
    side = round(ICON * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.replace("currentColor", color).encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
