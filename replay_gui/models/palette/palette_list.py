"""The entries of the command palette that match the typed text, the best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest
from itertools import islice
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer, Slot

from replay_gui.core.translation.messages import tr
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.palette.fuzzy_pattern import FuzzyPattern, Spans
from replay_gui.models.palette.palette_entry import PaletteEntry, PaletteGroup

MAX_SHOWN_ENTRIES = 100
ENTRIES_PER_TURN = 2_000  # examined in one turn of the event loop, 5 to 10 ms
_COSTS = {group: 0.3 * number for number, group in enumerate(PaletteGroup)}  # in scores of FuzzyPattern
_DISABLED_COST = 2.0  # subtracted from entries that are not available now

_Ranked = tuple[float, int, PaletteEntry, Spans]  # score; -number, so that equal ones keep their order


class PaletteList(QAbstractTableModel):
    """Rows of one column. `make_events` makes entries from the typed text, such as an event by its number."""

    def __init__(
        self, make_events: Callable[[str], Sequence[PaletteEntry]] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._make_events = make_events
        self._entries: list[PaletteEntry] = []
        self._more: Iterator[PaletteEntry] = iter(())
        self._pattern = FuzzyPattern("")
        self._ranked: list[_Ranked] = []
        self._examined = 0
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._on_turn)

    def fill(self, entries: Sequence[PaletteEntry], more: Iterator[PaletteEntry]) -> None:
        """Offer these entries, and those that `more` yields, some in each turn of the event loop."""
        self._entries, self._more = list(entries), more
        self.find("")

    def clear(self) -> None:
        """Drop all entries, so that no data of a run is kept."""
        self.fill((), iter(()))

    def find(self, typed: str) -> None:
        """List the matches; the first part immediately."""
        self._pattern, self._examined = FuzzyPattern(typed), 0
        self._ranked = []
        if self._make_events is not None:
            for entry in self._make_events(typed.strip()):
                last = entry.group is PaletteGroup.SEARCH  # entries found by name come before a search for the text
                self._ranked.append((float("-inf" if last else "inf"), -len(self._ranked), entry, ()))
        self._on_turn()

    def entry(self, row: int) -> PaletteEntry:
        """The entry in a row."""
        return self._ranked[row][2]

    def spans(self, row: int) -> Spans:
        """Return (start, stop) of the matching letters of its name."""
        return self._ranked[row][3]

    @property
    def is_complete(self) -> bool:
        """Whether all entries were examined."""
        return not self._turn.isActive()

    @Slot()
    def _on_turn(self) -> None:
        """Examine ENTRIES_PER_TURN entries, and make more if none are left."""
        stop = self._examined + ENTRIES_PER_TURN
        if stop > len(self._entries):
            self._entries.extend(islice(self._more, stop - len(self._entries)))
        part = self._entries[self._examined : stop]
        ranked = list(filter(None, (self._rank(self._examined + n, entry) for n, entry in enumerate(part))))
        if ranked or self._examined == 0:
            self.beginResetModel()
            self._ranked = nlargest(MAX_SHOWN_ENTRIES, (*self._ranked, *ranked), key=lambda one: one[:2])
            self.endResetModel()
        self._examined += len(part)
        if len(part) == ENTRIES_PER_TURN:
            self._turn.start()
        else:
            self._turn.stop()

    def _rank(self, number: int, entry: PaletteEntry) -> _Ranked | None:
        match = self._pattern.match(entry.name)
        if match is None:
            return None
        cost = _COSTS[entry.group] + (0 if entry.enabled else _DISABLED_COST)
        score = match.score - cost if not self._pattern.is_empty else -cost
        return score, -number - 1, entry, match.spans

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of entries shown."""
        return 0 if parent.isValid() else len(self._ranked)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Always one column."""
        return 0 if parent.isValid() else 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return an entry's name, or its text for a screen reader."""
        if not index.isValid():
            return None
        entry = self.entry(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "" if entry.enabled else tr("not available now")
            return ", ".join(filter(None, (entry.name, entry.detail, tr(entry.group.value), entry.shortcut, state)))
        return None
