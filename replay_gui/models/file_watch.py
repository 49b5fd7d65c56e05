"""Watches the file of the open run for changes on disk."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from replay_gui.core.importers.side_files import side_files
from replay_gui.models.disk_question import DiskQuestion

SETTLE_MS = 200  # ms after a change until the file is checked, and until it is checked again


class FileWatch(QObject):
    """Watches one file, with its journals if it is a database, even after it was replaced.

    Signals:
        settled(): the file changed a moment ago; emitted repeatedly while it keeps changing.
    """

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._quiet = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._quiet.timeout.connect(self._on_quiet)
        self._beside = DiskQuestion(self)
        self._beside.answered.connect(self._on_side_files)

    def watch(self, path: str) -> None:
        """Watch this file instead of the last; "": none."""
        if not path and not self._path:
            return
        self._path = path
        self._quiet.stop()
        if watched := self._watcher.files():
            self._watcher.removePaths(watched)
        if path:
            self._watch_files()
            self._quiet.start()  # it may have changed since it was opened

    def files(self) -> list[str]:
        """Return the files that are watched."""
        return self._watcher.files()

    @cached_property
    def _watcher(self) -> QFileSystemWatcher:
        """Make the watcher for the first file: it costs a descriptor, and time before the first window is shown."""
        watcher = QFileSystemWatcher(self)
        watcher.fileChanged.connect(self._on_changed)
        return watcher

    @Slot(str)
    def _on_changed(self, _path: str) -> None:
        if not self._quiet.isActive():  # a file that is written continuously must not wait forever
            self._quiet.start()

    @Slot()
    def _on_quiet(self) -> None:
        self.settled.emit()
        if self._path:
            self._watch_files()

    def _watch_files(self) -> None:
        """Watch the file, if it is new or was replaced, and look for its side files."""
        if self._path not in self._watcher.files():
            self._watcher.addPath(self._path)
        self._beside.ask_disk(partial(_side_files, self._path))

    @Slot(object)
    def _on_side_files(self, found: tuple[str, list[str]]) -> None:
        """Watch the side files that are not watched yet, unless another run was opened meanwhile."""
        path, beside = found
        known = self._watcher.files()
        if path == self._path and (missing := [file for file in beside if file not in known]):
            self._watcher.addPaths(missing)


def _side_files(path: str) -> tuple[str, list[str]]:
    return path, [str(file) for file in side_files(Path(path))]
