from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.comparison import Change
from replay_gui.engine.requests import GetAligned
from replay_gui.look.theme import LINKS, ROW
from replay_gui.models.comparison.comparison_rows import ComparisonColumn, ComparisonRows
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.comparison.split_view import SplitView
from tests.helpers.comparisons import StoryComparison, comparison_of
from tests.helpers.shown import shown

E, C, A, B = Change.EQUAL, Change.CHANGED, Change.ONLY_A, Change.ONLY_B
CHANGES = [E] * 30 + [C, B, A] + [E] * 60


@pytest.fixture
def session(qapp: object) -> StoryComparison:
    session = StoryComparison()
    session.show(comparison_of(CHANGES))
    return session


@pytest.fixture
def rows(session: StoryComparison) -> ComparisonRows:
    rows = ComparisonRows(session, session)
    session.compared_changed.emit()
    return rows


@pytest.fixture
def view(qtbot: QtBot, session: StoryComparison, rows: ComparisonRows) -> SplitView:
    finder = ComparisonSearch(session, RunSearch(session.a, session), session)
    return shown(qtbot, SplitView(session, rows, finder), 900, 12 * ROW)


def test_the_sides_share_the_width_and_the_gutter_is_between(view: SplitView) -> None:
    widths = [view.columnWidth(column) for column in ComparisonColumn]
    assert widths[ComparisonColumn.GUTTER] == LINKS
    assert abs(widths[ComparisonColumn.SIDE_A] - widths[ComparisonColumn.SIDE_B]) <= 1
    assert sum(widths) == view.viewport().width()
    assert view.side_at(10.0) is ComparisonColumn.SIDE_A
    assert view.side_at(view.viewport().width() - 10.0) is ComparisonColumn.SIDE_B


def test_a_chosen_row_is_shown_and_a_click_chooses_row_and_side(
    qtbot: QtBot, view: SplitView, session: StoryComparison
) -> None:
    session.select(60)
    first, last = view.rows_in_sight()
    assert first <= 60 <= last
    assert view.currentIndex().row() == 60
    y = (62 - view.verticalScrollBar().value()) * ROW + ROW // 2
    with qtbot.waitSignal(view.side_chosen) as chosen:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(view.viewport().width() - 20, y))
    assert chosen.args == [62, ComparisonColumn.SIDE_B]
    assert session.row == 62


@pytest.mark.parametrize(("row", "side"), [(31, "SIDE_B"), (32, "SIDE_A")])
def test_the_side_is_that_of_the_only_event(view: SplitView, session: StoryComparison, row: int, side: str) -> None:
    view.set_side(ComparisonColumn[side].opposite)
    session.select(row)
    assert view.side.name == side


def test_the_texts_of_the_visible_rows_are_requested(view: SplitView, session: StoryComparison) -> None:
    session.select(5)
    session.asked.clear()
    view.request_texts()
    (request,) = [body for body in session.asked if isinstance(body, GetAligned)]
    first, last = view.rows_in_sight()
    assert request.start_row <= first
    assert last < request.stop_row


def test_a_fold_opens_by_enter(view: SplitView, session: StoryComparison, rows: ComparisonRows) -> None:
    rows.set_changes_only(True)
    lines = rows.rowCount()
    fold = next(line for line in range(lines) if rows.shown.fold(line))
    view.setCurrentIndex(rows.index(fold, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert rows.rowCount() > lines
