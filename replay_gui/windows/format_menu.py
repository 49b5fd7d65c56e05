"""The menu of all formats, for a file that could not be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.source_session import SourceSession

_MAX_NAME_CHARACTERS = 60


class FormatMenu(QMenu):
    """Lists the titles of the formats once they are known, and calls back with the name of the chosen one."""

    def __init__(self, sources: SourceSession, on_chosen: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._on_chosen = on_chosen
        self._sources = sources
        self._at = QCursor.pos()
        self.triggered.connect(self._on_triggered)

    def pop_up(self) -> None:
        """Show the menu at the pointer, as soon as the formats are known."""
        self._sources.formats_known.connect(self._on_formats_known)
        self._sources.request_formats()

    @Slot(object)
    def _on_formats_known(self, formats: Sequence[tuple[str, str]]) -> None:
        self._sources.formats_known.disconnect(self._on_formats_known)
        for name, title in formats:
            self.addAction(escape_mnemonics(one_line(title, _MAX_NAME_CHARACTERS))).setData(name)
        self.popup(self._at)

    @Slot(QAction)
    def _on_triggered(self, entry: QAction) -> None:
        self._on_chosen(entry.data())
