"""A worker process: ``python -m replay_gui.engine.jobs.worker MODULE LEVEL`` runs the jobs of MODULE.JOBS in turn.

It lives as long as its standard input: at the end of it the process exits at once, even inside a job, so that none is
left behind when the program ends, however it ends. A job's prints go to standard error. Its diagnostic records of
LEVEL and above are sent to the program.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from os import _exit  # not os._exit, which is another function while a plug-in runs
from queue import SimpleQueue
from typing import Any, BinaryIO

import msgspec

from replay_gui.core.diagnostics import LEVELS, Topic, error_location, topic_logger
from replay_gui.core.errors import ReplayError
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr
from replay_gui.engine.jobs.frames import read_frames, write_frame
from replay_gui.engine.jobs.job import Job, JobCache, LazyJob, decode_arguments
from replay_gui.engine.jobs.job_messages import (
    FromWorker,
    JobDone,
    JobFailed,
    JobPart,
    JobProgress,
    JobRequest,
    WorkerRecord,
    encode_value,
)
from replay_gui.engine.termination import Terminated, terminable

PROGRESS_INTERVAL_S = 0.2  # seconds between two progress messages at least; each costs the window a redraw

_log = topic_logger(Topic.WORKERS)


class _MessageStream:
    """The pipe to the program; whole messages, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send_message(self, message: FromWorker) -> None:
        with self._lock:
            write_frame(self._stream, message)


class _RunningJob:
    """The JobContext of one job."""

    def __init__(self, stream: _MessageStream, job_id: int, cache: JobCache) -> None:
        self._stream = stream
        self._id = job_id
        self._next_progress = 0.0
        self.cache = cache

    def progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_INTERVAL_S
            self._stream.send_message(JobProgress(self._id, done, total))

    def part(self, value: Any) -> None:
        self._stream.send_message(JobPart(self._id, encode_value(value)))


class _RecordSender(logging.Handler):
    """Sends diagnostic records to the program."""

    def __init__(self, stream: _MessageStream) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        topic = record.name.removeprefix("replay_gui.").partition(".")[0]
        self._stream.send_message(WorkerRecord(record.levelno, topic, visible(record.getMessage())))


def run_job(jobs: Mapping[str, Job], request: JobRequest, stream: _MessageStream, cache: JobCache) -> None:
    """Run one job and send its result or its failure."""
    begin = time.perf_counter()
    try:
        job = jobs[request.job]
        arguments = decode_arguments(job, request.arguments)
        result = job(arguments, _RunningJob(stream, request.job_id, cache))
        stream.send_message(JobDone(request.job_id, encode_value(result)))
    except ReplayError as error:
        _log.info("job %s refused: %s", request.job, error_location(error))
        stream.send_message(JobFailed(request.job_id, visible(str(error)), type(error).__name__))
    except OSError as error:  # a full disk, a removed folder: no fault of the program
        _log.warning("job %s failed: %s", request.job, error_location(error))
        where = f"{error.filename}: " if error.filename else ""
        stream.send_message(JobFailed(request.job_id, visible(f"{where}{reason_of(error)}"), "system"))
    except MemoryError:
        _log.error("job %s failed: not enough memory", request.job)
        stream.send_message(JobFailed(request.job_id, tr("not enough memory"), "system"))
    except Exception as error:  # noqa: BLE001  any error is reported to the program, and the worker goes on
        _log.error("job %s failed: %s", request.job, error_location(error))
        traceback.print_exc()
        text = tr("an internal error ({name}: {reason})", name=type(error).__name__, reason=error)
        stream.send_message(JobFailed(request.job_id, visible(text), "internal"))
    else:
        _log.debug("job %s done in %.0f ms", request.job, 1000 * (time.perf_counter() - begin))


def main(module: str, level: str = "warning", first: str = "") -> None:
    """Run the jobs that standard input requests until it ends; `first`: the job whose code is imported before."""
    gc.disable()  # jobs make millions of objects and hardly any cycles: collection would only read them again and again
    stream = _MessageStream(_private_stdout())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on systems without process groups
    _send_records(stream, level)
    requests: SimpleQueue[JobRequest] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    jobs: Mapping[str, Job] = importlib.import_module(module).JOBS
    if isinstance(job := jobs.get(first), LazyJob):
        job.load()
    cache = JobCache()
    try:
        with terminable():
            while True:
                run_job(jobs, requests.get(), stream, cache)
    except Terminated:  # incomplete files of the job are removed by now
        cache.clear()
        os.kill(os.getpid(), signal.SIGTERM)


def _send_records(stream: _MessageStream, level: str) -> None:
    root = logging.getLogger("replay_gui")
    root.addHandler(_RecordSender(stream))
    root.setLevel(LEVELS[level])
    root.propagate = False


def _private_stdout() -> BinaryIO:
    """Return the pipe to the program; descriptor 1 is redirected to standard error, so that no print breaks a frame."""
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream


def _read_requests(requests: SimpleQueue[JobRequest]) -> None:
    try:
        for request in read_frames(sys.stdin.buffer, msgspec.msgpack.Decoder(JobRequest).decode):
            requests.put(request)
    finally:
        _exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
