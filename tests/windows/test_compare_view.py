"""The page of a comparison: its borders."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QSplitter
from pytestqt.qtbot import QtBot

from replay_gui.models.run.run_search import RunSearch
from replay_gui.windows.compare_view import CompareView
from tests.helpers.comparisons import StoryComparison


def _view(qtbot: QtBot) -> CompareView:
    session = StoryComparison()
    session.show_runs(8, 9)
    view = CompareView(session, RunSearch(session.a, session))
    view.build()
    session.setParent(view)
    qtbot.addWidget(view)
    view.resize(1440, 900)
    view.show()
    view.show_why(False)
    return view


def _heights(view: CompareView) -> list[int]:
    return [panel.height() for panel in (view.causes, view.divergences, view.step)]


def test_borders_that_were_dragged_are_there_again(qtbot: QtBot) -> None:
    view = _view(qtbot)
    assert view.save() == [QByteArray()] * 4
    splitter = view.divergences.parentWidget()
    assert isinstance(splitter, QSplitter)
    splitter.setSizes([200, 300])
    splitter.splitterMoved.emit(300, 1)
    dragged = _heights(view)
    another = _view(qtbot)
    assert _heights(another) != dragged
    another.restore(*view.save())
    assert _heights(another) == dragged
    another.reset()
    assert another.save() == [QByteArray()] * 4
    assert _heights(another) != dragged


def test_what_is_no_state_of_borders_is_passed_over(qtbot: QtBot) -> None:
    view = _view(qtbot)
    before = _heights(view)
    view.restore(None, "rows", QByteArray(b"rows"), 3)
    assert _heights(view) == before
    assert view.save() == [QByteArray()] * 4


def test_a_question_above_the_panels_leaves_the_timelines_their_lanes(qtbot: QtBot) -> None:
    view = _view(qtbot)
    qtbot.waitUntil(lambda: view.timelines[0].height() >= view.timelines[0].sizeHint().height())
    before = [panel.height() for panel in view.timelines]
    lower = view.divergences.height() + view.step.height()
    view.rule_prompt.show()
    qtbot.waitUntil(lambda: view.divergences.height() + view.step.height() < lower)
    assert [panel.height() for panel in view.timelines] == before


def test_in_a_low_window_no_lane_is_cut(qtbot: QtBot) -> None:
    view = _view(qtbot)
    view.resize(1000, 520)
    view.rule_prompt.show()
    panels = view.timelines
    qtbot.waitUntil(lambda: panels[0].height() < panels[0].sizeHint().height())
    qtbot.waitUntil(lambda: all(panel.height() >= panel.least_height for panel in panels))
    for timeline in (panel.timeline for panel in panels):
        assert timeline._layout().lane(len(timeline.rows) - 1).bottom() <= timeline.height()
