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
    from replay_gui.widgets.parts.panel_find_bar import PanelFindBar
    from replay_gui.windows.run_view import RunView


class FindActions(QObject):
    """The slots of these actions. `get_line` returns the line of the shown search.

    `get_view` returns the page of the run, whose panels have their own search lines.
    """

    def __init__(
        self, get_line: Callable[[], FindField | DivergenceFind], get_view: Callable[[], RunView], window: QWidget
    ) -> None:
        super().__init__(window)
        self._get_line, self._get_view, self._window = get_line, get_view, window

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
        """Search in the panel with the focus if it has a search, else in the whole run."""
        (self._get_panel_line() or self._get_line()).begin()

    def _get_panel_line(self) -> PanelFindBar | None:
        return self._get_view().find_bar_of(self._window.focusWidget())

    def _step(self, forward: bool) -> None:
        """Go to the next or the previous hit of the search in the panel with the focus, else of that in the run."""
        line = self._get_panel_line()
        if line is not None and line.isVisible():
            line.step(forward)
        else:
            self._get_line().step(forward)

    @Slot(str)
    def find_first(self, text: str) -> None:
        """Search for a text, and go to the first event after the position that contains it."""
        line = self._get_line()
        line.begin()
        line.set_text(text)
        line.step(forward=True)

    @Slot()
    def on_find_next(self) -> None:
        self._step(forward=True)

    @Slot()
    def on_find_previous(self) -> None:
        self._step(forward=False)
