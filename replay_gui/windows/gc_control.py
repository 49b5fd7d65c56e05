"""Cyclic garbage collection on the GUI thread only: a QObject that is freed on another thread can crash Qt."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 1000
_MIN_YOUNG_OBJECTS = 20_000  # objects allocated since the last pass, before a pass over them pays off
_MAX_YOUNG_OBJECTS = 200_000  # a pass over more would block the event loop for 50 ms; they are values of a run
_MIN_YOUNG_PASSES = 20  # passes since the last one over the middle generation, before one pays off


class GcControl(QObject):
    """Replaces the automatic collector, which runs on whichever thread allocates, from `__init__` until `stop`.

    It collects the two young generations only: the states of a run are hundreds of thousands of dicts without a
    cycle, and a pass over them would block every thread for 0.1 s or more.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def stop(self) -> None:
        """Turn the automatic collector on again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _on_timeout(self) -> None:
        young, young_passes, _ = gc.get_count()
        if young >= _MAX_YOUNG_OBJECTS:
            gc.freeze()  # they are freed by reference counting, like all objects without cycles
        elif young_passes >= _MIN_YOUNG_PASSES:
            gc.collect(1)
        elif young >= _MIN_YOUNG_OBJECTS:
            gc.collect(0)
