"""Looks for a text in a run: one search at a time, in a worker process of its own, since the others may be busy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from replay_gui.core.facts.find import Hit
from replay_gui.engine.answers import Found
from replay_gui.engine.frames import Message
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.requests import Find
from replay_gui.engine.worker_pool import WorkerPool

FIND = "find"


class SearchController:
    """The search under way in one run; a new one ends it. Lives on the engine thread alone.

    `on_worker(purpose, message)` is called on threads of the pool, and is to bring the message back to `hear`.

    Attributes:
        path: of the log that is searched.
    """

    def __init__(self, pool: WorkerPool, path: Path, on_worker: Callable[[str, Message], None]) -> None:
        self._pool = pool
        self.path = path
        self._work = JobGroup(pool, on_worker)
        self._question: Find | None = None

    def start(self, question: Find) -> None:
        """Begins a search; one for no text only ends the last, and has a worker ready for the next."""
        self.stop()
        self._pool.warm()
        if question.text:
            self._question = question
            args = {"path": str(self.path), "text": question.text, "match_case": question.match_case}
            self._work.start(FIND, FIND, args)

    def stop(self) -> None:
        """Ends the search."""
        self._work.stop()
        self._question = None

    def on_worker_message(self, message: Message) -> Found | None:
        """What is to be said now that a worker has spoken."""
        question = self._question
        if question is None or not self._work.accepts(FIND, message) or message["type"] == "progress":
            return None
        if message["type"] == "failed":
            return Found(question.number, (), 0, 0, 0, True, message["text"])
        at, size, count, hits = message["value"]
        ended = message["type"] == "done"
        return Found(question.number, tuple(Hit(*hit) for hit in hits), count, at, size, ended)
