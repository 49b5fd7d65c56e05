"""The actions of the search in the open run, or in both runs of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from replay_gui.widgets.parts.find_field import FindField
from replay_gui.windows.actions import Handlers

if TYPE_CHECKING:
    from replay_gui.widgets.comparison.divergence_search import DivergenceFind


class FindActions(QObject):
    """The slots of these actions. `get_line` returns the line of the search that is shown."""

    def __init__(self, get_line: Callable[[], FindField | DivergenceFind], window: QWidget) -> None:
        super().__init__(window)
        self._get_line = get_line

    @property
    def handlers(self) -> Handlers:
        """The slots of the search."""
        return {
            "find": self.on_find,
            "find_next": self.on_find_next,
            "find_previous": self.on_find_previous,
        }

    @Slot()
    def on_find(self) -> None:
        self._get_line().begin()

    @Slot(str)
    def find_first(self, text: str) -> None:
        """Search for a text, and go to the first event after the position that holds it."""
        line = self._get_line()
        line.begin()
        line.set_text(text)
        line.step(forward=True)

    @Slot()
    def on_find_next(self) -> None:
        self._get_line().step(forward=True)

    @Slot()
    def on_find_previous(self) -> None:
        self._get_line().step(forward=False)
