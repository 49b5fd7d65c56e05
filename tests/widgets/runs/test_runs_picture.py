"""The picture of many runs: where its cells are, and what keys and clicks do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.contrast.runs_picture import RunsPicture
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.runs.picture_layout import GROUP_GAP, ROW_HEIGHT, PictureLayout
from replay_gui.widgets.runs.runs_picture_view import RunsPictureView
from tests.helpers.shown import shown

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(qtbot: QtBot, session: RunsSession, folder: Path) -> RunsPictureView:
    view = shown(qtbot, RunsPictureView(session), 900, 400)
    session.open((str(folder),))
    session.choose_group(session.groups[0])
    return view


def picture_of(session: RunsSession) -> RunsPicture:
    contrasted = session.contrasted
    assert contrasted is not None
    assert contrasted.picture is not None
    return contrasted.picture


def test_every_cell_is_found_at_its_place(view: RunsPictureView, session: RunsSession) -> None:
    picture = picture_of(session)
    groups = [row.passed for row in picture.rows]
    layout = PictureLayout.of(picture, groups, names=1.0, heads=[10_000.0] * len(picture.columns))
    assert len(layout.breaks) == 1, "failing and passing runs stand apart"
    for row in range(len(picture.rows)):
        for column in range(len(picture.columns)):
            center = layout.cell(row, column).center()
            assert (layout.row_at(center.y()), layout.column_at(center.x())) == (row, column)
    assert (layout.row_at(layout.breaks[0]), layout.row_at(layout.bottom), layout.row_at(0)) == (-1, -1, -1)
    assert (layout.column_at(layout.left - 1), layout.column_at(layout.width)) == (-1, -1)
    (apart,) = {round(b - a - ROW_HEIGHT) for a, b in zip(layout.tops, layout.tops[1:], strict=False)} - {0}
    assert apart == round(GROUP_GAP)
    assert layout.cell(0, 1).x() - layout.cell(0, 0).x() == layout.step
    narrow = layout.fitted(layout.left + layout.step * len(picture.columns) - 10.0)
    assert narrow.step < layout.step, "columns give way before it has to be scrolled"
    assert layout.fitted(1e6).step == layout.step
    bare = PictureLayout.of(picture, [], names=1.0, heads=())
    assert bare.bottom > bare.head


def test_keys_walk_open_split_and_compare(view: RunsPictureView, session: RunsSession) -> None:
    picture, events, pairs = picture_of(session), list[tuple[int, int]](), list[tuple[int, int]]()
    view.event_wanted.connect(lambda run, index: events.append((run, index)))
    view.compare_wanted.connect(lambda a, b: pairs.append((a, b)))
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.current == (0, 0), "the first key shows where one is"
    for _ in range(len(picture.rows) + 3):
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current == (len(picture.rows) - 1, 0), "it ends at the last row"
    cell = picture.cells[0]
    view.select_separator(-7)
    assert view.current == (len(picture.rows) - 1, 0), "no column shows that"
    view._set_current((cell.row, cell.column))
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert events == [(picture.rows[cell.row].run, cell.index)]
    QTest.keyClick(view, Qt.Key.Key_S)
    assert view.split == cell.column
    assert view.split_words
    QTest.keyClick(view, Qt.Key.Key_S)
    assert view.split is None
    for row in (0, 1):
        view._set_current((row, 0))
        QTest.keyClick(view, Qt.Key.Key_Space)
    assert pairs == [(picture.rows[0].run, picture.rows[1].run)]
    assert view.chosen == []


def test_clicks_do_what_keys_do(view: RunsPictureView, session: RunsSession) -> None:
    picture, heads, runs = picture_of(session), list[int](), list[int]()
    view.column_chosen.connect(heads.append)
    view.run_wanted.connect(runs.append)
    QTest.mouseClick(view.viewport(), LEFT, pos=view.head_center(0))
    assert (heads, view.split) == ([0], 0)
    QTest.mouseClick(view.viewport(), LEFT, pos=view.head_center(0))
    assert view.split is None
    assert view._layout is not None
    name = QPoint(5, int(view._layout.cell(1, 0).center().y()))
    QTest.mouseClick(view.viewport(), LEFT, pos=name)
    assert runs == [picture.rows[1].run]
    QTest.mouseClick(view.viewport(), LEFT, CTRL, name)
    assert view.chosen == [1]
    words = view._words_at(QPointF(view._layout.cell(0, 0).center()))
    assert words.startswith(picture.columns[0].tool)
