"""The settings of the window, in memory; a separate thread writes their file."""

from __future__ import annotations

from pathlib import Path
from threading import Condition, Thread
from typing import Any, NamedTuple

from PySide6.QtCore import QEventLoop, QSettings

_MAX_CLOSE_S = 5.0  # a slower disk is not waited for


class _Change(NamedTuple):
    """A new value of a key; None: the key, and those below it, are removed."""

    key: str
    value: object


class SettingsStore:
    """The settings by their keys, such as ``theme`` or ``keys/next_error``: texts, lists of texts, and QByteArrays.

    The file is in Qt's INI form. It is joined key by key with what other windows of the program save meanwhile.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the file, to be called before there is a window; None: nothing is read or saved."""
        self.path = path
        self._values: dict[str, Any] = {} if path is None else _values(_file(path))
        self._changes: list[_Change] = []
        self._changed = Condition()  # also guards the attributes above
        self._thread: Thread | None = None
        self._is_closed = False

    def value(self, key: str) -> Any:
        """Return the value of a key, None if it has none; it is what somebody wrote into the file, of any type."""
        return self._values.get(key)

    def set_value(self, key: str, value: object) -> None:
        """Give a key a value, now and at the next start."""
        self._add(_Change(key, value))

    def remove(self, key: str) -> None:
        """Remove a key and those below it."""
        self._add(_Change(key, None))

    def close(self) -> bool:
        """Wait until the last change is saved; return False if the disk does not respond within 5 seconds."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_MAX_CLOSE_S)
        return self._thread is None or not self._thread.is_alive()

    def _add(self, change: _Change) -> None:
        with self._changed:
            _apply(self._values, change)
            if self.path is None or self._is_closed:
                return
            self._changes.append(change)
            self._changed.notify()
            if self._thread is None:
                self._thread = Thread(target=self._save, args=(self.path,), name="settings", daemon=True)
                self._thread.start()

    # ---- the thread ------------------------------------------------------------------------------
    def _save(self, path: Path) -> None:
        file, loop = _file(path), QEventLoop()
        while changes := self._wait_for_changes():
            for key, value in changes:
                if value is None:
                    file.remove(key)
                else:
                    file.setValue(key, value)
            loop.processEvents()  # here Qt writes the file; `sync` would keep Python's lock from the window meanwhile
            self._join(_values(file))

    def _wait_for_changes(self) -> list[_Change]:
        """Return the changes since the last call; none once the settings are closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes or self._is_closed)
            changes, self._changes = self._changes, []
            return changes

    def _join(self, values: dict[str, Any]) -> None:
        """Take over what the file has now, with the changes that it does not have yet."""
        with self._changed:
            for change in self._changes:
                _apply(values, change)
            self._values = values


def _file(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def _values(file: QSettings) -> dict[str, Any]:
    return {key: file.value(key) for key in file.allKeys()}


def _apply(values: dict[str, Any], change: _Change) -> None:
    if change.value is not None:
        values[change.key] = change.value
        return
    for key in [key for key in values if key == change.key or key.startswith(f"{change.key}/")]:
        del values[key]
