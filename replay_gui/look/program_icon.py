"""The icon of the program itself, in fixed colours: for windows, menus and task bars."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QIcon, QImage, QImageWriter, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from replay_gui.core.resource_paths import resources

SIDES = (16, 32, 48, 128)  # pixels


def program_icon() -> QIcon:
    """Return the icon in all sizes; needs an application."""
    renderer, icon = _renderer(), QIcon()
    for side in SIDES:
        icon.addPixmap(QPixmap.fromImage(_image(renderer, side)))
    return icon


def program_icon_png(side: int) -> bytes:
    """Return the icon as PNG; needs no application."""
    encoded = QBuffer()
    encoded.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(encoded, QByteArray(b"png")).write(_image(_renderer(), side))
    return bytes(encoded.data().data())


def _renderer() -> QSvgRenderer:
    return QSvgRenderer(str(resources() / "desktop" / "icons" / "replay-gui.svg"))


def _image(renderer: QSvgRenderer, side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image
