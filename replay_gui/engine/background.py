"""The long work of the open run: which jobs run in workers, and how far they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from replay_gui.engine.answers import Progress
from replay_gui.engine.frames import Message
from replay_gui.engine.pace import Pace
from replay_gui.engine.processes import Handle, WorkerPool

IMPORT, INDEX, VERIFY = "import", "index", "verify"
PHRASES = {IMPORT: "Importing", INDEX: "Reading events", VERIFY: "Verifying"}


@dataclass(slots=True)
class _Work:
    handle: Handle
    run: int
    pace: Pace


class Background:
    """The jobs under way, one of each purpose. Used by the engine thread alone; `on_message` is called on others.

    on_message(run, purpose, message) hears what workers say; `current` then tells whether it still matters.
    """

    def __init__(self, pool: WorkerPool, on_message: Callable[[int, str, Message], None]) -> None:
        self._pool = pool
        self._on_message = on_message
        self._under_way: dict[str, _Work] = {}

    def start(self, run: int, purpose: str, args: dict[str, Any]) -> None:
        """Has a worker run the job named like the purpose; an earlier one of this purpose is ended."""
        self.stop(purpose)
        handle = self._pool.submit(purpose, args, partial(self._on_message, run, purpose))
        self._under_way[purpose] = _Work(handle, run, Pace(PHRASES[purpose]))

    def stop(self, *purposes: str) -> bool:
        """Ends the jobs with these purposes, or all; whether there were any."""
        stopped = [self._under_way.pop(p) for p in (purposes or tuple(self._under_way)) if p in self._under_way]
        for work in stopped:
            work.handle.cancel()
        return bool(stopped)

    def current(self, purpose: str, message: Message) -> bool:
        """Whether the message is from the job under way; a final one takes it off the list."""
        work = self._under_way.get(purpose)
        if work is None or work.handle.number != message["id"]:
            return False
        if message["type"] in ("done", "failed"):
            del self._under_way[purpose]
        return True

    def progress(self, purpose: str, message: Message) -> Progress:
        return self._under_way[purpose].pace.progress(message["done"], message["total"])

    def purposes(self) -> tuple[str, ...]:
        """What is under way, oldest first."""
        return tuple(self._under_way)
