"""The bar above the list: the filters in force, each with a cross, and whether they hide the current event."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.look.theme import GAP, PILL, UNIT, set_role
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.flow_layout import FlowLayout
from replay_gui.widgets.parts.text.elided_button import ElidedButton

_MAX_CHIPS = 12
_MAX_NAME_CHARACTERS = 40


class FilterBar(QFrame):
    """Chips of an EventFilter; hidden if there are none.

    Signals:
        changed(object): the EventFilter without the one whose cross was clicked. show_wanted(): of the hidden event.
        more_wanted(): the user wants to see the filters that have no chip.
    """

    changed = Signal(object)
    show_wanted = Signal()
    more_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.setAccessibleName(tr("Active filters"))
        self.chips: list[ElidedButton] = []
        self._chip_area = QWidget()
        self._flow = FlowLayout(self._chip_area, UNIT)
        self._flow.setContentsMargins(GAP, UNIT, GAP, UNIT)
        self.hidden_event = ElidedButton()
        self.hidden_event.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_role(self.hidden_event, "link")
        self.hidden_event.clicked.connect(self.show_wanted)
        self.hidden_event.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._chip_area)
        column.addWidget(self.hidden_event)
        self.show_filter(EventFilter())

    def show_filter(self, filter_: EventFilter) -> None:
        """Show a chip for each kind and tool that is chosen or left out, and for failures only."""
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        parts = _parts(filter_)
        for words, without in parts[:_MAX_CHIPS]:
            self._add(
                f"{words}  ×",
                tr("No longer filter by this: {filter}", filter=words),
                partial(self.changed.emit, without),
            )
        if len(parts) > _MAX_CHIPS:
            self._add(
                trn("{n} more…", "{n} more…", len(parts) - _MAX_CHIPS),
                tr("Choose in the menu of filters"),
                self.more_wanted.emit,
            )
        elif len(parts) > 1:
            self._add(tr("Clear"), tr("Show all events"), partial(self.changed.emit, EventFilter()))
        self._chip_area.setVisible(bool(parts))
        self._refresh()

    def show_hidden(self, words: str) -> None:
        """Show a text on why the current event is not in the list; "": it is."""
        if words != self.hidden_event.text():
            self.hidden_event.setText(words)
            self.hidden_event.setVisible(bool(words))
            self._refresh()

    def _add(self, words: str, tip: str, act: object) -> None:
        chip = ElidedButton()
        chip.setText(words)
        chip.setToolTip(plain_tooltip(tip))
        chip.setAccessibleName(tip)
        chip.setFixedHeight(PILL)
        set_role(chip, "chip")
        chip.clicked.connect(act)
        self.chips.append(chip)
        self._flow.addWidget(chip)

    @Slot()
    def _refresh(self) -> None:
        self.setVisible(bool(self.chips) or bool(self.hidden_event.text()))


def _parts(filter_: EventFilter) -> list[tuple[str, EventFilter]]:
    """Return (words, the filter without it) of each part of a filter."""
    parts = [(tr("Failed only"), replace(filter_, failed=False))] if filter_.failed else []
    parts += [(_kind(name), replace(filter_, kinds=filter_.kinds - {name})) for name in sorted(filter_.kinds)]
    parts += [(_tool(name), replace(filter_, tools=filter_.tools - {name})) for name in sorted(filter_.tools)]
    parts += [
        (tr("Not {name}", name=_kind(name)), replace(filter_, without_kinds=filter_.without_kinds - {name}))
        for name in sorted(filter_.without_kinds)
    ]
    parts += [
        (tr("Not {name}", name=_tool(name)), replace(filter_, without_tools=filter_.without_tools - {name}))
        for name in sorted(filter_.without_tools)
    ]
    return parts


def _kind(name: str) -> str:
    return one_line(label_text(kind_label(name)), _MAX_NAME_CHARACTERS)


def _tool(name: str) -> str:
    return one_line(name, _MAX_NAME_CHARACTERS)
