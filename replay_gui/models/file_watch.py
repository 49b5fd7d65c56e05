"""Watches the file of the open run for changes on disk."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

SETTLE_MS = 200  # ms without a further change before a changed file is looked at


class FileWatch(QObject):
    """Watches one file, even after it was replaced.

    Signals:
        settled(): something happened to the file, and nothing more for a while.
    """

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._quiet = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._quiet.timeout.connect(self._on_quiet)

    def watch(self, path: str) -> None:
        """Watch this file instead of the last; "": none."""
        if not path and not self._path:
            return
        self._path = path
        self._quiet.stop()
        if watched := self._watcher.files():
            self._watcher.removePaths(watched)
        if path:
            self._watcher.addPath(path)

    @cached_property
    def _watcher(self) -> QFileSystemWatcher:
        """Made for the first file: it takes a descriptor of the system, and time, before the first window is shown."""
        watcher = QFileSystemWatcher(self)
        watcher.fileChanged.connect(self._on_changed)
        return watcher

    @Slot(str)
    def _on_changed(self, path: str) -> None:
        self._quiet.start()

    @Slot()
    def _on_quiet(self) -> None:
        self.settled.emit()
        if self._path and not self._watcher.files():  # it was replaced
            self._watcher.addPath(self._path)
