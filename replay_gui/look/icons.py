"""The icons of the actions: drawings in one colour, tinted by the theme. Names are those of resources/icons."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from replay_gui.core.resource_paths import resources
from replay_gui.look.theme import ICON, theme

PIXEL_RATIOS = (1, 2, 3)  # device pixels per logical pixel, for which icons are drawn


def icon(name: str) -> QIcon:
    """Return the icon in the text colour of the theme; call it again when the theme changes.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    colors = theme()
    return _icon(name, colors.text.name(), colors.faint.name())


def tinted_icon(name: str, color: QColor) -> QIcon:
    """Return the icon in one colour."""
    return _icon(name, color.name(), color.name())


@cache
def _icon(name: str, enabled: str, disabled: str) -> QIcon:
    drawing, result = QSvgRenderer(_source(name)), QIcon()
    for ratio in PIXEL_RATIOS:
        shape = _draw(drawing, ratio)
        for mode, color in ((QIcon.Mode.Normal, enabled), (QIcon.Mode.Disabled, disabled)):
            result.addPixmap(_tinted(shape, color), mode)
    return result


def _source(name: str) -> QByteArray:
    return QByteArray((resources() / "icons" / f"{name}.svg").read_bytes())


def _draw(drawing: QSvgRenderer, ratio: int) -> QPixmap:
    side = ICON * ratio
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _tinted(shape: QPixmap, color: str) -> QPixmap:
    result = QPixmap(shape)
    painter = QPainter(result)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(result.rect(), QColor(color))
    painter.end()
    return result
