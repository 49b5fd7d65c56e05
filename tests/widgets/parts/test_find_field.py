from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.parts.find_field import FindField
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers.facts import run_facts
from tests.helpers.runs import StillSession

WIDEST_PX = 480


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[FindField]:
    """A field whose words are longer than in English."""
    session = StillSession()
    session.facts = run_facts("run.rlog")
    with in_language(ACCENTED):
        field = FindField(RunSearch(session, session))
        qtbot.addWidget(field)
        field.show_key("Strg+F")
        field.show()
        QTest.qWaitForWindowExposed(field)
        yield field


def test_the_key_is_shown_only_where_it_covers_no_words(field: FindField) -> None:
    (key,) = field.line.findChildren(QLabel)
    shown = set[bool]()
    for width in range(field.minimumSizeHint().width(), WIDEST_PX, 3):
        field.line.setFixedWidth(width)
        QTest.qWait(0)
        words = field.line.fontMetrics().horizontalAdvance(field.line.placeholderText())
        shown.add(key.isVisible())
        assert not key.isVisible() or words + 20 < width - key.sizeHint().width(), width
    assert shown == {True, False}
