"""Collects cycles on the GUI thread alone: a QObject that the collector frees on another thread can bring Qt down."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_PAUSE = 1000  # ms
_YOUNG, _MIDDLE = 20_000, 20  # new objects, and passes over the young ones, before a pass is worth while


class GarbageCollector(QObject):
    """Takes the place of the automatic collector, which runs on whatever thread happens to make an object.

    It looks at new objects alone: a run's states are hundreds of thousands of dicts without a cycle, and a pass over
    them would hold every thread for 0.1 s and more.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self, interval=_PAUSE)
        self._timer.timeout.connect(self._on_pause)
        self._timer.start()

    def stop(self) -> None:
        """Gives the work back to the automatic collector."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _on_pause(self) -> None:
        young, middle, _ = gc.get_count()
        if middle >= _MIDDLE:
            gc.collect(1)
        elif young >= _YOUNG:
            gc.collect(0)
