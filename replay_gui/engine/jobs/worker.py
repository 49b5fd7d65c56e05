"""A worker process: ``python -m replay_gui.engine.jobs.worker MODULE`` runs the jobs of MODULE.JOBS, one at a time.

It lives as long as its standard input: at the end of it the process exits at once, even inside a job, so that none is
left behind when the program ends, however it ends. What a job prints goes to standard error.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any, BinaryIO, Protocol, TypeAlias

from replay_gui.core.errors import ReplayError
from replay_gui.engine.frames import Message, read_frames, write_frame

PROGRESS_PAUSE = 0.05  # seconds between two progress messages at least
PART_PAUSE = 0.25  # seconds between two parts of an index; each costs the window a redraw


class Report(Protocol):
    """How a job speaks while it runs."""

    def progress(self, done: int, total: int) -> None:
        """How far it is, in any unit; total 0 = unknown. Cheap: most calls send nothing."""

    def part(self, value: Any) -> None:
        """A piece of the result (what msgpack can hold); every one is sent."""


Job: TypeAlias = Callable[[dict[str, Any], Report], Any]


class _Sender:
    """The Report of one job, and its outcome."""

    def __init__(self, stream: BinaryIO, job_id: int) -> None:
        self._stream = stream
        self._id = job_id
        self._quiet_until = 0.0

    def progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + PROGRESS_PAUSE
            self.send("progress", done=done, total=total)

    def part(self, value: Any) -> None:
        self.send("part", value=value)

    def send(self, message_type: str, /, **fields: Any) -> None:
        write_frame(self._stream, {"id": self._id, "type": message_type, **fields})


def run_job(jobs: Mapping[str, Job], request: Message, stream: BinaryIO) -> None:
    """Runs one request and writes what comes of it."""
    sender = _Sender(stream, request["id"])
    try:
        sender.send("done", value=jobs[request["job"]](request["args"], sender))
    except ReplayError as why:
        sender.send("failed", text=str(why), kind=type(why).__name__)
    except OSError as why:  # a disk that is full, a folder that is gone: no fault of the program
        where = f"{why.filename}: " if why.filename else ""
        sender.send("failed", text=f"{where}{why.strerror or why}", kind="system")
    except Exception as why:  # noqa: BLE001  whatever a job raises, the program hears of it and the worker lives on
        traceback.print_exc()
        text = f"an internal error ({type(why).__name__}: {why})"
        sender.send("failed", text=text, kind="internal")


def main(module: str) -> None:
    stream = _private_stdout()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where there are no process groups to keep it out
    requests: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    jobs: Mapping[str, Job] = importlib.import_module(module).JOBS
    while True:
        run_job(jobs, requests.get(), stream)


def _private_stdout() -> BinaryIO:
    """The pipe to the program; descriptor 1 is turned to standard error, so that no stray print breaks a frame."""
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream


def _read_requests(requests: SimpleQueue[Message]) -> None:
    try:
        for request in read_frames(sys.stdin.buffer):
            requests.put(request)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
