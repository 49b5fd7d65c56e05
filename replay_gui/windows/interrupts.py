"""Ctrl-C in the terminal that the window was opened from."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot

INTERRUPTED = 128 + signal.SIGINT  # as shells have it


class Interrupts(QObject):
    """Has an interrupt end the event loop with INTERRUPTED, also while Qt waits and no Python code runs.

    Python writes the number of each signal to a socket, and Qt watches its other end: nothing polls.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def install(self) -> None:
        """From the main thread only, as signals are Python's."""
        self._fd_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = signal.signal(signal.SIGINT, _no_exception)

    def uninstall(self) -> None:
        signal.signal(signal.SIGINT, self._before)
        signal.set_wakeup_fd(self._fd_before)
        self._notifier.setEnabled(False)
        self._read.close()
        self._write.close()

    @Slot()
    def _on_signal(self) -> None:
        if signal.SIGINT in self._read.recv(64):
            QCoreApplication.exit(INTERRUPTED)


def _no_exception(number: int, frame: object) -> None:
    """An exception would be raised in whatever slot happens to run; the socket's slot ends the loop instead."""
