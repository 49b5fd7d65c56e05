"""Facts of an event in rows that are used again for the facts of the next one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.widgets.parts.section import Section, SectionStack
from replay_gui.widgets.run.fact_row import FactRow
from replay_gui.widgets.run.fact_rows import FactRows


class Shown:
    """Rows in a section that is shown."""

    def __init__(self, qtbot: QtBot) -> None:
        self.section = Section("Integrity")
        self.column = SectionStack(self.section)
        qtbot.addWidget(self.column)
        self.column.resize(240, 400)
        self.column.show()
        self.went: list[Position] = []
        self.rows = FactRows(self.section, self.went.append)

    def facts(self) -> list[FactRow]:
        """The rows shown, from top to bottom."""
        return [row for row in self.section.rows() if isinstance(row, FactRow)]

    def hashes(self, *texts: str) -> None:
        """Show these as hashes to copy."""
        self.rows.begin()
        for text in texts:
            self.rows.add_copied("hash", text, f"whole {text}", "Of the record.")
        self.rows.close()


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_rows_are_used_again_for_the_next_facts(shown: Shown) -> None:
    shown.hashes("a1", "b2")
    before = shown.facts()
    shown.hashes("c3", "d4", "e5")
    assert shown.facts()[:2] == before
    assert [row.accessibleName() for row in shown.facts()] == ["hash: c3", "hash: d4", "hash: e5"]
    shown.hashes("f6")
    assert [row.shown_text for row in shown.facts()] == ["f6"]
    assert not before[1].isVisible()


def test_a_row_copies_goes_somewhere_or_does_neither(shown: Shown) -> None:
    clipboard = QGuiApplication.clipboard()
    shown.hashes("a1", "b2")
    shown.facts()[0].click()
    assert clipboard.text() == "whole a1"
    shown.rows.begin()
    shown.rows.add_link("asked in", "7 where is it", Position(7), "Go to event 7")
    shown.rows.add_remark("and 6 more")
    shown.rows.close()
    link, remark = shown.facts()
    link.click()
    remark.click()
    assert (shown.went, clipboard.text()) == ([7], "whole a1")
    assert (link.toolTip(), remark.toolTip(), remark.isEnabled()) == ("Go to event 7", "", False)
    shown.hashes("c3", "d4")
    remark.click()
    assert (remark.isEnabled(), clipboard.text(), shown.went) == (True, "whole d4", [7])


def test_nothing_of_an_earlier_fact_stays(shown: Shown) -> None:
    shown.rows.begin()
    row = shown.rows.add_copied("hash", "a1", "a1", "")
    row.sound = False
    row.setAccessibleDescription("damaged")
    asked: list[QPoint] = []
    shown.rows.offer_menu(row, asked.append)
    shown.rows.close(leaves_room=True)
    row.customContextMenuRequested.emit(QPoint(1, 1))
    assert asked == [row.mapToGlobal(QPoint(1, 1))]
    shown.hashes("b2")
    assert shown.facts() == [row]
    assert row.sound is None
    assert (row.leaves_room, row.accessibleDescription()) == (False, "")
    assert row.contextMenuPolicy() is Qt.ContextMenuPolicy.DefaultContextMenu


def test_a_sentence_gets_the_height_of_its_text(shown: Shown, qtbot: QtBot) -> None:
    heights = []
    for text in ("short", "a sentence of very many words " * 8, "short"):
        shown.rows.begin()
        shown.rows.add_copied("hash", "a1", "a1", "")
        shown.rows.add_sentence(text)
        shown.rows.close()
        sentence = shown.facts()[1]
        qtbot.waitUntil(lambda: sentence.height() == sentence.heightForWidth(sentence.width()))  # noqa: B023  at once
        heights.append(sentence.height())
    assert heights[0] == heights[2] < heights[1]


def test_tab_goes_from_the_head_through_the_rows_in_order(shown: Shown) -> None:
    shown.hashes("a1")
    shown.hashes("a1", "b2", "c3")
    one: QWidget | None = shown.facts()[0]
    following = list[QWidget]()
    while len(following) < 3 and one is not None:
        following.append(one)
        one = one.nextInFocusChain()
        while one is not None and not one.focusPolicy() & Qt.FocusPolicy.TabFocus:
            one = one.nextInFocusChain()
    assert following == shown.facts()
