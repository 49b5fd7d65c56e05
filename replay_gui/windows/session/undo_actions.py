"""Undo and redo of the user's changes: rules, steps aligned by hand, notes, lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.undo_history import UndoHistory, ValueHistory
from replay_gui.windows.actions import Handlers
from replay_gui.windows.notes.note_actions import NoteActions

if TYPE_CHECKING:
    from replay_gui.windows.run_view import RunView


class UndoActions(QObject):
    """The slots of these actions, whose texts describe the change. `history`: the changes."""

    def __init__(
        self, comparison: ComparisonSession, notes: NoteActions, actions: dict[str, QAction], window: QWidget
    ) -> None:
        super().__init__(window)
        self._comparison, self._actions = comparison, actions
        self.history = UndoHistory(self)
        anchors = ValueHistory(lambda: comparison.anchors, comparison.set_anchors, tr("steps set by hand"), self)
        comparison.anchors_changed.connect(anchors.record_change)
        for signal in (comparison.active_changed, comparison.a.run_changed, comparison.b.run_changed):
            signal.connect(anchors.forget)
        for one in (comparison.rules, anchors, notes.book, notes.book_b):
            self.history.watch(one)
        self.history.changed.connect(self.refresh)

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions."""
        return {"undo": self.on_undo, "redo": self.on_redo}

    def attach(self, view: RunView) -> None:
        """Include the choice of lanes on the page of a run."""
        timeline = view.timeline.timeline
        lanes = ValueHistory(lambda: timeline.choice, timeline.choose, tr("choice of lanes"), self)
        view.timeline.lanes_changed.connect(lanes.record_change)
        for signal in (self._comparison.active_changed, self._comparison.a.run_changed):
            signal.connect(lanes.forget)
        self.history.watch(lanes)

    @Slot()
    def on_undo(self) -> None:
        self.history.undo()

    @Slot()
    def on_redo(self) -> None:
        self.history.redo()

    @Slot()
    def refresh(self) -> None:
        """Show the changes that would be undone and redone."""
        for name, changes in (("undo", self.history.done), ("redo", self.history.undone)):
            self._actions[name].setText(_words(name, escape_mnemonics(changes[-1][1]) if changes else ""))
            self._actions[name].setEnabled(bool(changes))


def _words(name: str, change: str) -> str:
    """Return the text of an action with the change that it is about; without it if `change` is empty."""
    if name == "undo":
        return tr("&Undo {change}", change=change) if change else tr("&Undo")
    return tr("Re&do {change}", change=change) if change else tr("Re&do")
