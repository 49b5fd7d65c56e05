"""The menu of kinds and tools by which the list can be filtered."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QWidget

from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.kinds import Kind, is_bookkeeping
from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.marks import mark_icon
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.run.event_filter import EventFilter, choices
from replay_gui.models.run.event_words import bookkeeping_tip
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.check_menu import CheckMenu

_MAX_ENTRIES = 30  # listed kinds, and tools: those with most events
_MAX_NAME_CHARACTERS = 40  # of a name
_DIGIT_BLANK, _SIGN_BLANK = "\u2007", "\u2008"  # spaces as wide as a digit, and as a comma


class FilterMenu(CheckMenu):
    """Checkable kinds and tools with their counts; stays open while several are chosen.

    Signals:
        chosen(EventFilter).
        bookkeeping_toggled(bool): show or hide bookkeeping events.
    """

    chosen = Signal(object)
    bookkeeping_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self._filter = EventFilter()  # in force
        self._longest = ""  # the longest count
        self._kinds: dict[QAction, str] = {}
        self._tools: dict[QAction, str] = {}

    def fill(self, index: RunIndex, filter_: EventFilter, hides_bookkeeping: bool = False) -> None:
        """Offer the kinds and tools of the index, with their numbers of events; those in `filter_` are checked.

        Bookkeeping kinds are offered together, and individually only while they are shown.
        """
        self.clear()
        self._filter = filter_
        self._kinds, self._tools = {}, {}
        kinds, tools = choices(index)
        lines = sum(count for name, count in kinds if is_bookkeeping(name))
        self._longest = whole_number(max(lines, *(count for _, count in (*kinds, *tools)), 0))
        everything = self.addAction(tr("Show all"))
        everything.triggered.connect(self._on_all)
        self._failed = self._add(tr("Failed only"), None, filter_.failed)
        if lines:
            self._add_bookkeeping(lines, shown=not hides_bookkeeping)
        kinds = [(name, count) for name, count in kinds if not (hides_bookkeeping and is_bookkeeping(name))]
        for actions, named, chosen in ((self._kinds, kinds, filter_.kinds), (self._tools, tools, filter_.tools)):
            if named:
                self.addSeparator()
            for name, count in named[:_MAX_ENTRIES]:
                is_kind = actions is self._kinds
                action = self._add(label_text(kind_label(name)) if is_kind else name, count, name in chosen)
                action.setIcon(mark_icon(name) if is_kind else _tool_icon(index, name))
                if is_kind:
                    action.setToolTip(plain_tooltip(one_line(name, _MAX_NAME_CHARACTERS)))
                actions[action] = name

    def _add(self, words: str, count: int | None, checked: bool) -> QAction:
        words = escape_mnemonics(one_line(words, _MAX_NAME_CHARACTERS))
        action = self.addAction(words if count is None else f"{words}\t{self._aligned(count)}")
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(self._on_toggled)
        return action

    def _aligned(self, count: int) -> str:
        """Return a count that ends below the longest one: a menu aligns these texts at their left."""
        text = whole_number(count)
        before = self._longest[: len(self._longest) - len(text)]
        return "".join(_DIGIT_BLANK if character.isdigit() else _SIGN_BLANK for character in before) + text

    def _add_bookkeeping(self, count: int, shown: bool) -> None:
        action = self.addAction(tr("Bookkeeping lines") + f"\t{self._aligned(count)}")
        action.setToolTip(plain_tooltip(bookkeeping_tip()))
        action.setCheckable(True)
        action.setChecked(shown)
        action.toggled.connect(self.bookkeeping_toggled)

    @Slot()
    def _on_all(self) -> None:
        self.chosen.emit(EventFilter())

    @Slot()
    def _on_toggled(self) -> None:
        kinds = frozenset(name for action, name in self._kinds.items() if action.isChecked())
        tools = frozenset(name for action, name in self._tools.items() if action.isChecked())
        self.chosen.emit(replace(self._filter, kinds=kinds, tools=tools, failed=self._failed.isChecked()))


def _tool_icon(index: RunIndex, name: str) -> QIcon:
    return mark_icon(Kind.TOOL_REQUEST, index.tools.index(name))
