"""The differences of a step as a Qt table: one line a row, A and B beside each other or one above the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from replay_gui.core.divergence.comparison import Difference
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.comparison.diff_lines import DiffLine, diff_lines

_NOTHING: dict[str, Any] = {}


class DiffRows(QAbstractTableModel):
    """`line(row)` returns a DiffLine. `unified`: old above new."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.unified = True
        self._asked: tuple[tuple[str, str], ...] = ()
        self._differences: tuple[Difference, ...] = ()
        self._equal: Mapping[str, Any] = _NOTHING
        self._lines: list[DiffLine] = []

    def show(
        self, differences: Iterable[Difference], equal: Mapping[str, Any], asked: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Show these differences; equal members are listed below them, the request (name, words) above."""
        self._differences, self._equal, self._asked = tuple(differences), equal, asked
        self._reset()

    def show_lines(self, lines: Iterable[DiffLine], differences: Iterable[Difference]) -> None:
        """Show these lines, which are about these differences."""
        self.beginResetModel()
        self._differences, self._lines = tuple(differences), list(lines)
        self.endResetModel()

    def set_unified(self, on: bool) -> None:
        """Switch between old above new and old beside new."""
        self.unified = on
        self._reset()

    def line(self, row: int) -> DiffLine:
        """The line at a row; IndexError beyond the last."""
        return self._lines[row]

    def difference(self, row: int) -> Difference | None:
        """Return the difference of a row, or None."""
        path = self._lines[row].path
        return next((difference for difference in self._differences if difference.path == path), None) if path else None

    def _reset(self) -> None:
        self.beginResetModel()
        self._lines = diff_lines(self._differences, self._equal, self.unified, self._asked)
        self.endResetModel()

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Always one column."""
        return 0 if parent.isValid() else 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the whole line as one text, for screen readers."""
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        line = self._lines[index.row()]
        sides = [f"{name} {text}" for name, text in (("A", line.a), ("B", line.b)) if text is not None]
        return " ".join(word for word in (line.key, *sides, line.note) if word)
