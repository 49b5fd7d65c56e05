"""Ctrl+K: opens the command palette."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.windows.actions import Handlers
from replay_gui.windows.menus import MenuBar

if TYPE_CHECKING:  # the first window needs none of them
    from replay_gui.windows.palette.command_palette import CommandPalette
    from replay_gui.windows.palette.palette_entries import PaletteEntries
    from replay_gui.windows.run_view import RunView

_OWN_NAME = "palette"


class PaletteActions(QObject):
    """The slot of this action. `get_view` returns the page of the run.

    Signals: search_wanted(str): go to the next event that contains this text.
    """

    search_wanted = Signal(str)

    def __init__(
        self,
        session: Session,
        comparison: ComparisonSession,
        actions: dict[str, QAction],
        menus: MenuBar,
        *,
        get_view: Callable[[], RunView],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._comparison = session, comparison
        self._actions, self._menus = actions, menus
        self._get_view, self._window = get_view, window
        session.index_changed.connect(self._on_index_changed)

    @property
    def handlers(self) -> Handlers:
        """The slot of the palette."""
        return {_OWN_NAME: self.on_palette}

    @cached_property
    def _entries(self) -> PaletteEntries:
        from replay_gui.windows.palette.palette_entries import PaletteEntries

        return PaletteEntries(
            self._session,
            self._comparison,
            self._actions,
            self._menus,
            own_name=_OWN_NAME,
            get_view=self._get_view,
            find=self.search_wanted.emit,
        )

    @cached_property
    def palette(self) -> CommandPalette:
        """The palette, built when it is first opened."""
        from replay_gui.models.palette.palette_list import PaletteList
        from replay_gui.windows.palette.command_palette import CommandPalette

        return CommandPalette(PaletteList(self._entries.events), self._window)

    @Slot()
    def on_palette(self) -> None:
        """Open the palette, or close it if it is open."""
        if self.palette.isVisible():
            self.palette.close_palette()
            return
        self.palette.open(self._entries.named(), self._entries.values())

    @Slot()
    def _on_index_changed(self) -> None:
        """Offer the rest of the run, if the palette was opened before all of it was read."""
        if "palette" in self.__dict__ and self.palette.isVisible():
            self.palette.refill(self._entries.named(), self._entries.values())
