"""`?`: every action of the window with its keys, the gestures of the mouse, and the signs of the timeline."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from replay_gui.look.theme import GAP, UNIT, data_font
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.action_keys import key_words
from replay_gui.windows.actions import ACTION_SPECS, HELP
from replay_gui.windows.dialogs.card_dialog import CardDialog, new_card
from replay_gui.windows.dialogs.legend_card import SIGNS, legend_card
from replay_gui.windows.menus import CONTEXT_KEY, MENU_KEY

GESTURES = (
    ("Click", "Go to the mark or the position under the pointer"),
    ("Double click a mark", "Zoom to it"),
    ("Drag", "Scrub: the position follows the pointer"),
    ("Right or Shift+drag", "Zoom to the drawn area"),
    ("Middle, Ctrl or Alt+drag", "Pan"),
    ("Wheel", "Zoom at the pointer"),
    ("Shift+wheel", "Pan"),
    ("Click a triangle", "Fold or unfold lanes"),
    ("Right click a name", "Choose lanes; correct a tool"),
    ("Drag in “Whole run”", "Pan, or draw a range beside the window"),
    ("Double click there", "Show the whole run"),
    ("Rest the pointer", "Show a summary"),
)
_SIZE_PX = (110 * GAP, 94 * GAP)


class ShortcutsDialog(CardDialog):
    """The table of actions as text: a card for each menu, in two columns of about the same height."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget) -> None:
        shorter, longer = ([_card(title, rows) for title, rows in cards] for cards in _halves(_cards(actions)))
        super().__init__("Keyboard and mouse", _SIZE_PX, ([*shorter, legend_card("Signs", SIGNS)], longer), parent)


_Card = tuple[str, list[tuple[list[str], str, str]]]  # title; keys, name, a sentence


def _cards(actions: dict[str, QAction]) -> list[_Card]:
    cards: dict[str, list[tuple[list[str], str, str]]] = {}
    for spec in ACTION_SPECS:
        keys = [key_words(key) for key in actions[spec.name].shortcuts()]
        cards.setdefault(spec.menu.replace("&", ""), []).append((keys, spec.title, spec.tip))
    cards[HELP.replace("&", "")] += [
        ([MENU_KEY], "Menu", "Every action, by name"),
        ([CONTEXT_KEY], "Menu here", "Menu of the focused part, as by a right click"),
    ]
    cards["Timeline, by mouse"] = [([gesture], words, "") for gesture, words in GESTURES]
    return list(cards.items())


def _halves(cards: list[_Card]) -> tuple[list[_Card], list[_Card]]:
    """Return the cards in their order, cut so that both columns have about the same height."""
    lengths = [len(rows) + 2 for _, rows in cards]
    cut = min(range(1, len(cards)), key=lambda n: abs(sum(lengths[:n]) - sum(lengths[n:])))
    return cards[:cut], cards[cut:]


def _card(title: str, rows: list[tuple[list[str], str, str]]) -> QWidget:
    card, grid = new_card(title, stretched=0)
    for line, (keys, name, tip) in enumerate(rows, 1):
        named = PlainLabel(name)
        named.setToolTip(plain_tooltip(tip))
        grid.addWidget(named, line, 0)
        chips = QHBoxLayout()
        chips.setSpacing(UNIT)
        chips.addStretch(1)
        for key in keys:
            chip = PlainLabel(key, "key")
            chip.setFont(data_font())
            chips.addWidget(chip)
        grid.addLayout(chips, line, 1)
    return card
