from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.index.run_index import FLAG_FAILED, NO_TIME, NO_TOOL, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.text.clock import since_start
from replay_gui.engine.answers import Rows
from replay_gui.models.run import event_table, row_blocks
from replay_gui.models.run.event_filter import EventFilter, choices
from replay_gui.models.run.event_table import EventColumn, EventTable
from replay_gui.models.run.row_blocks import BLOCK_ROWS
from tests.helpers.story import STORY, StorySession, story_index, story_row, untimed

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def session() -> StorySession:
    return StorySession()


@pytest.fixture
def table(session: StorySession) -> EventTable:
    model = EventTable(session, session)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def cell(table: EventTable, row: int, column: int) -> str:
    return str(table.data(table.index(row, column)))


def test_the_index_is_shown_before_the_texts_come(session: StorySession, table: EventTable) -> None:
    session.show(story_index(1000))
    assert table.rowCount() == 1000
    assert [
        cell(table, 4, c) for c in (EventColumn.POSITION, EventColumn.TIME, EventColumn.LABEL, EventColumn.TEXT)
    ] == ["5", "+0:00.059", "search →", ""]
    assert [cell(table, 5, c) for c in (EventColumn.LABEL, EventColumn.TEXT, EventColumn.DURATION)] == [
        "← search",
        "",
        "2.39 s",
    ]
    assert cell(table, 4, EventColumn.DURATION) == ""
    table.request_texts(0, 20)
    session.answer_all()
    assert cell(table, 4, EventColumn.TEXT) == "planner ignores index after bulk load"
    assert cell(table, 6, EventColumn.TEXT) == "Timeout: search: no answer in 2,400 ms"


def test_only_what_is_wanted_is_asked_for(session: StorySession, table: EventTable) -> None:
    session.show(story_index(1000))
    table.request_texts(500, 530)
    assert session.asked == [(500 // BLOCK_ROWS * BLOCK_ROWS, (530 // BLOCK_ROWS + 1) * BLOCK_ROWS)]
    session.answer_all()
    table.request_texts(500, 530)
    assert session.asked == []


def test_memory_is_bounded(session: StorySession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_blocks, "MAX_BLOCKS", 3)
    table = EventTable(session, session)
    session.show(story_index(10 * BLOCK_ROWS))
    for start in range(0, 10 * BLOCK_ROWS, BLOCK_ROWS):
        table.request_texts(start, start + BLOCK_ROWS - 1)
        session.answer_all()
    assert cell(table, 0, EventColumn.TEXT) == ""
    assert cell(table, 7 * BLOCK_ROWS, EventColumn.TEXT) != ""


def test_a_growing_index_adds_rows_and_completes_the_last_block(session: StorySession, table: EventTable) -> None:
    session.show(story_index(100, complete=False))
    table.request_texts(64, 99)
    session.answer_all()
    session.index = story_index(120)
    session.index_changed.emit()
    assert table.rowCount() == 120
    table.request_texts(64, 119)
    assert session.asked == [(99 // BLOCK_ROWS * BLOCK_ROWS, 120)]
    session.answer_all()
    assert cell(table, 119, EventColumn.TEXT) == story_row(119).text


def test_rows_that_do_not_begin_with_a_block_are_put_right(session: StorySession, table: EventTable) -> None:
    session.show(story_index(1000))
    session.rows_ready.emit(Rows(EventIndex(10), tuple(story_row(place) for place in range(10, 200))))
    assert cell(table, 70, EventColumn.TEXT) == story_row(70).text
    assert cell(table, 10, EventColumn.TEXT) == ""


def test_a_filter_shows_its_kinds_and_tools(session: StorySession, table: EventTable) -> None:
    session.show(story_index(len(STORY) * 10))
    table.set_filter(EventFilter(kinds=frozenset({"Error"}), tools=frozenset({"run_tests"})))
    labels = [cell(table, row, EventColumn.LABEL) for row in range(table.rowCount())]
    assert labels == ["Error", "run_tests →", "← run_tests"] * 10
    assert table.event_index(3) == len(STORY) + 6
    assert table.row_at_or_before(EventIndex(len(STORY))) == 2
    assert table.row_at_or_before(EventIndex(0)) == -1
    session.index = story_index(len(STORY) * 11)
    session.index_changed.emit()
    assert table.rowCount() == 33
    table.set_filter(EventFilter(failed=True))
    assert {cell(table, row, EventColumn.LABEL) for row in range(table.rowCount())} == {"← search", "Error"}
    session.show(story_index(5))
    assert table.rowCount() == 5


def test_choices_are_counted_and_ranked() -> None:
    kinds, tools = choices(story_index(len(STORY) * 2))
    assert kinds[0] == ("Decision", 8)
    assert set(tools) == {("query_db", 4), ("read_file", 4), ("run_tests", 4), ("search", 4)}


def test_no_times_no_times(session: StorySession, table: EventTable) -> None:
    session.show(untimed(story_index(10)))
    assert cell(table, 3, EventColumn.TIME) == ""


def test_times_begin_with_the_earliest(session: StorySession, table: EventTable) -> None:
    index = story_index(10)
    times = index.time.copy()
    times[:2] = NO_TIME
    session.show(replace(index, time=times))
    assert cell(table, 1, EventColumn.TIME) == ""
    assert cell(table, 2, EventColumn.TIME) == since_start(0)
    assert cell(table, 3, EventColumn.TIME) == since_start(int(times[3] - times[2]))
    times[2], times[5] = times[9] + 1, times[3] - 1  # a session that goes on has a new head
    session.show(replace(index, time=times))
    assert cell(table, 5, EventColumn.TIME) == since_start(0)
    assert cell(table, 2, EventColumn.TIME) == since_start(int(times[2] - times[5]))
    assert (RunIndex().span, untimed(index).span) == (None, None)


def test_what_a_call_does_is_said_unless_it_failed(session: StorySession, table: EventTable) -> None:
    index = story_index(40)
    calls: list[int] = np.flatnonzero(index.kind == index.kinds.index("ToolRequest")).tolist()
    passed, failed, *_ = calls
    pair, flags = index.pair.copy(), index.flags.copy()
    pair[[passed, failed]], flags[passed + 1], flags[failed + 1] = (passed + 1, failed + 1), 0, FLAG_FAILED
    index = replace(index, pair=pair, flags=flags)
    session.show(index)

    def told(call: int, effect: Effect) -> tuple[str, str]:
        rows = [story_row(at) for at in range(index.count)]
        rows[call] = msgspec.structs.replace(rows[call], effect=EffectFinding(effect, "<b>says</b> so"))
        session.rows_ready.emit(Rows(FIRST_EVENT, tuple(rows)))
        tip = table.data(table.index(call, EventColumn.TEXT), Qt.ItemDataRole.ToolTipRole)
        return table.effect_words(table.event_row(call)), tip

    words, tip = told(passed, Effect.CHANGES)
    assert words == "changes"
    assert "changes something: &lt;b&gt;says" in tip
    assert told(passed, Effect.READS)[0] == ""
    words, tip = told(failed, Effect.CHANGES)
    assert words == ""
    assert "it failed" in tip
    assert table.data(table.index(0, EventColumn.TEXT), Qt.ItemDataRole.ToolTipRole) is None


def big_index(count: int) -> RunIndex:
    """An index whose columns are one number, so that its length costs nothing."""

    def column(value: int, dtype: type) -> np.ndarray:
        return np.broadcast_to(np.array(value, dtype), count)

    return RunIndex(
        kind=column(KINDS.index("Decision"), np.uint16), tool=column(NO_TOOL, np.int32),
        offset=column(0, np.uint64), time=column(0, np.int64), duration=column(-1, np.int64),
        pair=column(-1, np.int32), flags=column(0, np.uint8), complete=True,
    )  # fmt: skip


def test_a_hundred_million_rows_do_not_matter(session: StorySession) -> None:
    table = EventTable(session, session)
    session.show(big_index(100_000_000))
    assert table.rowCount() == event_table.MAX_ROWS
    session.seek(99_999_999)
    row = table.row_at_or_before(EventIndex(99_999_998))
    assert table.event_index(row) == 99_999_998
    table.request_texts(row, row + 1)
    assert session.asked[-1][1] == 100_000_000
    session.show(story_index(0))  # ends the counting


def test_a_filter_of_a_long_run_comes_piece_by_piece(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, session: StorySession, table: EventTable
) -> None:
    monkeypatch.setattr(event_table, "EVENTS_PER_TURN", 100)
    count = 3 * event_table.EVENTS_PER_TURN + 10
    session.show(story_index(count))
    table.set_filter(EventFilter(kinds=frozenset({"Decision"})))
    first = table.rowCount()
    with qtbot.waitSignal(table.rows_added):
        pass
    timer = table.findChild(QTimer)
    assert timer is not None
    qtbot.waitUntil(lambda: not timer.isActive())
    kinds = choices(session.index)[0]
    assert 0 < first < table.rowCount() == dict(kinds)["Decision"]
    assert table.event_index(table.rowCount() - 1) < count
    table.set_filter(EventFilter())
    assert table.rowCount() == count


def test_hits_come_and_go(session: StorySession, table: EventTable) -> None:
    session.show(story_index(len(STORY) * 10))
    hits = {hit.index: hit for hit in (SearchHit(EventIndex(3), "abc", 0, 1), SearchHit(EventIndex(9), "abc", 1, 2))}
    table.show_hits(hits)
    assert [table.event_index(row) for row in range(table.rowCount())] == [3, 9]
    hits[EventIndex(12)] = SearchHit(EventIndex(12), "abc", 2, 3)
    table.more_hits()
    assert [table.event_index(row) for row in range(table.rowCount())] == [3, 9, 12]
    assert table.hit(2) == SearchHit(EventIndex(12), "abc", 2, 3)
    table.show_hits({})
    assert table.rowCount() == 0
    table.show_hits(None)
    assert table.rowCount() == len(STORY) * 10
    assert table.hit(0) is None
