"""Cyclic garbage collection on the GUI thread only: a QObject that is freed on another thread can crash Qt."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

from replay_gui.engine.bridge import QuietTurn

_INTERVAL_MS = 100  # a pass a second had as many objects to look at as ten, and held the event loop for 20 ms
_MIN_YOUNG_OBJECTS = 4_000  # objects allocated since the last pass, before a pass over them pays off
_MAX_YOUNG_OBJECTS = 40_000  # a pass over more would hold the event loop for 10 ms; they are values of a run
_MIN_MIDDLE_OBJECTS = 12_000  # objects that passes over the young ones have left, before one over them pays off


class GcControl(QObject):
    """Replaces the automatic collector, which runs on whichever thread allocates, from `__init__` until `stop`.

    It collects the two young generations only: the states of a run are hundreds of thousands of dicts without a
    cycle, and a pass over them would block every thread for 0.1 s or more.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._middle = 0  # at most so many objects are in the middle generation
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._turn = QuietTurn(self)
        self._timer.timeout.connect(self._turn.await_turn)
        self._turn.reached.connect(self._collect)
        self._timer.start()

    def stop(self) -> None:
        """Turn the automatic collector on again."""
        self._timer.stop()
        self._turn.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        young = gc.get_count()[0]
        if young >= _MAX_YOUNG_OBJECTS:
            gc.freeze()  # they are freed by reference counting, like all objects without cycles
            self._middle = 0
        elif young >= _MIN_YOUNG_OBJECTS:
            is_full = self._middle + young >= _MIN_MIDDLE_OBJECTS
            gc.collect(1 if is_full else 0)
            self._middle = 0 if is_full else self._middle + young
