"""The rows of a tree as a Qt model. Expanded paths are kept when another value is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer, Signal, Slot

from replay_gui.core.state.members import member, member_at
from replay_gui.core.state.state import ABSENT, Path
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.core.translation.messages import tr
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.run.value_rows import TreeView, ValueTree, pages_to
from replay_gui.models.run.value_search import ValueSearch
from replay_gui.models.values.value_row import ChangeMark, RowKind, ValueRow

MEMBERS_PER_TURN = 4000  # members that a search examines in one turn of the event loop, about 12 ms

_MAX_PAGES = 20  # pages of a large map or list that are opened to reach a member
_NOTHING: dict[str, Any] = {}
_NO_CHANGES = StateChanges()
_NO_KEYS: dict[Path, list[str]] = {}


class StateTree(QAbstractTableModel):
    """The rows of a value in one column; `row(n)` returns a ValueRow. Unchanged rows stay, so that views do not jump.

    Attributes:
        complete: False if a search has examined only a part of the value.

    Signal: searched(): a search has progressed.
    """

    searched = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.complete = True
        self._tree = ValueTree()
        self._view = TreeView()
        self._root: Mapping[str, Any] = _NOTHING
        self._changes = _NO_CHANGES
        self._needle = ""
        self._rows: list[ValueRow] = []
        self._search = ValueSearch(_NOTHING, "")
        self._searching = QTimer(self, singleShot=True, interval=0)
        self._searching.timeout.connect(self._on_searching)

    # ---- the shown rows ---------------------------------------------------------------------------
    def show(
        self,
        root: Mapping[str, Any],
        changes: StateChanges = _NO_CHANGES,
        first_keys: Mapping[Path, list[str]] = _NO_KEYS,
    ) -> None:
        """Show another value, with the same paths expanded. `first_keys`: of wide maps by path, as far as known."""
        self._root, self._changes = root, changes
        self._tree.know_first_keys(root, first_keys)
        self._searching.stop()
        if self._needle:
            self._search = ValueSearch(root, self._needle)
            self._continue_search()
        self._update()

    def _continue_search(self) -> bool:
        """Search the next MEMBERS_PER_TURN members; return whether there are new hits."""
        hit = self._search.search_more(MEMBERS_PER_TURN)
        self._view.found, self.complete = self._search.found, self._search.complete
        if not self._search.ended:
            self._searching.start()
        return hit

    @Slot()
    def _on_searching(self) -> None:
        if self._continue_search():
            self._update()
        self.searched.emit()

    def forget(self) -> None:
        """Remove all rows, and forget the expanded paths."""
        self._tree, self._view = ValueTree(), TreeView(changed_only=self._view.changed_only, width=self._view.width)
        self.show(_NOTHING)

    def set_changed_only(self, on: bool) -> None:
        """Show only the values that the event changed, or all."""
        self._view.changed_only = on
        self._update()

    def set_needle(self, needle: str) -> None:
        """Show only members with this text in key or value; "" shows all."""
        self._needle, self._view.found, self.complete = needle, None, True
        self.show(self._root, self._changes)

    def set_width(self, characters: int) -> None:
        """Set the number of characters of a row; longer texts can be expanded."""
        if characters != self._view.width:
            self._view.width = characters
            self._update()

    # ---- opening and closing ------------------------------------------------------------------------
    def set_expanded(self, row: int, on: bool) -> None:
        """Expand or collapse a row, if it can be expanded."""
        if not self._rows[row].expandable:
            return
        path = self._rows[row].path
        opened, closed = self._view.expanded, self._view.collapsed
        (opened if on else closed).add(path)
        (closed if on else opened).discard(path)
        self._update()

    @property
    def expanded(self) -> set[Path]:
        """The paths that were expanded."""
        return self._view.expanded

    @property
    def collapsed(self) -> set[Path]:
        """The paths that the user collapsed, which would be open by default."""
        return self._view.collapsed

    def open_paths(self, expanded: Iterable[Path], collapsed: Iterable[Path]) -> None:
        """Expand and collapse these values, even if they do not exist yet."""
        self._view.expanded.update(expanded)
        self._view.collapsed.update(collapsed)
        self._update()

    def expand_path(self, path: Path) -> None:
        """Expand a value, even if it does not exist yet."""
        self._view.expanded.add(path)
        self._update()

    def reveal(self, path: Path) -> None:
        """Expand all parents of the member at `path`, and as many pages as needed, up to _MAX_PAGES."""
        self._view.expanded.update(path[:i] for i in range(1, len(path)))
        holder: Any = self._root
        for depth, key in enumerate(path):
            if (pages := pages_to(holder, key)) <= _MAX_PAGES:
                self._view.pages[path[:depth]] = max(self._view.pages.get(path[:depth], 1), pages)
            holder = member(holder, key)
        self._view.collapsed.difference_update(path[:i] for i in range(1, len(path)))
        self._update()

    def reveal_hits(self, text: str) -> None:
        """Expand all parents of members that contain a text, ignoring case, and the long texts among them.

        At most MEMBERS_PER_TURN members are examined.
        """
        search = ValueSearch(self._root, text)
        search.search_more(MEMBERS_PER_TURN)
        for path in search.found:
            lead = {path[:i] for i in range(1, len(path) + 1)}
            self._view.expanded |= lead
            self._view.collapsed -= lead
        if search.found:
            self._update()

    def rows_with(self, text: str, match_case: bool = False) -> list[int]:
        """Return the rows that contain a text."""
        wanted = text if match_case else text.lower()
        of_rows = (f"{row.key} {row.text}" for row in self._rows)
        return [i for i, line in enumerate(of_rows) if wanted in (line if match_case else line.lower())]

    def first_change(self) -> int | None:
        """The first row that the event changed; None if none is shown."""
        still = (ChangeMark.SAME, ChangeMark.INSIDE)
        return next((i for i, row in enumerate(self._rows) if row.mark not in still), None)

    @property
    def hidden_hits(self) -> int:
        """The number of hits that are left out because the event did not change them."""
        return len(self._view.found or ()) - len(self.found_rows()) if self._view.changed_only else 0

    def activate(self, row: int) -> None:
        """Expand, collapse or show more, as Enter and a double click do."""
        shown = self._rows[row]
        if shown.kind is RowKind.MORE:
            self._view.pages[shown.path] = self._view.pages.get(shown.path, 1) + 1
            self._update()
        else:
            self.set_expanded(row, not shown.expanded)

    def parent_row(self, row: int) -> int:
        """Return the row of the parent; a top row returns itself."""
        depth = self._rows[row].depth
        return next((i for i in range(row - 1, -1, -1) if self._rows[i].depth < depth), row)

    def row(self, row: int) -> ValueRow:
        """The row at an index; IndexError beyond the last."""
        return self._rows[row]

    def row_of(self, path: Path) -> int | None:
        """Return the row of the member at `path`, or None."""
        return next((i for i, row in enumerate(self._rows) if row.path == path and row.kind is RowKind.MEMBER), None)

    def found_rows(self) -> list[int]:
        """The rows with hits of the search, without their parents."""
        hits = self._view.found or frozenset()
        return [i for i, row in enumerate(self._rows) if row.kind is RowKind.MEMBER and row.path in hits]

    def value(self, row: int) -> Any:
        """Return the value of a row; for a removed value, its old value."""
        path = self.path(row)
        here = member_at(self._root, path)
        if here is ABSENT:
            return next((change.old for change in self._changes if change.path == path), ABSENT)
        return here

    def path(self, row: int) -> Path:
        """The path of a row's value; a line of a long text has the path of the text."""
        shown = self._rows[row]
        return shown.path[:-1] if shown.kind is RowKind.TEXT else shown.path

    def _update(self) -> None:
        """Set the new rows; signal only the range in which they differ from the old ones."""
        old, new = self._rows, self._tree.rows(self._root, self._changes, self._view)
        least = min(len(old), len(new))
        head = next((i for i in range(least) if old[i].identity != new[i].identity), least)
        tail = next((i for i in range(least - head) if old[-1 - i].identity != new[-1 - i].identity), least - head)
        if len(old) > head + tail:
            self.beginRemoveRows(QModelIndex(), head, len(old) - tail - 1)
            self._rows = old[:head] + old[len(old) - tail :]
            self.endRemoveRows()
        if len(new) > head + tail:
            self.beginInsertRows(QModelIndex(), head, len(new) - tail - 1)
            self._rows = old[:head] + new[head : len(new) - tail] + old[len(old) - tail :]
            self.endInsertRows()
        self._rows = new
        if new:
            self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, 0))

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of rows: values that are visible, lines of expanded texts, notes."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Always one column."""
        return 0 if parent.isValid() else 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a row's text, or its text for a screen reader."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            row = self._rows[index.row()]
            return " ".join(part for part in (row.key, row.text, row.note) if part)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(self._rows[index.row()])
        return None


def _spoken(row: ValueRow) -> str:
    marks = {ChangeMark.ADDED: tr("added"), ChangeMark.CHANGED: tr("changed"), ChangeMark.REMOVED: tr("removed")}
    old = tr("before: {value}", value=row.old) if row.old else ""
    words = [row.key, row.text, row.note, marks.get(row.mark, ""), old]
    if row.expandable:
        words.append(tr("expanded") if row.expanded else tr("collapsed"))
    return ", ".join(word for word in words if word)
