"""Questions to the user and the replies, as files in a folder: the agent's process asks, another one replies."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import NotWritten
from replay_gui.core.path_kinds import exists
from replay_gui.record.sessions.questions import Question, Reply, ReplyKind

_QUESTION, _REPLY = ".question", ".reply"
_CHECK_INTERVAL_S = 0.02  # seconds between two checks for a reply


class QuestionFolder:
    """A folder of questions; if it vanishes, the reply is STOP."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._count = 0

    def ask(self, question: Question) -> Reply:
        """Write a question, wait for the reply, and return it."""
        with self._lock:
            self._count += 1
            name = f"{os.getpid()}-{self._count}"
        reply = self._folder / f"{name}{_REPLY}"
        try:
            write_whole(self._folder / f"{name}{_QUESTION}", msgspec.json.encode(question))
        except NotWritten:
            return Reply(ReplyKind.STOP)
        while exists(self._folder):
            if exists(reply):
                return msgspec.json.decode(reply.read_bytes(), type=Reply)
            time.sleep(_CHECK_INTERVAL_S)
        return Reply(ReplyKind.STOP)

    def open_questions(self) -> Iterator[tuple[str, Question]]:
        """Yield the name of each question without a reply, and the question."""
        for file in sorted(self._folder.glob(f"*{_QUESTION}")):
            if not exists(file.with_suffix(_REPLY)):
                yield file.stem, msgspec.json.decode(file.read_bytes(), type=Question)

    def reply(self, name: str, reply: Reply) -> None:
        """Reply to a question; raise NotWritten if that fails."""
        write_whole(self._folder / f"{name}{_REPLY}", msgspec.json.encode(reply))
