"""A bridge without an engine: a test answers the requests, or some of them are answered immediately."""

from __future__ import annotations

from collections.abc import Hashable

from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.files.user_files import answer_read_rules, answer_write_rules
from replay_gui.engine.requests import Answer, AnswerValue, ReadRules, Request, Side, WriteRules


class ScriptedBridge(EngineBridge):
    """Keeps the last request of each key, like the engine's queue.

    Attributes:
        waiting: the requests that were not answered, by side and key.
        reads_rules: whether rules files are read immediately.
    """

    def __init__(self, reads_rules: bool = True) -> None:
        super().__init__()
        self.waiting: dict[tuple[Side | None, Hashable], Request] = {}
        self.reads_rules = reads_rules

    def send_request(self, key: Hashable, request: Request) -> None:
        match request.body:
            case ReadRules() if self.reads_rules:
                self.answer(request, answer_read_rules(request.body))
            case WriteRules():
                self.answer(request, answer_write_rules(request.body))
            case _:
                self.waiting[request.side, key] = request

    def answer(self, request: Request, value: AnswerValue) -> None:
        """Deliver an answer to this request, as the engine would."""
        self.answered.emit(Answer(request.run, 1, value, request.side))

    def take(self, key: Hashable, side: Side | None = Side.A) -> Request | None:
        """Remove and return the waiting request of this key, or None."""
        return self.waiting.pop((side, key), None)
