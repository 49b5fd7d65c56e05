"""Jobs for tests of the worker processes; loaded by the worker as its module."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import Any

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.errors import LogRefused
from replay_gui.engine.jobs.job import Job, JobReporter, LazyJob


def echo(args: dict[str, Any], reporter: JobReporter) -> Any:
    return args


def talk(args: dict[str, Any], reporter: JobReporter) -> int:
    for n in range(args["parts"]):
        reporter.part([n, b"\x00\xff"])
        reporter.progress(n, args["parts"])
    return os.getpid()


def chatter(args: dict[str, Any], reporter: JobReporter) -> None:
    for n in range(args["calls"]):
        reporter.progress(n, args["calls"])


def stray_print(args: dict[str, Any], reporter: JobReporter) -> str:
    print("\x00\x00\x00\x02hi", flush=True)
    os.write(1, b"more")
    return "intact"


def refuse(args: dict[str, Any], reporter: JobReporter) -> None:
    raise LogRefused("no replay log")


def crash(args: dict[str, Any], reporter: JobReporter) -> None:
    raise KeyError("oops")


def die(args: dict[str, Any], reporter: JobReporter) -> None:
    reporter.part(os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)


def leave(args: dict[str, Any], reporter: JobReporter) -> None:
    os._exit(3)


def hang(args: dict[str, Any], reporter: JobReporter) -> None:
    reporter.part(os.getpid())
    threading.Event().wait()


def note(args: dict[str, Any], reporter: JobReporter) -> None:
    topic_logger(Topic.IMPORTERS).warning("converted %d runs", 3)
    topic_logger(Topic.IMPORTERS).debug("too detailed")


def facts(args: dict[str, Any], reporter: JobReporter) -> dict[str, Any]:
    return {
        "nice": os.nice(0),
        "qt": "PySide6" in sys.modules,
        "path": sys.path,
        "fds": len(os.listdir("/proc/self/fd")),
    }


def is_imported(args: dict[str, Any], reporter: JobReporter) -> bool:
    return args["module"] in sys.modules


_ALL = (echo, talk, chatter, stray_print, refuse, crash, die, leave, hang, note, facts, is_imported)

JOBS: Mapping[str, Job] = {"lazy": LazyJob("colorsys", "rgb_to_hsv")} | {job.__name__: job for job in _ALL}
