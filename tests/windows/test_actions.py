from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from replay_gui.windows.actions import ACTION_SPECS, make_actions


def test_every_key_means_one_thing() -> None:
    keys = Counter(QKeySequence(key).toString() for spec in ACTION_SPECS for key in spec.keys)
    assert "" not in keys
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_a_name_a_key_and_a_tip(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    actions = make_actions(parent)
    assert list(actions) == [spec.name for spec in ACTION_SPECS]
    for spec in ACTION_SPECS:
        action = actions[spec.name]
        assert action.shortcuts() == [QKeySequence(key) for key in spec.keys]
        assert spec.tip in action.toolTip()
        assert bool(spec.icon) != action.icon().isNull()


def test_no_menu_uses_a_mnemonic_twice() -> None:
    for menu in {spec.menu for spec in ACTION_SPECS}:
        letters = [spec.text[spec.text.index("&") + 1].lower() for spec in ACTION_SPECS if spec.menu == menu]
        assert len(letters) == len(set(letters)), menu
