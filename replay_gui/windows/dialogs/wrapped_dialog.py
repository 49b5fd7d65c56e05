"""A dialog with texts that wrap."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtWidgets import QDialog, QWidget


class WrappedDialog(QDialog):
    """Never so low that its parts overlap.

    Qt opens a dialog in at most two thirds of the screen, and takes each text for one line when it limits its height.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laid_out = QTimer(self, singleShot=True, interval=0)  # while it is laid out, a new size has no effect
        self._laid_out.timeout.connect(self._fit)

    def event(self, event: QEvent) -> bool:
        """Set the least height again when the width, a text or its size has changed."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
            self._laid_out.start()
        return super().event(event)

    @Slot()
    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            available = self.screen().availableGeometry().height()
            self.setMinimumHeight(min(layout.totalMinimumHeightForWidth(self.width()), available))
