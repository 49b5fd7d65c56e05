from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from replay_gui.models.undo_history import UndoHistory, ValueHistory


class Cell:
    """A value with a history of its own."""

    def __init__(self, words: str, parent: QObject) -> None:
        self.value = 0
        self.history = ValueHistory(lambda: self.value, self.put, words, parent)

    def put(self, value: int) -> None:
        self.value = value

    def change(self, value: int) -> None:
        self.value = value
        self.history.record_change()


@pytest.fixture
def parent(qtbot: QtBot) -> QObject:
    return QObject()


def test_changes_of_several_things_are_undone_in_the_order_of_time(parent: QObject) -> None:
    one, other, history = Cell("one", parent), Cell("other", parent), UndoHistory(parent)
    history.watch(one.history)
    history.watch(other.history)
    one.change(1)
    other.change(5)
    one.change(2)
    one.change(2)  # nothing new
    assert [words for _, words in history.done] == ["one", "other", "one"]
    history.undo()
    history.undo()
    assert (one.value, other.value) == (1, 0)
    assert [words for _, words in history.undone] == ["one", "other"]
    history.redo()
    assert (one.value, other.value) == (1, 5)
    one.change(9)
    assert history.undone == [], "what was undone before a new change is gone"
    other.history.undo()  # by a button of its own
    assert [words for _, words in history.done] == ["one", "one"]
    one.history.forget()
    assert history.done == []
    history.undo()
    assert one.value == 9
