"""Bounds on times that follow the speed of the machine at present."""

from __future__ import annotations

import subprocess
import sys
import time

from replay_gui.engine.worker_pool import CLOSE_TIMEOUT_S

_PYTHON_STARTS = 20  # about a third of a second on a quiet machine


def seconds_to_close() -> float:
    """Return the time that closing may take: the grace period of a worker, and the time of some starts of Python."""
    return CLOSE_TIMEOUT_S + _PYTHON_STARTS * _seconds_to_start_python()


def _seconds_to_start_python() -> float:
    start = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", ""], check=True)
    return time.monotonic() - start
