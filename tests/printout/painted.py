"""The pages of a sheet as pictures."""

from __future__ import annotations

from PySide6.QtGui import QImage, QPainter

from replay_gui.look.theme import LIGHT
from replay_gui.printout.sheet import HEIGHT, WIDTH, Sheet


def painted(sheet: Sheet, page: int = 0) -> QImage:
    image = QImage(round(WIDTH), round(HEIGHT), QImage.Format.Format_RGB32)
    image.fill(LIGHT.panel)
    painter = QPainter(image)
    for draw in sheet.pages[page].items:
        draw(painter)
    painter.end()
    return image
