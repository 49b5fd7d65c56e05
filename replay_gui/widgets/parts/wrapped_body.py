"""The content of an area that scrolls, with texts that wrap."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget


class WrappedBody(QWidget):
    """As high as its rows are at its width.

    Qt would make it as high as they are at their least width, where texts wrap into far more lines: the area could be
    scrolled beyond its last row, to nothing.
    """

    def minimumSizeHint(self) -> QSize:
        """Return the least width; the height follows from the width, if any row wraps."""
        least = super().minimumSizeHint()
        return QSize(least.width(), 0) if self.hasHeightForWidth() else least
