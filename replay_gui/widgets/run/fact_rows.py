"""Facts as the rows of a section, in widgets that are used again for the next facts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QGuiApplication

from replay_gui.core.log.positions import Position
from replay_gui.core.translation.messages import tr
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.section import Section
from replay_gui.widgets.run.fact_row import FactRow, align_names
from replay_gui.widgets.run.sentence_row import SentenceRow


class FactRows(QObject):
    """Fills a section: `begin`, then `add` for each row from top to bottom, then `close`.

    Making a row takes 0.3 ms, styling and laying it out as long again, and an event has up to ten of them. So a row of
    the facts before is used again for the facts at its place.
    """

    def __init__(self, section: Section, go_to: Callable[[Position], None]) -> None:
        """`go_to`: called with the position of a link that is clicked."""
        super().__init__(section)
        self._section, self._go_to = section, go_to
        self._before: list[FactRow] = []
        self._rows: list[FactRow] = []
        self._open_menu: Callable[[QPoint], None] | None = None

    def begin(self) -> None:
        """Begin with the first row."""
        self._before, self._rows, self._open_menu = self._rows, [], None

    def add_copied(self, name: str, text: str, copied: str, meaning: str) -> FactRow:
        """Add a row that copies a text when it is clicked; return it. `meaning`: of the fact, for the tooltip."""
        tip = " ".join(filter(None, (meaning, tr("Click to copy."))))
        return self._add(FactRow, name, text, aim=copied, tip=tip)

    def add_link(self, name: str, text: str, aim: Position, tip: str) -> None:
        """Add a row that goes to a position."""
        self._add(FactRow, name, text, aim=aim, tip=tip, is_link=True)

    def add_remark(self, text: str) -> None:
        """Add a line that cannot be clicked."""
        self._add(FactRow, "", text).setEnabled(False)

    def add_sentence(self, text: str) -> None:
        """Add a text of as many lines as needed."""
        self._add(SentenceRow, "", text).setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def offer_menu(self, row: FactRow, open_menu: Callable[[QPoint], None]) -> None:
        """Let a row have a context menu. `open_menu`: called with the point on the screen."""
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._open_menu = open_menu

    def close(self, leaves_room: bool = False) -> None:
        """Show the rows. `leaves_room`: for a check mark, in rows without one, too."""
        for row in self._rows:
            row.leaves_room = leaves_room
        self._section.set_rows(align_names(self._rows))

    def _add(
        self,
        kind: type[FactRow],
        name: str,
        text: str,
        *,
        aim: Position | str = "",
        tip: str = "",
        is_link: bool = False,
    ) -> FactRow:
        number = len(self._rows)
        row = self._before[number] if number < len(self._before) else None
        if row is None or type(row) is not kind:
            row = self._made(kind)
        row.show_fact(name, text, is_link=is_link)
        row.aim, row.sound = aim, None
        row.setToolTip(plain_tooltip(tip))
        row.setAccessibleDescription("")
        row.setEnabled(True)
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self._rows.append(row)
        return row

    def _made(self, kind: type[FactRow]) -> FactRow:
        row = kind("", "")
        row.aimed.connect(self._go_to)
        row.clicked.connect(self._on_clicked)
        row.customContextMenuRequested.connect(self._on_menu_requested)
        return row

    @Slot()
    def _on_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, FactRow) and isinstance(row.aim, str) and row.aim:
            QGuiApplication.clipboard().setText(row.aim)

    @Slot(QPoint)
    def _on_menu_requested(self, at: QPoint) -> None:
        row = self.sender()
        if isinstance(row, FactRow) and self._open_menu is not None:
            self._open_menu(row.mapToGlobal(at))
