"""Verification with worker processes where there is no engine thread: for the command line."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec

from replay_gui.core.errors import ReplayError
from replay_gui.core.index.index_builder import Built
from replay_gui.core.index.index_columns import read_column
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Block
from replay_gui.core.verification.verification import VerificationReport
from replay_gui.engine.frames import Message
from replay_gui.engine.verification_controller import WORKERS, VerificationController
from replay_gui.engine.worker_pool import WorkerPool

INDEX = "index"

OnProgress = Callable[[int, int], None]
"""Hears (work done, work to do), in bytes read."""


def verify_with_workers(log: EventLog, on_progress: OnProgress) -> VerificationReport:
    """The verdict on a log by two worker processes; ReplayError where one of them fails."""
    heard: SimpleQueue[tuple[str, Message]] = SimpleQueue()
    pool = WorkerPool(WORKERS)

    def submit(purpose: str, job: str, args: dict[str, Any]) -> None:
        pool.submit(job, args, partial(_put, heard, purpose))

    try:
        verifying = VerificationController(log, submit)
        if not _records_state_hashes(log):
            verifying.start_with_replay()
            return _driven(log, verifying, heard, on_progress, "")
        # Snapshots of an index let both workers share the replay, which one alone would have to do in order.
        with tempfile.TemporaryDirectory(prefix="replay-gui-verify-", ignore_cleanup_errors=True) as folder:
            submit(INDEX, INDEX, {"path": str(log.source.path), "folder": folder, "whole": False})
            verifying.start_beside_index()
            try:
                return _driven(log, verifying, heard, on_progress, folder)
            finally:
                pool.close()  # before the folder goes
    finally:
        pool.close()


def _driven(
    log: EventLog,
    verifying: VerificationController,
    heard: SimpleQueue[tuple[str, Message]],
    on_progress: OnProgress,
    folder: str,
) -> VerificationReport:
    while True:
        purpose, message = heard.get()
        report = None
        if message["type"] == "failed":
            raise ReplayError(f"{log.source.path}: not verified: {message['text']}")
        if purpose != INDEX or message["type"] == "progress":
            report = verifying.on_worker_message(purpose, message)
        elif message["type"] == "done":
            built = msgspec.convert(message["value"], Built)
            offsets = read_column(Path(folder), "offset")
            log.use_offsets(offsets)
            report = verifying.index_built(built, folder, offsets)
        on_progress(verifying.done, max(verifying.done, verifying.total))
        if report is not None:
            return report


def _put(heard: SimpleQueue[tuple[str, Message]], purpose: str, message: Message) -> None:
    """On a thread of the pool."""
    heard.put((purpose, message))


def _records_state_hashes(log: EventLog) -> bool:
    """Whether any of the first records carries one."""
    first = next(log.parts())
    return isinstance(first, Block) and any(state is not None for state in first.states)
