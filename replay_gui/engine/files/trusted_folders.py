"""The folders whose rules and notes the user has allowed: a log's folder may come from anybody, with false notes."""

from __future__ import annotations

import json
import os
from pathlib import Path

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import LogUnreadable, NotWritten
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.translation.messages import tr

_MAX_BYTES = 1 << 20
_MAX_FOLDERS = 1000  # the oldest are forgotten


class TrustedFolders:
    """A list of folders in one of the user's own files; a damaged file allows nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def all(self) -> list[str]:
        """The real paths of the folders."""
        return self._read()

    def contains(self, folder: Path) -> bool:
        """Return whether the user has allowed the rules and notes in this folder."""
        return os.path.realpath(folder) in self._read()

    def add(self, folder: Path) -> None:
        """Allow the rules and notes in this folder from now on; raise NotWritten if that cannot be remembered."""
        name, known = os.path.realpath(folder), self._read()
        if name in known:
            return
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as why:
            folder = self._file.parent
            text = tr("{folder}: cannot be made: {reason}", folder=folder, reason=reason_of(why))
            raise NotWritten(text) from None
        folders = [*known, name][-_MAX_FOLDERS:]
        write_whole(self._file, json.dumps(folders, indent=1).encode())  # ASCII, also for names that are not Unicode

    def _read(self) -> list[str]:
        try:
            folders = json.loads(read_beginning(self._file, _MAX_BYTES))
        except (LogUnreadable, ValueError, RecursionError):
            return []
        return [name for name in folders if isinstance(name, str)] if isinstance(folders, list) else []
