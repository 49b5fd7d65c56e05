"""The base of lists of cards: one item per row, and its text for screen readers."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from replay_gui.models.any_index import AnyIndex
from replay_gui.models.tooltip import plain_tooltip

Item = TypeVar("Item")


class CardModel(QAbstractListModel, Generic[Item]):
    """A list of items; a subclass defines the text of each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Item] = []

    def item(self, row: int) -> Item:
        """The item at a row; IndexError beyond the last."""
        return self._items[row]

    def words(self, item: Item) -> str:
        """Return the whole content of a card as one text."""
        raise NotImplementedError

    def _show_items(self, items: list[Item]) -> None:
        self.beginResetModel()
        self._items = items
        self.endResetModel()

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of cards."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the card's text for a screen reader, or the same as a plain tooltip."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        words = self.words(self._items[index.row()])
        return plain_tooltip(words) if role == Qt.ItemDataRole.ToolTipRole else words
