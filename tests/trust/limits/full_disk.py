"""A disk that becomes full after some writes."""

from __future__ import annotations

import builtins
import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest


class FullDisk:
    """Allows some writes to files below a folder; all later ones fail as on a full disk."""

    def __init__(self, folder: Path, writes: int) -> None:
        self.folder, self.left = str(folder), writes

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real_open = io.open

        def opened_file(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
            found = real_open(file, mode, *rest, **more)
            mine = isinstance(file, int) or str(file).startswith(self.folder)
            return self._watched(found) if mine and set(mode) & set("wax+") else found

        monkeypatch.setattr(builtins, "open", opened_file)
        monkeypatch.setattr(io, "open", opened_file)
        monkeypatch.setattr(os, "fdopen", opened_file)

    def _watched(self, file: Any) -> Any:
        disk = self

        class Watched:
            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

            def __enter__(self) -> Any:
                return self

            def __exit__(self, *args: Any) -> None:
                file.close()

            def write(self, data: Any) -> int:
                disk.left -= 1
                if disk.left < 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                written: int = file.write(data)
                return written

        return Watched()
