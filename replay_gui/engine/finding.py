"""Looks for a text in a run: one search at a time, in a worker process of its own, since the others may be busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from replay_gui.core.facts.find import Hit, Needle, find
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.answers import Found
from replay_gui.engine.background import Background
from replay_gui.engine.frames import Message
from replay_gui.engine.jobs.worker import Report
from replay_gui.engine.processes import WorkerPool
from replay_gui.engine.requests import Find

FIND = "find"
KEPT = 100_000  # hits that are handed on; the others are only counted
PAUSE = 0.05  # seconds between two parts


def find_text(args: dict[str, Any], report: Report) -> list[Any]:
    """The job: looks for `text` in the log at `path`; parts and result are [byte, size, count, hits since the last]."""
    with EventLog.open(args["path"]) as log:
        size, count, waiting = log.source.size, 0, list[tuple[int, str, int, int]]()
        quiet_until, at = 0.0, 0
        for at, hits in find(log, Needle(args["text"], args["match_case"])):
            waiting += [(hit.place, hit.text, hit.start, hit.stop) for hit in hits[: max(0, KEPT - count)]]
            count += len(hits)
            if time.monotonic() >= quiet_until:
                report.part([at, size, count, waiting])
                waiting, quiet_until = [], time.monotonic() + PAUSE
        return [size, size, count, waiting]


class Finding:
    """The search under way in one run; a new one ends it. Lives on the engine thread alone.

    `on_worker(purpose, message)` is called on threads of the pool, and is to bring the message back to `hear`.

    Attributes:
        path: of the log that is searched.
    """

    def __init__(self, pool: WorkerPool, path: Path, on_worker: Callable[[str, Message], None]) -> None:
        self._pool = pool
        self.path = path
        self._work = Background(pool, on_worker)
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

    def hear(self, message: Message) -> Found | None:
        """What is to be said now that a worker has spoken."""
        question = self._question
        if question is None or not self._work.accepts(FIND, message) or message["type"] == "progress":
            return None
        if message["type"] == "failed":
            return Found(question.number, (), 0, 0, 0, True, message["text"])
        at, size, count, hits = message["value"]
        ended = message["type"] == "done"
        return Found(question.number, tuple(Hit(*hit) for hit in hits), count, at, size, ended)
