"""Work that waits for a turn of the event loop without other work."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from replay_gui.engine.bridge import QuietTurn


class Works(QObject):
    """Takes some of the thread's own time in each turn, `turns` times, and writes each turn into `lines`."""

    def __init__(self, lines: list[str], turns: int, seconds: float = 0.005) -> None:
        super().__init__()
        self._lines, self._left, self._seconds = lines, turns, seconds
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._work)
        self._timer.start()

    def _work(self) -> None:
        if not self._left:
            self._lines.append("rest")
            return
        self._left -= 1
        self._lines.append("work")
        spend(self._seconds)


def spend(seconds: float) -> None:
    """Take so much of the thread's own time."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def turn_of(owner: QObject, lines: list[str]) -> QuietTurn:
    turn = QuietTurn(owner)
    turn.reached.connect(lambda: lines.append("reached"))
    return turn


def test_it_comes_after_the_turns_with_work(qtbot: QtBot) -> None:
    lines: list[str] = []
    works = Works(lines, turns=3)
    turn_of(works, lines).await_turn()
    qtbot.waitUntil(lambda: "reached" in lines)
    assert lines[: lines.index("reached")].count("work") == 3


def test_it_does_not_wait_for_turns_with_little_work(qtbot: QtBot) -> None:
    lines: list[str] = []
    works = Works(lines, turns=1_000_000, seconds=0)
    turn_of(works, lines).await_turn()
    qtbot.waitUntil(lambda: "reached" in lines)


def test_work_without_end_does_not_keep_it_waiting(qtbot: QtBot) -> None:
    lines: list[str] = []
    works = Works(lines, turns=1_000_000)
    turn_of(works, lines).await_turn()
    qtbot.waitUntil(lambda: "reached" in lines)
    assert 10 <= lines.index("reached") <= 13, "after 50 ms of work"


def test_of_two_that_work_each_has_a_turn_of_its_own(qtbot: QtBot) -> None:
    lines: list[str] = []
    owner = Works(lines, turns=0)
    first, second = QuietTurn(owner), turn_of(owner, lines)
    first.reached.connect(lambda: lines.append("first"))
    first.reached.connect(lambda: spend(0.005))
    first.await_turn()
    second.await_turn()
    assert QuietTurn.is_awaited_in(owner)
    qtbot.waitUntil(lambda: "reached" in lines)
    assert "rest" in lines[lines.index("first") : lines.index("reached")]
    assert not QuietTurn.is_awaited_in(owner)


def test_it_is_reached_once_however_often_it_was_asked_for(qtbot: QtBot) -> None:
    lines: list[str] = []
    owner = Works(lines, turns=0)
    turn = turn_of(owner, lines)
    turn.await_turn()
    turn.await_turn()
    qtbot.waitUntil(lambda: lines[-3:] == ["rest"] * 3)
    assert lines.count("reached") == 1
    turn.await_turn()
    turn.stop()
    lines.clear()
    qtbot.waitUntil(lambda: lines[-3:] == ["rest"] * 3)
    assert "reached" not in lines
