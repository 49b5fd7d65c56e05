"""The changes made by the user, in order of time, to be undone and redone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

C = TypeVar("C")
V = TypeVar("V")
_MAX_CHANGES = 1_000  # that can be undone


class Undoable(QObject, Generic[C]):
    """The base of objects whose changes can be undone, the last one first, and redone.

    A subclass reports each change by `_remember`, and repeats or undoes it in `_make`.

    Signals:
        change_made(str): a change was made; its name. undone(), redone(): the last change, or the last undone one.
        forgotten(): the changes so far cannot be undone any more.
    """

    change_made = Signal(str)
    undone = Signal()
    redone = Signal()
    forgotten = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._earlier: list[C] = []
        self._later: list[C] = []  # those that were undone

    @Slot()
    def undo(self) -> None:
        """Undo the last change, if there is one."""
        if self._earlier:
            change = self._earlier.pop()
            self._later.append(change)
            self._make(change, back=True)
            self.undone.emit()

    @Slot()
    def redo(self) -> None:
        """Redo the last undone change, if there is one."""
        if self._later:
            change = self._later.pop()
            self._earlier.append(change)
            self._make(change, back=False)
            self.redone.emit()

    def _make(self, change: C, *, back: bool) -> None:
        """Redo or undo a change."""
        raise NotImplementedError

    def _remember(self, change: C, words: str) -> None:
        """Record a change; changes undone before cannot be redone any more."""
        self._earlier.append(change)
        self._later.clear()
        self.change_made.emit(words)

    def _forget_changes(self) -> None:
        """Drop all changes so far: they cannot be undone any more."""
        self._earlier.clear()
        self._later.clear()
        self.forgotten.emit()


class ValueHistory(Undoable[tuple[V, V]]):
    """The earlier values of one object. `get`, `set_`: read and set its value. words: the name of a change."""

    def __init__(self, get: Callable[[], V], set_: Callable[[V], object], words: str, parent: QObject) -> None:
        super().__init__(parent)
        self._get, self._set, self._words = get, set_, words
        self._now = get()

    @Slot()
    def record_change(self) -> None:
        """Record the earlier value, if it has changed."""
        before, self._now = self._now, self._get()
        if before != self._now:
            self._remember((before, self._now), self._words)

    @Slot()
    def forget(self) -> None:
        """Begin again with the present value."""
        self._now = self._get()
        self._forget_changes()

    def _make(self, change: tuple[V, V], *, back: bool) -> None:
        self._now = change[0] if back else change[1]  # so that `record_change` sees no change
        self._set(self._now)


class UndoHistory(QObject):
    """The changes of all watched objects.

    Attributes: done, undone: (the changed object, the change in words), the last one at the end.

    Signals:
        changed(): there is another change to undo or redo.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.done: list[tuple[Undoable[Any], str]] = []
        self.undone: list[tuple[Undoable[Any], str]] = []

    def watch(self, one: Undoable[Any]) -> None:
        """Include the changes of this object, even if they are undone elsewhere."""
        one.change_made.connect(self._on_done)
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

    def _move(self, one: list[tuple[Undoable[Any], str]], other: list[tuple[Undoable[Any], str]]) -> None:
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

    def _sender(self) -> Undoable[Any]:
        sender = self.sender()
        assert isinstance(sender, Undoable)
        return sender
