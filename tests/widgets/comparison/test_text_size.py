"""The panels of a comparison follow the size of text, and cut no text without an ellipsis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.comparison import Change, Difference
from replay_gui.look.theme import apply_text_scale, apply_theme
from replay_gui.widgets.comparison.cause_panel import CausePanel
from replay_gui.widgets.comparison.cause_view import _CardDelegate
from replay_gui.widgets.comparison.step_diff_view import StepDiffView
from replay_gui.windows.compare_bar import _PointLabel
from tests.helpers.comparisons import StoryComparison, cause, comparison_of, step_of

CHANGES = [Change.EQUAL] * 4 + [Change.CHANGED] * 3


@pytest.fixture
def session(qapp: QApplication) -> Iterator[StoryComparison]:
    apply_theme(qapp, "dark")
    yield StoryComparison()
    apply_text_scale(qapp, 100)


def test_cards_and_differences_grow_with_the_text(qtbot: QtBot, qapp: QApplication, session: StoryComparison) -> None:
    panel, step = CausePanel(session), StepDiffView(session)
    for widget in (panel, step):
        qtbot.addWidget(widget)
        widget.resize(500, 300)
        widget.show()
    session.show(comparison_of(CHANGES, [cause(0)]))
    session.show_step(step_of(4, payload=(Difference("/output/n", 1, 2),)))

    def seen() -> tuple[int, int]:
        """The height of a card, and the last column of pixels that a difference takes."""
        rows = step.payload
        rect = rows.visualRect(rows.model().index(0, 0))
        image = rows.viewport().grab(rect).toImage()
        ground = image.pixelColor(image.width() - 2, 2)
        inked = [
            x for x in range(image.width()) for y in range(2, image.height() - 2) if image.pixelColor(x, y) != ground
        ]
        return panel.causes.visualRect(panel.list.index(0)).height(), max(inked)

    before = seen()
    apply_text_scale(qapp, 130)
    qapp.processEvents()
    after = seen()
    assert after[0] > before[0]
    assert after[1] > 1.1 * before[1]


def test_the_body_of_a_card_ends_with_an_ellipsis_where_it_is_too_long(
    qtbot: QtBot, qapp: QApplication, session: StoryComparison
) -> None:
    panel = CausePanel(session)
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    session.show(comparison_of(CHANGES, [replace(cause(0), explanation=f"What happened — {'very ' * 30}long.")]))
    (delegate,) = panel.findChildren(_CardDelegate)
    text = delegate.body(panel.list.item(0), 120).text
    assert text.endswith("…")
    assert delegate.body(panel.list.item(0), 3_000).text.endswith("long.")


def test_the_number_of_a_difference_gives_up_its_word_before_it_is_cut(qtbot: QtBot, session: StoryComparison) -> None:
    label = _PointLabel()
    qtbot.addWidget(label)
    label.show_words("divergence 20 of 22", 19, 22)
    label.resize(label.sizeHint())
    assert label.shown == "divergence 20 of 22"
    label.resize(label.minimumSizeHint())
    assert label.shown == "20 of 22"
    label.show_words("no divergence", None, 0)
    label.resize(label.minimumSizeHint())
    assert label.shown == "no divergence"
