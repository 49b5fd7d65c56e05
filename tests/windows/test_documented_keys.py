"""The documentation's table of keys has every key of the window, and no other."""

from __future__ import annotations

import re
from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.windows.actions import ACTION_SPECS, make_actions
from replay_gui.windows.dialogs.shortcuts_dialog import ShortcutsDialog
from replay_gui.windows.menus import CONTEXT_KEY, MENU_KEY
from tests.helpers.paths import DOCS


def rows() -> list[tuple[list[str], list[str]]]:
    """(groups of keys, what they do), a row of the table each."""
    section = (DOCS / "keys.md").read_text("utf-8").split("\n## ")[0]
    cells = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    return [(keys.split(" / "), words.split(" / ")) for keys, words in cells if keys != "keys"]


def test_the_page_has_every_key_of_the_window_and_no_other() -> None:
    keys = [key for spec in ACTION_SPECS for key in spec.keys]
    known = {QKeySequence(key).toString() for key in (*keys, MENU_KEY, CONTEXT_KEY)}
    written = Counter(key for groups, _ in rows() for group in groups for key in group.split(", "))
    assert set(written) == known
    assert [key for key, times in written.items() if times > 1] == []


def test_each_group_of_keys_is_explained() -> None:
    assert [groups for groups, words in rows() if len(groups) != len(words)] == []


def test_the_window_lists_the_same_keys(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = ShortcutsDialog(make_actions(window), window)
    shown = {label.text() for label in dialog.findChildren(QLabel) if label.property("role") == "key"}
    assert {key for groups, _ in rows() for group in groups for key in group.split(", ")} <= shown
