"""The events in order, as readable lines."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.text.clock import since_start
from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import EventRow
from replay_gui.look.theme import GAP, set_role, theme_events
from replay_gui.models.pacer import Pacer
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.event_table import EventColumn, EventTable
from replay_gui.models.run.event_words import bookkeeping_tip, bookkeeping_words
from replay_gui.models.run.listing import ALL_EVENTS
from replay_gui.models.run.run_search import RunSearch
from replay_gui.models.session import Session
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.effect_choice import EffectChoice
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.run.event_menu import EventMenu
from replay_gui.widgets.run.filter_bar import FilterBar
from replay_gui.widgets.run.filter_menu import FilterMenu
from replay_gui.widgets.run.row_delegate import RowDelegate

_MAX_MEASURED_NAMES = 64  # tools and kinds whose names are measured for the width of the labels
_MAX_EVENTS_SCANNED = 65_536  # events whose kinds are measured
_REQUEST_INTERVAL_MS = 100  # ms between two requests for texts, which cannot be read during fast scrolling
_ROWS_AHEAD = 24  # beyond the visible ones, whose texts are read while the position steps or the user scrolls
_JUMP_INTERVAL_MS = 40  # ms between two jumps, each of which paints all rows again
_MIN_WIDTH_WITH_TIME_PX = 60 * GAP  # below this width the time is hidden in favour of the text


class EventList(Panel):
    """The session's events; the current one is blue, later ones are dimmed. A click or the arrows go to an event."""

    def __init__(self, session: Session, finder: RunSearch, parent: QWidget | None = None) -> None:
        super().__init__(tr("Events"), parent)
        self._session, self._finder = session, finder
        self._following = False  # the row is being set to the position, not the position to the row
        self._shows_new_run = False  # the run was just opened, and its position is not shown yet
        self._labels: list[str] = []  # of the run's kinds and tools
        self._fitted_px = 0  # the width of the list to which the columns are fitted
        self._rows_ahead = 0  # none after a jump: another may follow, for which they would be read for nothing
        self._longest_time = ""  # of the run's events, in the form of the column; "" if none has a time
        self.table = EventTable(session, self)
        self.filter_bar = FilterBar(self)
        self.view = RowView(tr("Events"), self.table, self)
        self._delegate = RowDelegate(self.view, self.table)
        self.view.setItemDelegate(self._delegate)
        self.view.setColumnHidden(EventColumn.DURATION, True)
        self.bookkeeping = QPushButton(self)
        set_role(self.bookkeeping, "foot")
        self.bookkeeping.setToolTip(plain_tooltip(bookkeeping_tip()))
        self.bookkeeping.clicked.connect(self._on_bookkeeping_clicked)
        self.add_part(self.filter_bar)
        self.add_part(self.view, 1)
        self.add_part(self.bookkeeping)
        self.menu = EventMenu(session, self.view)
        self.menu.parts.append(self._offer_effects)
        self.menu.filter_wanted.connect(self.set_filter)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self.show_menu)
        session.run_marks.effects_changed.connect(self.request_texts)
        copy = QAction(tr("Copy line"), self.view)
        copy.setShortcuts(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_line)
        self.view.addAction(copy)
        self.hits_only = self.add_button(tr("Hits only"), tr("Show only the events that were found"), checkable=True)
        self.hits_only.setChecked(True)
        self._filter = self.add_button(tr("Filter…"), tr("Choose which kinds and tools are shown"))
        self._menu = FilterMenu(self._filter)
        self._pacer = Pacer(_REQUEST_INTERVAL_MS, self)
        self._jumps = Pacer(_JUMP_INTERVAL_MS, self)
        self._connect()
        self.on_search_started()

    def _connect(self) -> None:
        session, finder = self._session, self._finder
        self._filter.clicked.connect(self._on_filter_clicked)
        self._menu.chosen.connect(self.set_filter)
        self.filter_bar.changed.connect(self.set_filter)
        self.filter_bar.more_wanted.connect(self._on_filter_clicked)
        self.filter_bar.show_wanted.connect(self.show_current)
        self._menu.bookkeeping_toggled.connect(session.show_bookkeeping)
        self._pacer.due.connect(self._on_due)
        self._jumps.due.connect(self._follow)
        self.view.sight_changed.connect(self.request_texts)
        self.view.verticalScrollBar().actionTriggered.connect(self._read_ahead)
        self.view.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.hits_only.toggled.connect(self.on_search_started)
        finder.started.connect(self.on_search_started)
        finder.progressed.connect(self.on_search_grew)
        session.run_changed.connect(self._on_run_opened)
        session.index_changed.connect(self.on_index_changed)
        session.position_changed.connect(self.on_position_changed)
        session.rows_ready.connect(self._on_rows_ready)
        session.totals_changed.connect(self.on_index_changed)
        session.bookkeeping_changed.connect(self.on_run_changed)
        theme_events().changed.connect(self.on_index_changed)  # the text size may have changed
        self.view.row_activated.connect(self.toggle_fold)
        self.view.row_pressed.connect(self._on_row_pressed)
        self.table.rows_added.connect(self._on_rows_added)
        self.table.modelReset.connect(self._tell_listing)

    def set_filter(self, filter_: EventFilter) -> None:
        """Show only matching events; the position stays."""
        self.table.set_filter(filter_)
        self.on_index_changed()
        self.on_position_changed(self._session.position)

    @Slot()
    def show_current(self) -> None:
        """Remove the filter or fold that hides the current event, so that it is listed."""
        at, session, table = index_before(self._session.position), self._session, self.table
        number = table.subagents.number_at(at)
        if not table.listing.filter.matches(session.index, slice(at, at + 1))[0]:
            self.set_filter(EventFilter())
        if not session.is_listed(at, EventIndex(at + 1))[0] and session.index.bookkeeping[session.index.kind[at]]:
            session.show_bookkeeping(True)
        if number is not None and table.folded:
            table.fold(frozenset())
        self.on_run_changed()

    @Slot()
    def _tell_listing(self) -> None:
        """Make the step keys go through the listed events while the list is visible."""
        self._session.set_listing(self.table.listing if self.isVisible() else ALL_EVENTS)
        self.filter_bar.show_filter(self.table.filter)
        self._show_whether_hidden()

    def _show_whether_hidden(self) -> None:
        """Show whether the current event is hidden, unless by a search, which hides most of them."""
        at, index = index_before(self._session.position), self._session.index
        hidden = 0 <= at < index.count and not self._session.is_listed(at, EventIndex(at + 1))[0]
        if not hidden or self.table.listing.hits_only:
            self.filter_bar.show_hidden("")
        elif not self.table.filter.matches(index, slice(at, at + 1))[0]:
            self.filter_bar.show_hidden(tr("The current event is hidden by the filter · Show"))
        elif index.bookkeeping[index.kind[at]]:
            self.filter_bar.show_hidden(tr("The current event is a hidden bookkeeping line · Show"))
        else:
            self.filter_bar.show_hidden(tr("The current event is in a folded subagent · Show"))

    def showEvent(self, event: QShowEvent) -> None:
        """Make the step keys go through this list."""
        super().showEvent(event)
        self._tell_listing()

    def hideEvent(self, event: QHideEvent) -> None:
        """Make the step keys go through all events: a comparison has another list."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._tell_listing()

    @Slot()
    def request_texts(self) -> None:
        """Fit the columns to another width of the list, and request the missing texts of visible rows."""
        if self.view.width() != self._fitted_px:
            self._fit_columns()
        self._pacer.request()

    def _fit_columns(self) -> None:
        has_times, self._fitted_px = self._longest_time != "", self.view.width()
        self.view.setColumnHidden(EventColumn.TIME, not has_times or self._fitted_px < _MIN_WIDTH_WITH_TIME_PX)
        for column, width in self._delegate.widths(self._session.index.count, self._longest_time, self._labels).items():
            self.view.setColumnWidth(column, width)

    @Slot()
    def _on_rows_ready(self) -> None:
        if not self._pacer.is_waiting:  # otherwise other rows are visible by now
            self._on_due()

    @Slot()
    def _on_due(self) -> None:
        first, last = self.view.rows_in_sight()
        if last >= first:
            self.table.request_texts(first - self._rows_ahead, last + self._rows_ahead)

    @Slot()
    def _read_ahead(self) -> None:
        self._rows_ahead = _ROWS_AHEAD
        self._pacer.request()

    # ---- signals of the session ---------------------------------------------------------------------
    @Slot()
    def _on_run_opened(self) -> None:
        self._shows_new_run = True
        self.on_run_changed()

    @Slot()
    def on_run_changed(self) -> None:
        self.on_index_changed()
        self.on_position_changed(self._session.position)

    @Slot()
    def on_index_changed(self) -> None:
        index, shown = self._session.index, self.table.rowCount()
        hidden = self._show_hidden_count()
        passes = self.table.filter.shows_all and not self.table.folded and not hidden
        finding = bool(self._finder.text) and self.hits_only.isChecked()
        every, listed = whole_number(index.count), whole_number(shown)
        self.set_note(every if passes and not finding else tr("{n} of {count}", n=listed, count=every), listed)
        self.view.hint = tr("No event passes the filter.")
        if self.table.filter.shows_all:
            self.view.hint = tr("Only bookkeeping lines.") if hidden else tr("No events yet.")
        if finding:
            self.view.hint = self._finder.empty_text
        found = np.flatnonzero(np.bincount(index.kind[:_MAX_EVENTS_SCANNED], minlength=1))
        kinds = [label_text(kind_label(index.kinds[kind])) for kind in found[:_MAX_MEASURED_NAMES].tolist()]
        tools = index.tools[:_MAX_MEASURED_NAMES]
        self._labels = [*kinds, *(f"← {tool}" for tool in tools), *(f"{tool} →" for tool in tools)]
        self._longest_time = "" if index.span is None else since_start(index.span[1] - index.span[0])
        self._fit_columns()
        self.request_texts()

    def _show_hidden_count(self) -> int:
        """Show the number of bookkeeping lines, and the effect of a click; return the number of hidden ones."""
        count, hides = self.table.hidden_count, self._session.hides_bookkeeping
        hits = self.table.hidden_hits
        in_hidden = trn("{n} hit in hidden lines · Show", "{n} hits in hidden lines · Show", hits)
        self.bookkeeping.setText(in_hidden if hits else bookkeeping_words(count, hides))
        self.bookkeeping.setVisible(count > 0)
        return count if hides else 0

    @Slot(object)
    def on_position_changed(self, position: Position) -> None:
        """Scroll to the position immediately if it is near; follow far jumps at most every _JUMP_INTERVAL_MS."""
        if self.view.is_far(max(self.table.row_at_or_before(index_before(position)), 0)):
            self._rows_ahead = 0
            self._jumps.request()
        else:
            self._jumps.stop()
            self._follow()
            self._read_ahead()

    @Slot()
    def _follow(self) -> None:
        self._show_whether_hidden()
        before, position = self._delegate.position, self._session.position
        self._delegate.position = position
        row = self.table.row_at_or_before(index_before(position)) if position else -1
        self._following = True
        if row >= 0 and self.table.event_index(row) == index_before(position):
            self.view.setCurrentIndex(self.table.index(row, 0))
        else:
            self.view.setCurrentIndex(QModelIndex())
            self.view.clearSelection()
        self._following = False
        if self._shows_new_run and self.table.rowCount():
            self.view.show_in_middle(max(row, 0))
            self._shows_new_run = False
        else:
            self.view.show_row(max(row, 0))
        self.view.update_rows(self.table.row_at_or_before(index_before(before)), row)  # they are dimmed, or no longer

    # ---- signals of the search ----------------------------------------------------------------------
    @Slot()
    def on_search_started(self) -> None:
        """Show the hits of a search, or all events if there is no search."""
        finding = bool(self._finder.text)
        if not finding and self.hits_only.isHidden() and not self.table.listing.hits_only:
            return  # as before
        self.hits_only.setVisible(finding)
        self.table.show_hits(self._finder.hits if finding and self.hits_only.isChecked() else None)
        self.on_index_changed()
        self.on_position_changed(self._session.position)

    @Slot()
    def on_search_grew(self) -> None:
        self.table.more_hits()
        self._on_rows_added()

    @Slot()
    def _on_rows_added(self) -> None:
        self.on_index_changed()
        row = self.table.row_at_or_before(index_before(self._session.position))
        if (
            row >= 0
            and not self.view.currentIndex().isValid()
            and self.table.event_index(row) == index_before(self._session.position)
        ):
            self.on_position_changed(self._session.position)
        self.view.viewport().update()

    # ---- actions of the user ------------------------------------------------------------------------
    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._following:
            self._session.seek(position_after(self.table.event_index(current.row())))

    @Slot(int)
    def toggle_fold(self, row: int) -> None:
        """Fold or unfold the subagent that starts with this row's event, if there is one."""
        event_index = self.table.event_index(row)
        number = self.table.subagents.starting_at(event_index)
        if number is not None:
            self.table.fold(self.table.folded ^ {number})
            self.on_index_changed()
            self.on_position_changed(self._session.position)

    @Slot(int, int)
    def _on_row_pressed(self, row: int, x: int) -> None:
        """Fold or unfold if the click is on a triangle, just before the mark of an indented label."""
        label = self.view.columnViewportPosition(EventColumn.LABEL)
        if label <= x < label + self._delegate.indent(self.table.event_row(row)):
            self.toggle_fold(row)

    def row_menu(self, row: int) -> QMenu:
        """Return the menu of a row."""
        return self.menu.make(self.table.event_row(row), self.table.filter)

    def _offer_effects(self, menu: QMenu, event: EventRow) -> None:
        """Offer to correct the effect of a call's tool."""
        if event.tool is not None and event.effect is not None:
            offered = EffectChoice(menu)
            offered.offer(event.tool, event.effect)
            offered.chosen.connect(self._session.run_marks.correct)

    @Slot()
    def copy_line(self) -> None:
        """Copy the chosen row, its cells separated by tabs."""
        row = self.view.currentIndex().row()
        if row >= 0:
            event = self.table.event_row(row)
            QGuiApplication.clipboard().setText("\t".join(self.table.words(event, i) for i in range(len(EventColumn))))

    @Slot(QPoint)
    def show_menu(self, point: QPoint) -> None:
        """Show the menu of the row at a point of the list; by key, of the chosen one."""
        row = self.view.row_for_menu(point)
        if row >= 0:
            self.row_menu(row).popup(self.view.viewport().mapToGlobal(point))

    @Slot()
    def _on_bookkeeping_clicked(self) -> None:
        self._session.show_bookkeeping(self._session.hides_bookkeeping)

    @Slot()
    def _on_filter_clicked(self) -> None:
        session, table = self._session, self.table
        self._menu.fill(session.index, table.filter, session.hides_bookkeeping)
        self._menu.popup(self._filter.mapToGlobal(QPoint(0, self._filter.height())))
