from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.engine.answers import EventRow, Rows
from replay_gui.look.theme import LANE
from replay_gui.models.run.row_blocks import BLOCK_ROWS
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.widgets.timeline.timeline_layout import TOP_PX
from tests.helpers.runs import StillSession, synthetic_index
from tests.helpers.shown import shown

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen display has no windows above others
COUNT = 1_523


class AskedSession(StillSession):
    """Remembers what rows it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[EventIndex, EventIndex]] = []

    def request_tip(self, start: EventIndex, stop: EventIndex) -> None:
        self.asked.append((start, stop))

    def answer(self, text: str) -> None:
        start, stop = self.asked[-1]
        row = EventRow(
            position=Position(1),
            kind="Error",
            tool=None,
            text=text,
            time=None,
            duration=None,
            failed=True,
            broken=False,
            label="Error",
        )
        self.rows_ready.emit(Rows(start, (row,) * (stop - start)))


@pytest.fixture
def session() -> AskedSession:
    session = AskedSession()
    session.show(synthetic_index(COUNT))
    session.set_view(700.0, 950.0)
    return session


@pytest.fixture
def timeline(qtbot: QtBot, session: AskedSession) -> Timeline:
    return shown(qtbot, Timeline(session), 1_280)


def error_at(timeline: Timeline) -> tuple[int, QPoint]:
    """An error in sight and where it is."""
    row = [row.key for row in timeline.rows].index("errors")
    positions = timeline.rows[row].parts[0].positions
    position = int(positions[(positions > 720) & (positions < 930)][0])
    return position, QPoint(round(timeline.x_of(position)), round(TOP_PX + (row + 0.5) * LANE))


def test_it_tells_what_is_known_and_then_what_was_read(timeline: Timeline, session: AskedSession) -> None:
    position, point = error_at(timeline)
    timeline.show_hover(point)
    assert timeline.hover.isVisible()
    assert timeline.hover.words.startswith(f"{position} · {KINDS[session.index.kind[position - 1]]}\n+")
    assert session.asked == [
        ((position - 1) // BLOCK_ROWS * BLOCK_ROWS, (position - 1) // BLOCK_ROWS * BLOCK_ROWS + 8 * BLOCK_ROWS)
    ]
    session.answer("no answer in <b>2,400</b> ms")
    assert timeline.hover.words.endswith("\nno answer in <b>2,400</b> ms")
    timeline.show_hover(point)
    assert len(session.asked) == 1, "what has come is not asked for again"


def test_it_is_plain_text(timeline: Timeline) -> None:
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in timeline.hover.findChildren(QLabel))


def test_a_call_is_told_anywhere_between_its_request_and_its_answer(timeline: Timeline, session: AskedSession) -> None:
    calls = next(row for row in timeline.rows if row.is_calls)
    starts = calls.parts[0].positions
    start = next(int(p) for p in starts[starts > 710] if session.index.pair[p - 1] > p + 1)
    answer = int(session.index.pair[start - 1]) + 1
    y = round(TOP_PX + (timeline.rows.index(calls) + 0.2) * LANE)
    timeline.show_hover(QPoint(round(timeline.x_of((start + answer) / 2)), y))
    found = int(timeline.hover.words.split(" ")[0])
    assert found <= (start + answer) / 2 <= int(session.index.pair[found - 1]) + 1


def test_over_a_name_it_tells_the_whole_of_it(timeline: Timeline) -> None:
    timeline.show_hover(QPoint(40, round(TOP_PX + 1.5 * LANE)))
    count = timeline.rows[1].count
    assert timeline.hover.words == f"Input\n{count} events\nWhat came in: messages of users, inputs, outputs"


def test_over_a_snapshot_it_says_what_that_is(timeline: Timeline, session: AskedSession) -> None:
    session.show(replace(session.index, snapshots=(Position(20),)))
    timeline.show_hover(QPoint(round(timeline.x_of(20)), round(timeline._layout().plot.bottom())))
    assert timeline.hover.words == "Snapshot\nA stored state, which makes seeking quick"


def test_where_there_is_nothing_it_says_nothing(timeline: Timeline) -> None:
    timeline.show_hover(QPoint(400, timeline.height() - 3))
    assert not timeline.hover.isVisible()


def test_where_they_crowd_it_says_how_many_more(timeline: Timeline, session: AskedSession) -> None:
    session.show(synthetic_index(200_000))
    timeline.show_hover(QPoint(600, round(TOP_PX + 2.5 * LANE)))
    assert "more here" in timeline.hover.words


def test_it_comes_when_the_pointer_rests_and_goes_with_it(
    qtbot: QtBot, timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "underMouse", lambda: True)
    _, point = error_at(timeline)
    QTest.mouseMove(timeline, point)
    assert not timeline.hover.isVisible()
    qtbot.waitUntil(timeline.hover.isVisible)
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    assert not timeline.hover.isVisible(), "the hand has better to do"
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    timeline.show_hover(point)
    QApplication.sendEvent(timeline, QEvent(QEvent.Type.Leave))
    assert not timeline.hover.isVisible()


def test_another_run_is_not_told_the_texts_of_the_last(timeline: Timeline, session: AskedSession) -> None:
    _, point = error_at(timeline)
    timeline.show_hover(point)
    session.answer("of the first run")
    session.show(synthetic_index(COUNT, seed=7))
    session.set_view(700.0, 950.0)
    assert not timeline.hover.isVisible()
    timeline.show_hover(point)
    assert "of the first run" not in timeline.hover.words
    assert timeline.event_at(QPointF(point)) is not None


def test_the_card_is_as_high_as_its_words(timeline: Timeline) -> None:
    card, words = timeline.hover, "one word after another "
    heights = []
    for text in (words, words * 30, words):
        card.show_words("A title", text, QPoint(10, 10))
        for label in card.findChildren(QLabel):
            assert label.isHidden() or label.height() >= label.heightForWidth(label.width())
        heights.append(card.height())
    assert heights[0] == heights[2] < heights[1] / 2
