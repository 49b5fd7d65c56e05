from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.effects.effect_words import EFFECT_WORDS
from replay_gui.look.theme import apply_theme, kind_color, theme
from replay_gui.widgets.timeline.spending_band import token_colors
from replay_gui.windows.dialogs.legend_dialog import LegendDialog
from tests.helpers.shown import count_of


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_effect_and_colour_is_there(qtbot: QtBot, qapp: QApplication, name: str) -> None:
    apply_theme(qapp, name)
    window = QWidget()
    qtbot.addWidget(window)
    dialog = LegendDialog(window)
    dialog.resize(1000, 1100)  # all of it in sight
    words = " ".join(label.text().lower() for label in dialog.findChildren(QLabel))
    assert [effect for effect in EFFECT_WORDS.values() if effect not in words] == []
    image = dialog.grab().toImage()
    colors: list[QColor] = [theme().accent, theme().error, theme().memory, theme().changed_text, theme().damage]
    colors += token_colors()
    colors += [kind_color(kind) for kind in ("Observation", "Decision", "PatchProposal", "ToolRequest")]
    assert [color.name() for color in colors if not count_of(image, color)] == []
    dialog.close()
