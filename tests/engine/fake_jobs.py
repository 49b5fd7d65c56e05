"""Jobs for tests of the worker processes; loaded by the worker as its module."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import Any

from replay_gui.core.errors import LogRefused
from replay_gui.engine.jobs.worker import Job, Report


def echo(args: dict[str, Any], report: Report) -> Any:
    return args


def talk(args: dict[str, Any], report: Report) -> int:
    for n in range(args["parts"]):
        report.part([n, b"\x00\xff"])
        report.progress(n, args["parts"])
    return os.getpid()


def chatter(args: dict[str, Any], report: Report) -> None:
    for n in range(args["calls"]):
        report.progress(n, args["calls"])


def stray_print(args: dict[str, Any], report: Report) -> str:
    print("\x00\x00\x00\x02hi", flush=True)
    os.write(1, b"more")
    return "intact"


def refuse(args: dict[str, Any], report: Report) -> None:
    raise LogRefused("no replay log")


def crash(args: dict[str, Any], report: Report) -> None:
    raise KeyError("oops")


def die(args: dict[str, Any], report: Report) -> None:
    report.part(os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)


def leave(args: dict[str, Any], report: Report) -> None:
    os._exit(3)


def hang(args: dict[str, Any], report: Report) -> None:
    report.part(os.getpid())
    threading.Event().wait()


def facts(args: dict[str, Any], report: Report) -> dict[str, Any]:
    return {
        "nice": os.nice(0),
        "qt": "PySide6" in sys.modules,
        "path": sys.path,
        "fds": len(os.listdir("/proc/self/fd")),
    }


JOBS: Mapping[str, Job] = {
    job.__name__: job for job in (echo, talk, chatter, stray_print, refuse, crash, die, leave, hang, facts)
}
