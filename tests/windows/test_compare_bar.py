from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.translation.messages import use_language
from replay_gui.windows.actions import make_actions
from replay_gui.windows.compare_bar import CompareBar
from tests.helpers.reasons import StoryWhy

WIDTHS = range(2000, 600, -3)
HEIGHT = 40


@pytest.fixture(params=["en", "en-XA"])
def _language(request: pytest.FixtureRequest) -> Iterator[None]:
    """English, and a language with longer words."""
    use_language(request.param)
    yield
    use_language("en")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def bar(window: QWidget, _language: None) -> CompareBar:
    bar = CompareBar(StoryWhy(), make_actions(window), window)
    window.resize(WIDTHS[0], HEIGHT)
    window.show()
    return bar


def hidden_count(bar: CompareBar, width: int) -> int:
    """Return the number of hidden buttons at a width of the bar."""
    bar.resize(width, HEIGHT)
    QApplication.processEvents()
    return sum(button.isHidden() for button in bar.buttons.values())


@pytest.mark.parametrize("shows_why", [False, True])
def test_the_result_is_whole_while_other_parts_can_be_hidden(bar: CompareBar, shows_why: bool) -> None:
    bar.buttons["show_why"].defaultAction().setChecked(shows_why)
    result = bar.outcomes if shows_why else bar.badge
    hidden, is_whole = list[int](), list[bool]()
    for width in WIDTHS:
        hidden.append(hidden_count(bar, width))
        is_whole.append(result.width() >= result.sizeHint().width())
    assert hidden == sorted(hidden)
    assert hidden[-1] > hidden[0]
    assert all(whole or count == hidden[-1] for count, whole in zip(hidden, is_whole, strict=True))


def test_a_longer_result_hides_other_parts(bar: CompareBar) -> None:
    bar.buttons["show_why"].defaultAction().setChecked(False)
    fitting = min(width for width in WIDTHS if not hidden_count(bar, width))
    assert not hidden_count(bar, fitting)
    bar.badge.setText(f"{bar.badge.text()} and more")
    assert hidden_count(bar, fitting)
