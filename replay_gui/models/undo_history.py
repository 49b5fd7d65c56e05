"""What the user changed, in the order of time, to be undone and done again, whatever was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

V = TypeVar("V")
_MAX_CHANGES = 1_000  # that can be undone


class Undoable(QObject):
    """Something whose changes can be undone, the last one first, and done again.

    Signals:
        done(str): a change, in words. undone(), redone(): the last change, or the last undone one.
        forgotten(): what was changed so far cannot be undone any more.
    """

    done = Signal(str)
    undone = Signal()
    redone = Signal()
    forgotten = Signal()

    def undo(self) -> None:
        """Undo the last change."""
        raise NotImplementedError

    def redo(self) -> None:
        """Make the last undone change again."""
        raise NotImplementedError


class ValueHistory(Undoable, Generic[V]):
    """The earlier values of one thing. `get` and `set_`: its value. words: what a change of it is called."""

    def __init__(self, get: Callable[[], V], set_: Callable[[V], object], words: str, parent: QObject) -> None:
        super().__init__(parent)
        self._get, self._set, self._words = get, set_, words
        self._earlier: list[V] = []
        self._later: list[V] = []
        self._now = get()

    @Slot()
    def note(self) -> None:
        """Remember the value before, if it is another now."""
        before, self._now = self._now, self._get()
        if before != self._now:
            self._earlier.append(before)
            self._later.clear()
            self.done.emit(self._words)

    @Slot()
    def forget(self) -> None:
        """Begin anew with the present value."""
        self._earlier.clear()
        self._later.clear()
        self._now = self._get()
        self.forgotten.emit()

    def undo(self) -> None:
        """Set the value before."""
        self._later.append(self._now)
        self._apply(self._earlier.pop())
        self.undone.emit()

    def redo(self) -> None:
        """Set the value that was undone."""
        self._earlier.append(self._now)
        self._apply(self._later.pop())
        self.redone.emit()

    def _apply(self, value: V) -> None:
        self._now = value  # so that `note` finds nothing new
        self._set(value)


class UndoHistory(QObject):
    """The changes of all that is watched.

    Attributes: done, undone: (what was changed, the change in words), the last one at the end.

    Signals:
        changed(): there is another change to undo, or to do again.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.done: list[tuple[Undoable, str]] = []
        self.undone: list[tuple[Undoable, str]] = []

    def watch(self, one: Undoable) -> None:
        """Take part in what is changed, wherever it is undone."""
        one.done.connect(self._on_done)
        one.undone.connect(self._on_undone)
        one.redone.connect(self._on_redone)
        one.forgotten.connect(self._on_forgotten)

    @Slot()
    def undo(self) -> None:
        """Undo the last change."""
        if self.done:
            self.done[-1][0].undo()

    @Slot()
    def redo(self) -> None:
        """Make the last undone change again."""
        if self.undone:
            self.undone[-1][0].redo()

    @Slot(str)
    def _on_done(self, words: str) -> None:
        self.done = [*self.done[1 - _MAX_CHANGES :], (self._sender(), words)]
        self.undone = []
        self.changed.emit()

    @Slot()
    def _on_undone(self) -> None:
        self._move(self.done, self.undone)

    @Slot()
    def _on_redone(self) -> None:
        self._move(self.undone, self.done)

    def _move(self, one: list[tuple[Undoable, str]], other: list[tuple[Undoable, str]]) -> None:
        sender = self._sender()
        last = max((at for at, change in enumerate(one) if change[0] is sender), default=-1)
        if last >= 0:
            other.append(one.pop(last))
            self.changed.emit()

    @Slot()
    def _on_forgotten(self) -> None:
        sender = self._sender()
        self.done = [change for change in self.done if change[0] is not sender]
        self.undone = [change for change in self.undone if change[0] is not sender]
        self.changed.emit()

    def _sender(self) -> Undoable:
        sender = self.sender()
        assert isinstance(sender, Undoable)
        return sender
