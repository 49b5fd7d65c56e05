"""The entries of the command palette: actions, tools, kinds and values of the run, events by number, recent runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from replay_gui.core.index.run_index import time_since_start
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import Position, index_before, position_after
from replay_gui.core.state.state import Path
from replay_gui.core.state.value_text import is_container, scalar_text
from replay_gui.core.text.clock import since_start
from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.text.given_paths import file_name, folder_of
from replay_gui.core.text.json_pointer import join_pointer, pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import number_signs, whole_number
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.palette.palette_entry import PaletteEntry, PaletteGroup
from replay_gui.models.palette.value_paths import value_paths
from replay_gui.models.run.event_filter import EventFilter, choices
from replay_gui.models.run.event_words import label_at
from replay_gui.models.session import Session
from replay_gui.models.values.value_row import content_text
from replay_gui.windows.action_keys import key_words
from replay_gui.windows.actions import ACTION_SPECS
from replay_gui.windows.menus import MenuBar

if TYPE_CHECKING:
    from replay_gui.windows.run_view import RunView

_MAX_NAMES = 2_000  # offered tools, and kinds
_MAX_CHARACTERS = 120  # of a name


class PaletteEntries:
    """Gathers the entries again at each call.

    `own_name`: of the action that opens the palette, which is not offered. `get_view` returns the page of the run.
    `find` goes to the next event that contains a text.
    """

    def __init__(
        self,
        session: Session,
        comparison: ComparisonSession,
        actions: dict[str, QAction],
        menus: MenuBar,
        *,
        own_name: str,
        get_view: Callable[[], RunView],
        find: Callable[[str], object],
    ) -> None:
        self._session, self._comparison = session, comparison
        self._actions, self._menus = actions, menus
        self._own_name, self._get_view, self._find = own_name, get_view, find

    def named(self) -> list[PaletteEntry]:
        """The actions, the notes, tools and kinds of a single run, and the recent runs."""
        return [*self._action_entries(), *self._note_entries(), *self._name_entries(), *self._run_entries()]

    def _action_entries(self) -> Iterator[PaletteEntry]:
        for spec in ACTION_SPECS:
            action = self._actions[spec.name]
            if spec.name != self._own_name:
                yield PaletteEntry(
                    group=PaletteGroup.ACTION,
                    name=spec.title,
                    act=action.trigger,
                    detail=spec.tip,
                    shortcut=key_words(action.shortcut()),
                    enabled=action.isEnabled(),
                )
        for choice in self._menus.themes.actions():
            yield PaletteEntry(
                group=PaletteGroup.ACTION, name=tr("Theme: {theme}", theme=choice.text().lower()), act=choice.trigger
            )

    def _name_entries(self) -> Iterator[PaletteEntry]:
        """The tools and kinds of a single run, to list only their events."""
        if self._session.facts is None or self._comparison.active:
            return
        index = self._session.index
        for number, tool in enumerate(index.tools[:_MAX_NAMES]):
            yield PaletteEntry(
                group=PaletteGroup.TOOL,
                name=one_line(tool, _MAX_CHARACTERS),
                act=partial(self._filter, EventFilter(tools=frozenset({tool}))),
                detail=tr("list only its calls and results"),
                kind=Kind.TOOL_REQUEST.value,
                tool=number,
            )
        kinds, _ = choices(index)  # those that the run has
        for kind, _count in kinds[:_MAX_NAMES]:
            label = label_text(kind_label(kind))
            yield PaletteEntry(
                group=PaletteGroup.KIND,
                name=label if label.lower() == kind.lower() else f"{label} ({one_line(kind, _MAX_CHARACTERS)})",
                act=partial(self._filter, EventFilter(kinds=frozenset({kind}))),
                detail=tr("list only these events"),
                kind=kind,
            )

    def _note_entries(self) -> Iterator[PaletteEntry]:
        """The notes on a single run, to go to their events."""
        if self._session.facts is None or self._comparison.active:
            return
        for mark in self._session.run_marks.noted[:_MAX_NAMES]:
            position = position_after(mark.events[0])
            yield PaletteEntry(
                group=PaletteGroup.NOTE,
                name=one_line(mark.sentence, _MAX_CHARACTERS),
                act=partial(self._session.seek, position),
                detail=tr("event {position}", position=whole_number(position)),
            )

    def _run_entries(self) -> Iterator[PaletteEntry]:
        for action in self._menus.recent.actions():
            path = action.data()
            if not path:
                continue  # a separator, and the entry that clears the list
            yield PaletteEntry(
                group=PaletteGroup.RUN,
                name=one_line(file_name(path) or path, _MAX_CHARACTERS),
                act=action.trigger,
                detail=one_line(folder_of(path), _MAX_CHARACTERS),
            )

    def values(self) -> Iterator[PaletteEntry]:
        """Yield the values of the state at the position of a single run, lazily."""
        state = self._session.position_state
        if state is None or self._session.facts is None or self._comparison.active:
            return
        for path, value in value_paths(state.state):
            yield PaletteEntry(
                group=PaletteGroup.VALUE,
                name=one_line(pointer_text(join_pointer(path)), _MAX_CHARACTERS),
                act=partial(self._show_value, path),
                detail=content_text(value) if is_container(value) else one_line(scalar_text(value), _MAX_CHARACTERS),
            )

    def events(self, typed: str) -> Sequence[PaletteEntry]:
        """Return the event with the typed number, if the run has it, and the entry to search for the typed text."""
        return (*self._numbered_event(typed), *self._events_with(typed))

    def _events_with(self, typed: str) -> Iterator[PaletteEntry]:
        if typed and self._session.facts is not None:
            yield PaletteEntry(
                group=PaletteGroup.SEARCH,
                name=tr("Find “{text}” in events", text=one_line(typed, _MAX_CHARACTERS)),
                act=partial(self._find, typed),
                detail=tr("in all that they hold"),
            )

    def _numbered_event(self, typed: str) -> Sequence[PaletteEntry]:
        digits = typed.removeprefix("#").replace(number_signs()[0], "")
        index = self._session.index
        if not (digits.isascii() and digits.isdecimal()) or not 1 <= int(digits[:19]) <= index.count:
            return ()
        position = Position(int(digits))
        at = index_before(position)
        label = label_at(index, at)
        since = time_since_start(index, at)
        return (
            PaletteEntry(
                group=PaletteGroup.EVENT,
                name=tr("Event {position}", position=whole_number(position)),
                act=partial(self._session.seek, position),
                detail=label if since is None else f"{label} · {since_start(since)}",
                kind=index.kinds[int(index.kind[at])],
                tool=int(index.tool[at]),
            ),
        )

    # ---- actions ------------------------------------------------------------------------------------
    def _filter(self, filter_: EventFilter) -> None:
        self._get_view().events.set_filter(filter_)

    def _show_value(self, path: Path) -> None:
        self._get_view().show_value(path)
