"""Finds out whether code is the agent's own or a library's."""

from __future__ import annotations

import sysconfig
from functools import cache
from pathlib import Path

_PACKAGE_FOLDERS = ("/site-packages/", "/dist-packages/", "\\site-packages\\")


@cache  # by file names, of which a process has few; called whenever the clock is read
def is_agent_code(file: str) -> bool:
    """Return whether a file is the agent's own and not a library's."""
    return not file.startswith((*_libraries(), "<frozen")) and not any(part in file for part in _PACKAGE_FOLDERS)


def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    own = Path(__file__).parents[2]
    return f"{own}/", *(f"{paths[name]}/" for name in ("stdlib", "platstdlib"))
