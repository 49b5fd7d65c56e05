from __future__ import annotations

from pytestqt.qtbot import QtBot

from replay_gui.models.pacer import Pacer


def test_the_first_asking_is_answered_at_once_and_the_others_together(qtbot: QtBot) -> None:
    pacer, heard = Pacer(5), list[str]()
    pacer.due.connect(lambda: heard.append("due"))
    for _ in range(10):
        pacer.request()
    assert len(heard) == 1
    with qtbot.waitSignal(pacer.due):
        pass
    assert len(heard) == 2
    pacer.request()
    assert len(heard) == 2
    pacer.stop()
    pacer.request()
    assert len(heard) == 3
    pacer.stop()


def test_nothing_is_due_that_nobody_asked_for(qtbot: QtBot) -> None:
    pacer = Pacer(1)
    pacer.request()
    with qtbot.assertNotEmitted(pacer.due, wait=10):
        pass


def test_what_was_answered_quickly_may_be_asked_for_again_sooner(qtbot: QtBot) -> None:
    pacer, heard = Pacer(60_000), list[str]()
    pacer.due.connect(lambda: heard.append("due"))
    pacer.request()
    pacer.request()
    with qtbot.waitSignal(pacer.due, timeout=5000):
        pacer.on_answered()
    assert len(heard) == 2
    pacer.on_answered()
    pacer.request()
    assert len(heard) == 2, "but not at once"
    pacer.stop()
    pacer.on_answered()
    assert not pacer.is_waiting
