from __future__ import annotations

from PySide6.QtWidgets import QApplication

from replay_gui.look.theme import ui_font
from replay_gui.widgets.parts.text.card_text import CardText


def test_a_text_is_shown_whole_or_ends_with_an_ellipsis(qapp: QApplication) -> None:
    text = "Before it, trial 0 asked “Would you like to explore other flights?” (event 63), and the user said no."
    one = CardText("x", (), ui_font(), 200).height
    whole = CardText(text, (), ui_font(), 200, max_lines=20)
    assert whole.text == text
    cut = CardText(text, (), ui_font(), 200, max_lines=2)
    assert cut.height == 2 * one < whole.height
    assert cut.text.endswith("…")
    assert text.startswith(cut.text[:-1])
    assert CardText("", (), ui_font(), 200).height == 0
