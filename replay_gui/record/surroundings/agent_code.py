"""Which code is the agent's own, and which a library's."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import FrameType

_PACKAGE_FOLDERS = ("/site-packages/", "/dist-packages/", "\\site-packages\\")


@cache  # of file names, of which a process has few; it is asked whenever the clock is read
def is_agent_code(file: str) -> bool:
    """Return whether a file is the agent's own, no library's."""
    return not file.startswith((*_libraries(), "<frozen")) and not any(part in file for part in _PACKAGE_FOLDERS)


def is_used_by_agent(*between: str) -> bool:
    """Return whether the agent's own code calls the hook that calls this; a library reads the clock on its own account.

    Args:
        between: file names of modules whose functions may stand between the agent and the hook, such as pathlib's.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename in between:
        frame = frame.f_back
    return frame is not None and is_agent_code(frame.f_code.co_filename)


def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    own = Path(__file__).parents[2]
    return f"{own}/", *(f"{paths[name]}/" for name in ("stdlib", "platstdlib"))
