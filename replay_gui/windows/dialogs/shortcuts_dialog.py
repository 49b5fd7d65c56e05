"""`?`: every action of the window with its keys, the gestures of the mouse, and the signs of the timeline."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP, UNIT, data_font
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.action_keys import key_words
from replay_gui.windows.actions import ACTION_SPECS, HELP
from replay_gui.windows.dialogs.card_dialog import CardDialog, new_card
from replay_gui.windows.dialogs.legend_card import legend_card, sign_rows
from replay_gui.windows.menus import CONTEXT_KEY, MENU_KEY

GESTURES = (
    (translatable("Click"), translatable("Go to the mark or the position under the pointer")),
    (translatable("Double click a mark"), translatable("Zoom to it")),
    (translatable("Drag"), translatable("Scrub: the position follows the pointer")),
    (translatable("Right or Shift+drag"), translatable("Zoom to the drawn area")),
    (translatable("Middle, Ctrl or Alt+drag"), translatable("Pan")),
    (translatable("Wheel"), translatable("Zoom at the pointer")),
    (translatable("Shift+wheel"), translatable("Pan")),
    (translatable("Click a triangle"), translatable("Fold or unfold lanes")),
    (translatable("Right click a name"), translatable("Choose lanes; correct a tool")),
    (translatable("Drag in “Whole run”"), translatable("Pan, or draw a range beside the window")),
    (translatable("Double click there"), translatable("Show the whole run")),
    (translatable("Rest the pointer"), translatable("Show a summary")),
)
_SIZE_PX = (110 * GAP, 94 * GAP)


class ShortcutsDialog(CardDialog):
    """The table of actions as text: a card for each menu, in two columns of about the same height."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget) -> None:
        shorter, longer = ([_card(title, rows) for title, rows in cards] for cards in _halves(_cards(actions)))
        signs = legend_card(tr("Signs"), sign_rows())
        super().__init__(tr("Keyboard and mouse"), _SIZE_PX, ([*shorter, signs], longer), parent)


_Card = tuple[str, list[tuple[list[str], str, str]]]  # title; keys, name, a sentence


def _cards(actions: dict[str, QAction]) -> list[_Card]:
    cards: dict[str, list[tuple[list[str], str, str]]] = {}
    for spec in ACTION_SPECS:
        keys = [key_words(key) for key in actions[spec.name].shortcuts()]
        cards.setdefault(spec.menu_title, []).append((keys, spec.title, spec.tip))
    cards[tr(HELP).replace("&", "")] += [
        ([MENU_KEY], tr("Menu"), tr("Every action, by name")),
        ([CONTEXT_KEY], tr("Menu here"), tr("Menu of the focused part, as by a right click")),
    ]
    cards[tr("Timeline, by mouse")] = [([tr(gesture)], tr(words), "") for gesture, words in GESTURES]
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
