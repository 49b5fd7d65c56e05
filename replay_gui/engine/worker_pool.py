"""The pool of worker processes: started when needed, kept for the next job, replaced when they end."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections import deque
from pathlib import Path
from threading import RLock, Thread, current_thread
from typing import BinaryIO, Protocol, cast

import msgspec

from replay_gui.core.diagnostics import Topic, current_level, topic_logger
from replay_gui.core.translation.messages import tr
from replay_gui.engine.jobs.frames import read_frames, write_frame
from replay_gui.engine.jobs.job_messages import (
    FromWorker,
    JobDone,
    JobFailed,
    JobMessage,
    JobRequest,
    WorkerRecord,
    encode_value,
)

_log = topic_logger(Topic.WORKERS)


class OnJobMessage(Protocol):
    """Receives the messages of one job, on a thread of the pool."""

    def __call__(self, message: JobMessage, /) -> None:
        """Handle the message; must return quickly, since the pool waits."""


CLOSE_TIMEOUT_S = 0.5  # seconds a worker gets to end by itself
EXTRA_NICENESS = 10  # of a worker, so that the window is served first


class JobHandle:
    """A submitted job. After `cancel`, or once JobDone or JobFailed came, it is over."""

    def __init__(self, pool: WorkerPool, number: int, job: str, arguments: object, on_message: OnJobMessage) -> None:
        self.number = number
        self.request = JobRequest(number, job, encode_value(arguments))
        self.on_message = on_message
        self._pool = pool

    def cancel(self) -> None:
        """End the job by ending its worker. No message follows, except one that is being delivered now."""
        self._pool.cancel(self)


class _Worker:
    """One process, the thread that listens to it, and the job it runs."""

    def __init__(self, module: str, pool: WorkerPool, job: str = "") -> None:
        """`job`: see `WorkerPool.warm`."""
        self.handle: JobHandle | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "replay_gui.engine.jobs.worker", module, current_level(), job],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            process_group=0,  # Ctrl+C in the terminal goes to the program only
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        _make_nice(self._process.pid, pool.niceness)
        self.thread = Thread(target=self._listen, args=(pool,), name=f"worker-{self._process.pid}", daemon=True)
        self.thread.start()

    def send(self, handle: JobHandle) -> None:
        self.handle = handle
        try:
            write_frame(self._stdin, handle.request)
        except OSError:
            self._process.kill()  # it is dead or unresponsive: its listener finds the end of its output and reports it

    def terminate(self) -> None:
        self._process.terminate()

    def close(self, deadline: float) -> None:
        """End the process by `deadline` (time.monotonic), by force if need be."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def _stdin(self) -> BinaryIO:
        return cast(BinaryIO, self._process.stdin)

    def _listen(self, pool: WorkerPool) -> None:
        with cast(BinaryIO, self._process.stdout) as stdout:
            for message in read_frames(stdout, msgspec.msgpack.Decoder(FromWorker).decode):
                pool.on_worker_message(self, message)
        self._process.kill()  # perhaps only its output has ended
        code = self._process.wait()
        with contextlib.suppress(OSError):  # unsent messages to it are dropped
            self._stdin.close()
        pool.on_worker_ended(self, code)


class WorkerPool:
    """At most `size` worker processes that run the jobs of `module`, in the order they were submitted.

    Messages arrive on a thread of the pool; the receiver passes them to its own thread. If a worker process ends, its
    job fails, with the reason. All methods may be called from any thread.
    """

    def __init__(
        self, size: int = 2, module: str = "replay_gui.engine.jobs.registry", niceness: int = EXTRA_NICENESS
    ) -> None:
        """`niceness`: of a worker, relative to the program's own."""
        self._size, self.niceness = size, niceness
        self._module = module
        self._lock = RLock()
        self._numbers = itertools.count(1)
        self._waiting: deque[JobHandle] = deque()
        self._workers: set[_Worker] = set()
        self._ending: set[_Worker] = set()
        self._closed = False

    def beside(self, size: int, niceness: int = EXTRA_NICENESS) -> WorkerPool:
        """Return another pool for the same jobs, with separate workers."""
        return WorkerPool(size, self._module, niceness)

    @property
    def is_idle(self) -> bool:
        """Whether no job is running or waiting."""
        with self._lock:
            return not self._waiting and all(worker.handle is None for worker in self._workers)

    def submit(self, job: str, arguments: object, on_message: OnJobMessage) -> JobHandle:
        """Run `job` with arguments (values that msgpack can encode) in a worker, as soon as one is free."""
        handle = JobHandle(self, next(self._numbers), job, arguments, on_message)
        with self._lock:
            if self._closed:
                raise RuntimeError("the worker pool is closed")
            self._waiting.append(handle)
            self._hand_out()
        return handle

    def warm(self, job: str = "") -> None:
        """Start one worker, so that the first job need not wait for it; nor for the code of `job`, if one is named."""
        with self._lock:
            if not self._workers and not self._closed:
                self._workers.add(_Worker(self._module, self, job))

    def cancel(self, handle: JobHandle) -> None:
        """Drop a job: one that waits is never begun, and the worker of a running one is ended."""
        with self._lock:
            if handle in self._waiting:
                self._waiting.remove(handle)
            for worker in [worker for worker in self._workers if worker.handle is handle]:
                worker.handle = None
                self._retire(worker)
            self._hand_out()

    def close(self) -> None:
        """End every worker and its thread, within a second; jobs still running end without a message."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            for worker in list(self._workers):
                worker.handle = None
                self._retire(worker)
            ending = list(self._ending)
        deadline = time.monotonic() + CLOSE_TIMEOUT_S
        for worker in ending:
            worker.close(deadline)
        for worker in ending:
            if worker.thread is not current_thread():
                worker.thread.join()

    # ---- called by the listening threads ------------------------------------------------------------
    def on_worker_message(self, worker: _Worker, message: FromWorker) -> None:
        """Log a record, or pass a message on to its job; messages of cancelled jobs are ignored."""
        if isinstance(message, WorkerRecord):
            _log_worker_record(message)
            return
        with self._lock:
            handle = worker.handle
            if handle is None or message.job_id != handle.number:
                return
            if isinstance(message, JobDone | JobFailed):
                worker.handle = None
                self._hand_out()
        handle.on_message(message)

    def on_worker_ended(self, worker: _Worker, code: int) -> None:
        """Replace a worker that has ended; its job, if it had one, fails with the reason."""
        with self._lock:
            handle, worker.handle = worker.handle, None
            self._workers.discard(worker)
            self._ending.discard(worker)
            self._hand_out()
        if handle is not None:
            _log.error("job %s: the worker process ended unexpectedly (code %d)", handle.request.job, code)
            handle.on_message(JobFailed(handle.number, _reason_of_end(code), "died"))

    # ---- with the lock held --------------------------------------------------------------------------
    def _hand_out(self) -> None:
        while self._waiting and not self._closed:
            worker = next((worker for worker in self._workers if worker.handle is None), None)
            if worker is None:
                if len(self._workers) >= self._size:
                    return
                worker = _Worker(self._module, self)
                self._workers.add(worker)
            worker.send(self._waiting.popleft())

    def _retire(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        self._ending.add(worker)
        worker.terminate()


def _log_worker_record(record: WorkerRecord) -> None:
    try:
        topic = Topic(record.topic)
    except ValueError:
        topic = Topic.WORKERS
    topic_logger(topic).log(record.level, "%s", record.text)


def _make_nice(pid: int, niceness: int) -> None:
    """Lower the priority of a new worker; from here, because it uses the processor most while it starts."""
    if hasattr(os, "setpriority"):
        own = os.getpriority(os.PRIO_PROCESS, 0)
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, pid, own + niceness)


def _environment() -> dict[str, str]:
    """Return the environment of a worker: the program's own, with the path of this package if it is not installed.

    Threads for linear algebra are switched off, because no job uses them: those of OpenBLAS spin while a worker
    starts, and cost as much as the import of numpy.
    """
    environment = {"OPENBLAS_NUM_THREADS": "1"} | os.environ
    folder = str(Path(__file__).resolve().parents[2])
    if folder in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        return environment
    others = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return environment | {"PYTHONPATH": os.pathsep.join([folder, *others])}


def _reason_of_end(code: int) -> str:
    if code >= 0:
        return tr("the worker process ended unexpectedly (exit code {code})", code=code)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = tr("unknown")
    return tr("the worker process ended unexpectedly (signal {number}, {name})", number=-code, name=name)
