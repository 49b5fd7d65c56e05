"""Running the program with little memory or few open files, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GIGABYTE = 1 << 30
_LIMITED = """
import os, resource, sys
for name, limit in (("RLIMIT_AS", int(sys.argv[1])), ("RLIMIT_NOFILE", int(sys.argv[2]))):
    if limit:
        resource.setrlimit(getattr(resource, name), (limit, limit))
os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
"""


def run_capped(
    *arguments: str | Path, memory: int = 0, open_files: int = 0, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` with at most `memory` bytes of address space and `open_files`; 0: no limit."""
    command = [sys.executable, "-c", _LIMITED, str(memory), str(open_files), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, errors="replace", check=False)


def run_command(
    *arguments: str | Path, memory: int = 0, open_files: int = 0, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run ``replay-gui ARGUMENTS`` likewise."""
    return run_capped("-m", "replay_gui", *arguments, memory=memory, open_files=open_files, timeout=timeout)
