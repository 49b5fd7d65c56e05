from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.readable.event_reading import EventReading
from replay_gui.core.readable.markdown_lines import markdown_lines
from replay_gui.core.readable.reading_line import Fold, LineKind, ReadingLine, StyledText, pieces
from replay_gui.widgets.readable.reading_view import ReadingView
from tests.helpers.shown import shown

MARKDOWN = (
    "# H\n\nsome **bold** text\n\n- one\n- two\n\n|aa|bb|\n|-|-|\n|11|22|\n\n```python\nx = 1\ny = 2\n```\n\nlast"
)
TREE = [
    ReadingLine((StyledText("key"),), fold=Fold.OPEN, name="key"),
    ReadingLine((StyledText("inner"),), depth=1, fold=Fold.CLOSED, name="inner"),
    ReadingLine((StyledText("needle"),), depth=2),
    ReadingLine((StyledText("after"),)),
]


@pytest.fixture
def view(qtbot: QtBot) -> ReadingView:
    return shown(qtbot, ReadingView("Event"), 420, 500)


def seen(view: ReadingView) -> list[str]:
    block, found = view.document().begin(), []
    while block.isValid():
        found += [block.text()] if block.isVisible() else []
        block = block.next()
    return found


def choose(view: ReadingView, first: str, last: str) -> str:
    begin, end = view.document().find(first), view.document().find(last)
    cursor = view.textCursor()
    cursor.setPosition(begin.selectionStart())
    cursor.setPosition(end.selectionEnd(), QTextCursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    view.copy()
    return QGuiApplication.clipboard().text()


def test_markdown_is_laid_out_without_its_signs(view: ReadingView) -> None:
    view.show_lines(list(markdown_lines(MARKDOWN)))
    assert [text for text in seen(view) if text] == [
        "H", "some bold text", "one", "two", "aa", "bb", "11", "22", "x = 1", "y = 2", "last",
    ]  # fmt: skip
    assert not view.grab().isNull()


def test_several_lines_are_copied_as_they_were_written(view: ReadingView) -> None:
    view.show_lines(list(markdown_lines(MARKDOWN)))
    assert choose(view, "ome", "bold") == "ome bold"
    assert choose(view, "some", "two") == "some **bold** text\n\n- one\n- two\n"
    assert choose(view, "aa", "22") == "|aa|bb|\n|-|-|\n|11|22|\n"
    assert choose(view, "x =", "y = 2") == "x = 1\ny = 2"


def test_a_line_in_pieces_is_copied_as_one(view: ReadingView) -> None:
    text = "".join(f"{number} " for number in range(3_000)).strip()
    line = ReadingLine((StyledText("a"), StyledText(text)), LineKind.CODE)
    view.show_lines([*pieces(line), ReadingLine((StyledText("next"),), LineKind.CODE)])
    assert len(seen(view)) > 2
    view.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text() == f"a{text}\nnext"


def test_no_markup_leaves_with_a_copy(view: ReadingView) -> None:
    view.show_lines(list(markdown_lines(MARKDOWN)))
    view.selectAll()
    assert view.createMimeDataFromSelection().formats() == ["text/plain"]


def test_a_long_line_is_one_line_when_it_is_copied(view: ReadingView) -> None:
    long = "🙂ab " * 1_000
    view.show_lines([ReadingLine((StyledText(long),)), ReadingLine(()), ReadingLine((StyledText("end"),))])
    assert view.document().blockCount() > 3
    view.selectAll()
    assert view.createMimeDataFromSelection().text() == f"{long}\n\nend"


def test_lines_fold(view: ReadingView) -> None:
    view.show_lines(TREE)
    assert seen(view) == ["key", "inner", "after"]
    high = view.wanted_height()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(14, 14))
    assert seen(view) == ["key", "after"]
    assert view.wanted_height() < high
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert seen(view) == ["key", "inner", "after"]


def test_what_was_opened_stays_open_in_the_next_event(view: ReadingView) -> None:
    view.show_lines(TREE)
    view.toggle(1)
    view.show_lines(TREE)
    assert seen(view) == ["key", "inner", "needle", "after"]


def test_a_match_that_is_hidden_is_opened(view: ReadingView) -> None:
    view.show_lines(TREE)
    assert view.find_all("NEEDLE", False) == 1
    view.show_found(0)
    assert seen(view) == ["key", "inner", "needle", "after"]


def test_a_page_is_added_below(view: ReadingView) -> None:
    view.show_lines(TREE[:2])
    view.add_lines(TREE[2:])
    assert seen(view) == ["key", "inner", "after"], "the page goes on in what is closed"


def test_a_page_is_laid_out_in_the_time_of_a_few_frames(view: ReadingView) -> None:
    data = "Some words of **text** with `code`, and [a link](http://x).\n\n" * 20_000
    event = Event(
        EventIndex(0), 0, 0, "r:0", "Decision", {"decision_type": "message", "data": data}, {}, b"", None, None
    )
    page = EventReading(event).next_page()
    assert not page.whole
    view.show_lines(page.lines)
    before = time.process_time()
    view.show_lines(page.lines)
    assert view.wanted_height() > 500
    assert time.process_time() - before < 0.25, "usually a tenth of it"
    assert all(line.kind is LineKind.PROSE for line in page.lines[1:])
