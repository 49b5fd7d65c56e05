"""Ctrl-C in the terminal from which the window was opened, and SIGTERM."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot

_SIGNALS = signal.SIGINT, signal.SIGTERM
_SIGNAL_EXIT_BASE = 128  # shells add the number of the signal to it


class Interrupts(QObject):
    """Ends the event loop on SIGINT and SIGTERM, with the exit code that shells use, also while Qt waits.

    Python writes the number of each signal to a socket, and Qt watches the other end of it.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def install(self) -> None:
        """Handle both signals from now on. Call it on the main thread, which handles signals in Python."""
        self._fd_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = [signal.signal(number, _no_exception) for number in _SIGNALS]

    def uninstall(self) -> None:
        """Restore the earlier handlers."""
        for number, handler in zip(_SIGNALS, self._before, strict=True):
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd_before)
        self._notifier.setEnabled(False)
        self._read.close()
        self._write.close()

    @Slot()
    def _on_signal(self) -> None:
        received = self._read.recv(64)
        ending = next((number for number in _SIGNALS if number in received), None)
        if ending is not None:
            QCoreApplication.exit(_SIGNAL_EXIT_BASE + ending)


def _no_exception(number: int, frame: object) -> None:
    """Do nothing: KeyboardInterrupt would be raised in any running slot; the slot of the socket ends the loop."""
