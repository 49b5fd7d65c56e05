"""The events as a Qt table of any length. The index is shown immediately; texts are requested in blocks."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer, Signal, Slot

from replay_gui.core.effects.effect_words import SHORT_EFFECT_WORDS, finding_words
from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.index.growing_column import extended
from replay_gui.core.index.run_index import FLAG_FAILED, NO_PAIR, NO_TOOL, RunIndex
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex, Position, index_before
from replay_gui.core.reasons.marks.mark_words import mark_tip
from replay_gui.core.reasons.marks.run_mark import RunMark
from replay_gui.core.text.clock import since_start
from replay_gui.core.text.event_label import label_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import EventRow, Rows
from replay_gui.engine.event_reader import row_without_text
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.run.event_filter import EventFilter, hidden_count
from replay_gui.models.run.listing import Listing
from replay_gui.models.run.row_blocks import RowBlocks
from replay_gui.models.session import Session
from replay_gui.models.timeline.subagents import NO_SUBAGENTS, Subagents
from replay_gui.models.tooltip import plain_tooltip

MAX_ROWS = 80_000_000  # of 24 pixels whose total height fits in 31 bits
EVENTS_PER_TURN = 1 << 18  # events examined in one turn of the event loop, about 8 ms


class EventColumn(IntEnum):
    """The columns of the event list."""

    POSITION = 0
    TIME = 1
    LABEL = 2
    TEXT = 3
    DURATION = 4


EVENT_COLUMNS = tuple(EventColumn)
"""Each column by its number: a look-up takes a tenth of the time of EventColumn(…), and each painted cell needs one."""


class EventTable(QAbstractTableModel):
    """Rows of the session's events, or of those that match a filter.

    Row `row` shows the event with index `event_index(row)`. If there are more than MAX_ROWS events, the table holds
    MAX_ROWS of them around the position. The matching events of a long run are added piece by piece.

    Attributes:
        subagents: of the run, once they are known. folded: those of which only the first event is shown.

    Signal: rows_added(): rows were added because more events were examined.
    """

    rows_added = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._number, self._index = -1, session.index  # of the run of these rows; none so far
        self._filter = EventFilter()
        self.subagents, self.folded = NO_SUBAGENTS, frozenset[int]()
        self._hits: dict[EventIndex, SearchHit] | None = None
        self._shown: NDArray[np.int64] | None = None  # the indexes of the matching events, with unused space at the end
        self._matching = 0  # their number so far
        self._base = 0
        self._count = min(self._index.count, MAX_ROWS)
        self._scanned = self._index.count  # events, or hits, that were examined
        self._scan_timer = QTimer(self, singleShot=True, interval=0)
        self._scan_timer.timeout.connect(self._on_scan)
        self._blocks = RowBlocks[EventRow]()
        self._bare: tuple[RunIndex, EventIndex, EventRow] | None = (
            None  # the last row without a text: it has many cells
        )
        session.run_changed.connect(self.on_run_changed)
        session.index_changed.connect(self.on_index_changed)
        session.events_changed.connect(self.on_events_changed)
        session.position_changed.connect(self.on_position_changed)
        session.rows_ready.connect(self.on_rows_ready)
        session.totals_changed.connect(self.on_totals_changed)
        session.bookkeeping_changed.connect(self._reset)
        session.run_marks.changed.connect(self._refresh)
        session.run_marks.effects_changed.connect(self.on_effects_changed)

    # ---- rows and indexes ---------------------------------------------------------------------------
    @property
    def filter(self) -> EventFilter:
        """The filter in force; `set_filter` replaces it."""
        return self._filter

    def set_filter(self, filter_: EventFilter) -> None:
        """Show the events that match; costs a pass over the index's columns."""
        self._filter = filter_
        self._reset()

    def fold(self, folded: frozenset[int]) -> None:
        """Fold these subagents, by number, and no others. Hits of a search are still shown."""
        if folded != self.folded:
            self.folded = folded
            self._reset()

    def show_hits(self, hits: dict[EventIndex, SearchHit] | None) -> None:
        """Show only these hits, as far as they match the filter; None: show all events again.

        By index, ascending. Call `more_hits` after hits were added to the dictionary.
        """
        if self._number != self._session.number:
            self.on_run_changed()  # a search can report another run before the session does
        if hits is not None or self._hits is not None:
            self._hits = hits
            self._reset()

    def more_hits(self) -> None:
        """Add the rows of hits that arrived after the last call."""
        self.on_index_changed()

    def hit(self, row: int) -> SearchHit | None:
        """Return the hit in the row's event, or None."""
        return None if self._hits is None else self._hits.get(self.event_index(row))

    def event_index(self, row: int) -> EventIndex:
        """The index in the run of the event that a row shows."""
        return EventIndex(self._base + row if self._shown is None else int(self._shown[row]))

    def row_at_or_before(self, event_index: EventIndex) -> int:
        """Return the last row with an index of at most `event_index`; -1 if there is none."""
        if self._shown is None:
            return min(event_index - self._base, self._count - 1)
        return int(np.searchsorted(self._shown[: self._count], event_index, "right")) - 1

    def event_row(self, row: int) -> EventRow:
        """The row's values; its text is "" until it arrives."""
        event_index = self.event_index(row)
        known = self._blocks.row(event_index)
        if known is not None:
            return known
        if self._bare is None or self._bare[0] is not self._index or self._bare[1] != event_index:
            self._bare = self._index, event_index, row_without_text(self._index, event_index)
        return self._bare[2]

    def request_texts(self, first_row: int, last_row: int) -> None:
        """Request the first missing block of texts among these rows; call it again when rows arrive."""
        indexes = map(self.event_index, range(max(first_row, 0), min(last_row + 1, self._count)))
        if missing := self._blocks.missing(indexes, self._index.count):
            self._session.request_rows(*map(EventIndex, missing))

    # ---- signals of the session ---------------------------------------------------------------------
    @Slot()
    def on_run_changed(self) -> None:
        if self._number == self._session.number and self._index is self._session.index:
            return  # it is shown already
        self._number = self._session.number
        self._filter, self._hits = EventFilter(), None
        self.subagents, self.folded = NO_SUBAGENTS, frozenset()
        self._blocks.clear()
        self._reset()

    @Slot()
    def on_events_changed(self) -> None:
        """Some events have changed: filter and folds stay, and all rows are computed again."""
        self._blocks.clear()
        self._reset()

    @Slot()
    def on_totals_changed(self) -> None:
        totals = self._session.totals
        self.subagents = NO_SUBAGENTS if totals is None else Subagents.of(totals.nesting)

    @Slot()
    def on_index_changed(self) -> None:
        if self._shown is None and self._hides_some:
            self._reset()  # the first bookkeeping event has arrived
            return
        index, stop = self._session.index, self._stop(self._session.index)
        more = None if self._shown is None else self._passing(index, self._scanned, stop)
        count = min(MAX_ROWS, index.count if more is None else self._matching + len(more))
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
        grown = count > self._count
        self._index, self._count = index, max(count, self._count)
        self._scanned = stop
        if more is not None and self._shown is not None:
            self._shown = extended(self._shown, self._matching, more)
            self._matching += len(more)
        if grown:
            self.endInsertRows()
        self._schedule_scan()

    @Slot()
    def _on_scan(self) -> None:
        count = self._count
        self.on_index_changed()
        if self._count > count:
            self.rows_added.emit()

    def _schedule_scan(self) -> None:
        """Scan more events in another turn of the event loop, if there are any."""
        if self._scanned < self._scan_end(self._index):
            self._scan_timer.start()
        else:
            self._scan_timer.stop()

    @Slot(object)
    def on_position_changed(self, position: Position) -> None:
        """If not all events fit, move to those around the position."""
        if self._shown is None and self._index.count > MAX_ROWS and not self._base <= position <= self._base + MAX_ROWS:
            self.beginResetModel()
            self._base = min(max(position - MAX_ROWS // 2, 0), self._index.count - MAX_ROWS)
            self.endResetModel()

    @Slot()
    def on_effects_changed(self) -> None:
        """Read the texts again, which show the effects of calls, because other rules define these."""
        self._blocks.clear()
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Repaint all rows."""
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, EventColumn.DURATION))

    @Slot(object)
    def on_rows_ready(self, rows: Rows) -> None:
        self._blocks.add(rows.start, rows.rows)
        first = self.row_at_or_before(EventIndex(rows.start - 1)) + 1
        last = self.row_at_or_before(EventIndex(rows.start + len(rows.rows) - 1))
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, EventColumn.LABEL), self.index(last, EventColumn.DURATION))

    @Slot()
    def _reset(self) -> None:
        self.beginResetModel()
        self._index = self._session.index
        self._base = 0
        self._scanned = 0
        unfiltered = self._filter.shows_all and self._hits is None and not self.folded and not self._hides_some
        self._shown = None if unfiltered else np.zeros(0, np.int64)
        stop = self._stop(self._index)
        if self._shown is not None:
            self._shown = self._passing(self._index, 0, stop)
            self._matching = len(self._shown)
        self._scanned = stop
        self._count = min(self._index.count if self._shown is None else self._matching, MAX_ROWS)
        self.endResetModel()
        self._schedule_scan()

    @property
    def listing(self) -> Listing:
        """The shown events, to step through."""
        return Listing(
            filter=self._filter, hits_only=self._hits is not None, subagents=self.subagents, folded=self.folded
        )

    def _passing(self, index: RunIndex, first_entry: int, end_entry: int) -> NDArray[np.int64]:
        """Return the indexes of the shown ones of the events first_entry … end_entry - 1; with hits, of these hits."""
        if self._hits is None:
            indexes = self._effective_filter.indexes(index, EventIndex(first_entry), EventIndex(end_entry))
            return indexes[~self.subagents.hidden(self.folded, indexes)] if self.folded else indexes
        hits = np.fromiter(islice(self._hits, first_entry, end_entry), np.int64)
        filter_ = self._effective_filter
        return hits if filter_.shows_all and filter_.bookkeeping else hits[filter_.matches(index, hits)]

    @property
    def _effective_filter(self) -> EventFilter:
        return replace(self._filter, bookkeeping=not self._session.hides_bookkeeping)

    @property
    def _hides_some(self) -> bool:
        """Whether the index has kinds that are hidden even without a filter of the user."""
        return self._session.hides_bookkeeping and bool(self._session.index.bookkeeping.any())

    @property
    def hidden_count(self) -> int:
        """The number of bookkeeping events, whether they are shown or not."""
        return hidden_count(self._index)

    @property
    def hidden_hits(self) -> int:
        """The number of hits that are bookkeeping events and not shown."""
        if self._hits is None or not self._hides_some:
            return 0
        index = self._session.index
        hits = np.fromiter((at for at in self._hits if at < index.count), np.int64)
        return len(hits) - int(self._effective_filter.matches(index, hits).sum()) if self._filter.shows_all else 0

    def _stop(self, index: RunIndex) -> int:
        """The end of the examination in this turn."""
        return (
            self._scan_end(index)
            if self._shown is None
            else min(self._scanned + EVENTS_PER_TURN, self._scan_end(index))
        )

    def _scan_end(self, index: RunIndex) -> int:
        """The number of hits, or events, to choose from; hits beyond the index wait until it has grown."""
        if self._hits is None:
            return index.count
        if not self._hits or next(reversed(self._hits)) < index.count:
            return len(self._hits)
        return sum(event_index < index.count for event_index in self._hits)

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of events shown, at most `MAX_ROWS`."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(EventColumn)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, or as a tooltip the marks of an event and the effect of a call."""
        if index.isValid() and role == Qt.ItemDataRole.ToolTipRole:
            lines = self._tip_lines(self.event_row(index.row()))
            return plain_tooltip("\n".join(lines)) if lines else None
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.words(self.event_row(index.row()), index.column())

    def _tip_lines(self, row: EventRow) -> list[str]:
        """Return the marks of an event and the effect of a call, as lines."""
        lines = [mark_tip(mark) for mark in self._session.run_marks.at(index_before(row.position))]
        if row.effect is not None:
            message = (
                translatable("The call {effect}; it failed")
                if self._has_failed(row)
                else translatable("The call {effect}")
            )
            lines.append(tr(message, effect=finding_words(row.effect)))
        return lines

    def marks(self, row: EventRow) -> list[RunMark]:
        """Return the shown marks of the event."""
        return self._session.run_marks.at(index_before(row.position))

    def words(self, row: EventRow, column: int) -> str:
        """Return the text of a cell."""
        match EVENT_COLUMNS[column]:
            case EventColumn.POSITION:
                return whole_number(row.position)
            case EventColumn.TIME:
                span = self._index.span
                return "" if row.time is None or span is None else since_start(row.time - span[0])
            case EventColumn.LABEL:
                return label_text(row.label)
            case EventColumn.TEXT:
                return row.text
            case EventColumn.DURATION:
                return "" if row.duration is None or row.kind == Kind.TOOL_REQUEST else duration_text(row.duration)

    def effect_words(self, row: EventRow) -> str:
        """Return the effect of a call in a word or two; "" if it only reads or has failed."""
        if row.effect is None or self._has_failed(row):
            return ""
        return tr(SHORT_EFFECT_WORDS[row.effect.effect])

    def _has_failed(self, row: EventRow) -> bool:
        """Return whether the response to a call reports a failure, so that it had no effect."""
        pair = int(self._index.pair[index_before(row.position)])
        return pair != NO_PAIR and bool(self._index.flags[pair] & FLAG_FAILED)

    def fold_words(self, row: EventRow) -> str:
        """Return the summary of a folded subagent for the row of its first event; "" for any other row."""
        number = self.subagents.starting_at(index_before(row.position))
        if number is None or number not in self.folded:
            return ""
        name, count = self.subagents.paths[number][-1], self.subagents.count(number)
        return one_line(trn("{subagent}: {n} event folded", "{subagent}: {n} events folded", count, subagent=name))

    def tool_index(self, row: EventRow) -> int:
        """Return the tool's number in the index, for its hue; NO_TOOL if there is none."""
        return NO_TOOL if row.tool is None else int(self._index.tool[index_before(row.position)])
