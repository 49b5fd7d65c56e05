"""Dims outdated content while its replacement is being made."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

_OPACITY = 0.45
_DELAY_MS = 200  # faster replacements do not flicker


class Dimmer(QObject):
    """Dims a widget and its children after a short delay."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._effect = QGraphicsOpacityEffect(widget)
        self._effect.setOpacity(_OPACITY)
        self._effect.setEnabled(False)
        widget.setGraphicsEffect(self._effect)
        self._wait = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._wait.timeout.connect(self._dim)

    def set_dimmed(self, on: bool) -> None:
        """Dim after the delay, or undim immediately."""
        if not on:
            self._wait.stop()
            self._effect.setEnabled(False)
        elif not self._effect.isEnabled() and not self._wait.isActive():
            self._wait.start()

    @Slot()
    def _dim(self) -> None:
        self._effect.setEnabled(True)
