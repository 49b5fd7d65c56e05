"""Running the program with little memory or few open files, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GIGABYTE = 1 << 30
_ENOUGH_FILES = 1024
_USUAL_STACK = 8 << 20  # bytes
_LIMITED = 'ulimit -v "$1" && ulimit -n "$2" && ulimit -s "$3" && shift 3 && exec "$@"'
"""A shell starts much sooner than a Python that would limit itself."""


def run_capped(
    *arguments: str | Path, memory: int = 0, open_files: int = 0, stack: int = _USUAL_STACK, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` with at most `memory` bytes of address space and `open_files`; 0: no limit.

    `stack`: the most that the stack of its first thread takes, in bytes.
    """
    limits = str(memory // 1024) if memory else "unlimited", str(open_files or _ENOUGH_FILES), str(stack // 1024)
    command = ["sh", "-c", _LIMITED, "sh", *limits, sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, errors="replace", check=False)


def run_command(
    *arguments: str | Path, memory: int = 0, open_files: int = 0, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run ``replay-gui ARGUMENTS`` likewise."""
    return run_capped("-m", "replay_gui", *arguments, memory=memory, open_files=open_files, timeout=timeout)
