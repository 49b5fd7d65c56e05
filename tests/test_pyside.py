"""The PySide6 that is installed keeps what the program needs of it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot


class Counter(QObject):
    fired = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.fired.connect(self.on_fired)

    @Slot(object)
    def on_fired(self, value: object) -> None:
        self.count += 1


def test_20_000_void_calls_lose_no_reference(qapp: QCoreApplication) -> None:
    """PySide6 6.12.0 aborts on Python 3.11 after some thousands of these."""
    counter = Counter()
    for n in range(20_000):
        counter.fired.emit(2**40 + n)
        counter.on_fired(None)
        counter.setObjectName("x")
        counter.blockSignals(False)
    assert counter.count == 40_000
