"""The long work under way: which jobs run in workers, each for a purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from replay_gui.engine.frames import Message
from replay_gui.engine.worker_pool import Handle, WorkerPool


class JobGroup:
    """The jobs of one undertaking. The engine thread's own; `on_message` is called on threads of the pool.

    on_message(purpose, message) hears what workers say; `accepts` then tells whether it still matters.
    """

    def __init__(self, pool: WorkerPool, on_message: Callable[[str, Message], None]) -> None:
        self._pool = pool
        self._on_message = on_message
        self._handles: dict[str, Handle] = {}

    def start(self, purpose: str, job: str, args: dict[str, Any]) -> None:
        """Has a worker run `job`."""
        self._handles[purpose] = self._pool.submit(job, args, partial(self._on_message, purpose))

    def stop(self) -> None:
        """Ends every job."""
        while self._handles:
            self._handles.popitem()[1].cancel()

    def accepts(self, purpose: str, message: Message) -> bool:
        """Whether the message is from the job under way for this purpose; a final one ends that."""
        handle = self._handles.get(purpose)
        if handle is None or handle.number != message["id"]:
            return False
        if message["type"] in ("done", "failed"):
            del self._handles[purpose]
        return True

    def runs(self, purpose: str) -> bool:
        """Whether a job for this purpose is under way."""
        return purpose in self._handles

    @property
    def busy(self) -> bool:
        return bool(self._handles)
