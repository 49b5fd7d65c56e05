from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from replay_gui.models.event_loop_queue import EventLoopParts, EventLoopQueue


def test_each_has_a_turn_of_its_own_in_order(qtbot: QtBot) -> None:
    done: list[str] = []
    owner = QObject()
    turns = EventLoopQueue(owner)
    between = QTimer(owner, interval=1)
    between.timeout.connect(lambda: done.append("-") if done and done[-1] != "-" else None)
    between.start()
    turns.begin(*(partial(done.append, step) for step in "abc"))
    assert turns.pending
    assert not done, "the window is painted before the first"
    qtbot.waitUntil(lambda: not turns.pending)
    between.stop()
    assert [step for step in done if step != "-"] == ["a", "b", "c"]
    assert done.count("-") >= 2, "others have their turn in between"


def test_others_take_their_place_and_a_stop_ends_them(qtbot: QtBot) -> None:
    done: list[str] = []
    owner = QObject()
    turns = EventLoopQueue(owner)
    turns.begin(partial(done.append, "never"), partial(done.append, "never"))
    turns.begin(partial(done.append, "now"), turns.stop, partial(done.append, "never"))
    qtbot.waitUntil(lambda: not turns.pending)
    others = EventLoopQueue(owner)
    others.begin(*(partial(done.append, "another's") for _ in range(3)))
    qtbot.waitUntil(lambda: not others.pending)
    assert done == ["now", *["another's"] * 3]


def test_a_step_may_begin_others(qtbot: QtBot) -> None:
    done: list[str] = []
    owner = QObject()
    turns = EventLoopQueue(owner)
    turns.begin(partial(turns.begin, partial(done.append, "later")), partial(done.append, "never"))
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["later"]
    assert not turns.pending


def test_parts_are_made_one_in_a_turn_after_the_timers_that_are_due(qtbot: QtBot) -> None:
    done: list[str] = []
    owner = QObject()
    making, between = EventLoopParts(owner), QTimer(owner, interval=0)
    between.timeout.connect(lambda: done.append("-") if done and done[-1] != "-" else None)

    def parts() -> Iterator[None]:
        for part in "abc":
            done.append(part)
            yield

    between.start()
    making.begin(parts())
    assert not done, "the turn that is under way ends first"
    qtbot.waitUntil(lambda: done[-2:] == ["c", "-"])
    assert done == ["a", "-", "b", "-", "c", "-"]


def test_parts_that_were_needed_earlier_are_not_made_again(qtbot: QtBot) -> None:
    done: list[str] = []
    owner = QObject()
    making = EventLoopParts(owner)

    def parts() -> Iterator[None]:
        for part in "abc":
            done.append(part)
            yield

    those = parts()
    making.begin(those)
    next(those)
    qtbot.waitUntil(lambda: "c" in done)
    assert done == ["a", "b", "c"]
