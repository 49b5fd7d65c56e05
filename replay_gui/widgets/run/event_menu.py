"""The context menu of an event of the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import EventRow, PositionState
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.run.event_copies import event_as_json, event_as_markdown, event_as_text
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.run_link import run_link
from replay_gui.models.session import Session

_MAX_NAME_CHARACTERS = 40

MenuPart: TypeAlias = Callable[[QMenu, EventRow], None]
"""Adds the entries of another part of the program for an event to its menu."""


class EventMenu(QObject):
    """Makes the menu. Other classes add entries by appending to `parts`; these come before the copy entries.

    Signals:
        filter_wanted(object): an EventFilter. compare_wanted(object): compare the run, from this Position on.
    """

    filter_wanted = Signal(object)
    compare_wanted = Signal(object)

    def __init__(self, session: Session, view: QWidget) -> None:
        super().__init__(view)
        self.parts: list[MenuPart] = []
        self._session, self._view = session, view
        self._copy: tuple[Position, Callable[[PositionState], str | None]] | None = None  # awaits its event
        session.position_state_changed.connect(self._on_position_state)

    def make(self, row: EventRow, filter_: EventFilter) -> QMenu:
        """Return the menu of an event; `filter_`: in force. The menu deletes itself when it is closed."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_filters(menu, row, filter_)
        menu.addSeparator()
        self._add_ways(menu, row)
        for part in self.parts:
            menu.addSeparator()
            part(menu, row)
        menu.addSeparator()
        self._add_copies(menu, row)
        return menu

    def _add_filters(self, menu: QMenu, row: EventRow, filter_: EventFilter) -> None:
        """Add filters by the tool of a call or answer, and by the kind of other events."""
        if row.tool is not None:
            name, only = row.tool, replace(filter_, kinds=frozenset(), tools=frozenset({row.tool}))
            without = replace(
                filter_, tools=filter_.tools - {row.tool}, without_tools=filter_.without_tools | {row.tool}
            )
        else:
            name, only = (
                label_text(kind_label(row.kind)),
                replace(filter_, kinds=frozenset({row.kind}), tools=frozenset()),
            )
            without = replace(
                filter_, kinds=filter_.kinds - {row.kind}, without_kinds=filter_.without_kinds | {row.kind}
            )
        name = escape_mnemonics(one_line(name, _MAX_NAME_CHARACTERS))
        menu.addAction(tr("&Only {name}", name=name)).triggered.connect(partial(self.filter_wanted.emit, only))
        menu.addAction(tr("&Hide {name}", name=name)).triggered.connect(partial(self.filter_wanted.emit, without))
        clear = menu.addAction(tr("Show &all events"))
        clear.triggered.connect(partial(self.filter_wanted.emit, EventFilter()))
        clear.setEnabled(not filter_.shows_all)

    def _add_ways(self, menu: QMenu, row: EventRow) -> None:
        pair = int(self._session.index.pair[index_before(row.position)])
        words = tr("Go to the &request") if row.kind == Kind.TOOL_RESPONSE.value else tr("Go to the &answer")
        go = menu.addAction(words)
        go.setEnabled(pair != NO_PAIR)
        go.triggered.connect(partial(self._session.seek, position_after(EventIndex(pair))))
        menu.addAction(tr("&Zoom to it")).triggered.connect(partial(self._zoom, row.position))
        menu.addAction(tr("&Compare from here…")).triggered.connect(partial(self._compare, row.position))

    def _add_copies(self, menu: QMenu, row: EventRow) -> None:
        for words, make in (
            (tr("Copy as &text"), event_as_text),
            (tr("Copy as &JSON"), event_as_json),
            (tr("Copy as &Markdown"), self._markdown),
        ):
            menu.addAction(words).triggered.connect(partial(self.copy, row.position, make))
        menu.addAction(tr("Copy lin&k")).triggered.connect(partial(self.copy_link, row.position))

    # ---- actions ------------------------------------------------------------------------------------
    def _zoom(self, position: Position) -> None:
        self._session.seek(position)
        self._session.zoom_to_event(position)

    def _compare(self, position: Position) -> None:
        self._session.seek(position)
        self.compare_wanted.emit(position)

    def copy(self, position: Position, make: Callable[[PositionState], str | None]) -> None:
        """Go to an event, and copy the text that `make` returns for it as soon as it has been read."""
        self._copy = (position, make)
        self._session.seek(position)
        self._on_position_state()

    def copy_link(self, position: Position) -> None:
        """Copy the command that opens the run at an event."""
        facts = self._session.facts
        if facts is not None:
            QGuiApplication.clipboard().setText(run_link(facts, position, format=self._session.format))

    def _markdown(self, shown: PositionState) -> str | None:
        return event_as_markdown(shown, self._session.index)

    @Slot()
    def _on_position_state(self) -> None:
        shown = self._session.position_state
        if self._copy is None or shown is None or shown.position != self._session.position:
            return
        (position, make), self._copy = self._copy, None
        if position != shown.position:
            return  # the user has moved on
        text = make(shown)
        if text is not None:
            QGuiApplication.clipboard().setText(text)
        else:
            QToolTip.showText(self._view.mapToGlobal(QPoint()), tr("Too large to copy."), self._view)
