"""An engine without a window: requests are sent, and answers are collected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine import worker_pool
from replay_gui.engine.answers import RunOpened
from replay_gui.engine.engine import Engine
from replay_gui.engine.requests import Answer, Open, Request, RequestBody, Side, WorkEnded

WAIT = 30.0  # seconds
T = TypeVar("T")


class Talk:
    """Sends requests to an engine, and collects its answers."""

    def __init__(self, module: str) -> None:
        self.inbox: SimpleQueue[Answer] = SimpleQueue()
        self.engine = Engine(self.inbox.put, worker_pool.WorkerPool(module=module))
        self.seen: list[Answer] = []

    def ask(self, question: RequestBody, run: int = 1, key: str | None = None, side: Side = Side.A) -> int:
        return self.engine.send_request(key or type(question).__name__, Request(run, question, side))

    def until(self, kind: type[T], good: Callable[[T], bool] = lambda value: True) -> T:
        """Return the next answer of this kind that passes `good`; fail on an error before it."""
        while True:
            answer = self.inbox.get(timeout=WAIT)
            self.seen.append(answer)
            if isinstance(answer.value, kind) and good(answer.value):
                return answer.value

    def open(self, path: Path, run: int = 1) -> RunOpened:
        self.ask(Open(str(path)), run)
        return self.until(RunOpened)

    def open_whole(self, path: Path, run: int = 1) -> VerificationReport:
        self.open(path, run)
        report = self.until(VerificationReport)
        self.until(WorkEnded)
        return report
