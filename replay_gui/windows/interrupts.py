"""Ctrl-C in the terminal from which the window was opened."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot

INTERRUPTED = 128 + signal.SIGINT  # the exit code that shells use


class Interrupts(QObject):
    """Ends the event loop with INTERRUPTED on SIGINT, also while Qt waits and no Python code runs.

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
        """Handle SIGINT from now on. Call it on the main thread, where Python handles signals."""
        self._fd_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = signal.signal(signal.SIGINT, _no_exception)

    def uninstall(self) -> None:
        """Restore the earlier handler."""
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
    """Do nothing: KeyboardInterrupt would be raised in whichever slot runs; the slot of the socket ends the loop."""
