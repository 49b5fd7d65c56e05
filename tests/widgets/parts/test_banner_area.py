from __future__ import annotations

from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.engine.answers import Alert, Progress
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.widgets.parts.banner_area import BannerArea
from replay_gui.widgets.parts.progress_strip import progress_words
from tests.helpers.shown import shown
from tests.helpers.story import StorySession

LEFT = Qt.MouseButton.LeftButton


class Spy(StorySession):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def reload(self) -> None:
        self.calls.append("reload")

    def cancel_work(self) -> None:
        self.calls.append("cancel")


@pytest.fixture
def session() -> Spy:
    return Spy()


@pytest.fixture
def area(qtbot: QtBot, session: Spy) -> BannerArea:
    widget = BannerArea(session, session.reload)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_trouble_is_said_in_plain_text(area: BannerArea, session: Spy) -> None:
    session.alert_raised.emit(Alert("error", "<b>no</b>\nlog\u202e"))
    [banner] = area.banners
    assert banner.text == "<b>no</b>\nlog\\u202e"
    assert banner.isVisible()
    assert banner.accessibleName().startswith("error: ")


def test_an_action_is_taken_and_the_banner_goes(area: BannerArea, session: Spy) -> None:
    session.alert_raised.emit(Alert("warning", "changed on disk", ("reload",)))
    [banner] = area.banners
    QTest.mouseClick(banner.buttons[0], LEFT)
    assert session.calls == ["reload"]
    assert area.banners == []


def test_banners_are_closed_cleared_and_not_repeated(area: BannerArea, session: Spy) -> None:
    for text in ("a", "b", "b", "c", "d"):
        session.alert_raised.emit(Alert("info", text))
    assert [banner.text for banner in area.banners] == ["b", "c", "d"]
    QTest.mouseClick(area.banners[1].close_button, LEFT)
    assert [banner.text for banner in area.banners] == ["b", "d"]
    session.alerts_cleared.emit()
    assert area.banners == []


def test_a_file_to_reload_is_said_once(area: BannerArea, session: Spy) -> None:
    for severity, text in (("warning", "touched"), ("warning", "changed"), ("error", "cut"), ("warning", "changed")):
        session.alert_raised.emit(Alert(severity, text, ("reload",)))
        if text == "changed":
            assert len(area.banners) == 1
    assert [banner.text for banner in area.banners] == ["cut"]


def test_progress_that_lasts_is_shown_and_cancelled(area: BannerArea, session: Spy, qtbot: QtBot) -> None:
    session.progress_changed.emit(Progress("Verifying", 0, 10**11, None))
    session.progress_changed.emit(None)
    assert not area.progress.isVisible()
    with qtbot.waitSignal(area.progress.appears):
        session.progress_changed.emit(Progress("Verifying", 42 * 10**9, 10**11, 12.4))
        assert not area.progress.isVisible(), "what is soon done is not shown"
    assert area.progress.isVisible()
    assert area.progress.text == "Verifying · 42 % · 12 s left"
    QTest.mouseClick(area.progress.cancel, LEFT)
    assert session.calls == ["cancel"]
    session.progress_changed.emit(None)
    assert not area.progress.isVisible()


def test_what_is_below_is_laid_out_once_when_the_progress_appears(area: BannerArea, session: Spy, qtbot: QtBot) -> None:
    class Below(QWidget):
        heights: ClassVar[list[int]] = []

        def resizeEvent(self, event: QResizeEvent) -> None:
            self.heights.append(event.size().height())

    window, below = QWidget(), Below()
    column = QVBoxLayout(window)
    column.addWidget(area)
    column.addWidget(below, 1)
    shown(qtbot, window, 400, 300)
    QApplication.processEvents()
    below.heights.clear()
    with qtbot.waitSignal(area.progress.appears):
        session.progress_changed.emit(Progress("Verifying", 1, 4, None))
    QApplication.processEvents()
    assert area.progress.isVisible()
    assert len(below.heights) == 1
    area.setParent(None)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("Reading", 5, 0, None), "Reading"),
        (Progress("Reading", 9, 4, 0.2), "Reading · 100 % · 1 s left"),
        (Progress("Reading", 1, 4, 185.0), "Reading · 25 % · 3 min 5 s left"),
        (Progress("Reading", 1, 4, 7260.0), "Reading · 25 % · 2 h 1 min left"),
    ],
)
def test_progress_in_words(progress: Progress, words: str) -> None:
    assert progress_words(progress) == words


def test_it_takes_no_room_while_there_is_nothing_to_say(area: BannerArea, session: Spy) -> None:
    assert area.sizeHint().height() == 0
    session.alert_raised.emit(Alert("info", "a"))
    assert area.sizeHint().height() > 0
    session.alerts_cleared.emit()
    assert area.sizeHint().height() == 0


def test_a_file_that_could_not_be_opened_has_one_banner_whose_actions_stay(
    area: BannerArea, session: Spy, qtbot: QtBot
) -> None:
    first = Alert("error", "cut.json: ends early", ("open as…", "show as text"), "cut.json")
    session.alert_raised.emit(first)
    [banner] = area.banners
    assert [button.text() for button in banner.buttons] == ["Open as…", "Show as text"]
    with qtbot.waitSignal(area.action_chosen) as caught:
        QTest.mouseClick(banner.buttons[1], LEFT)
    assert caught.args == [first, "show as text"]
    assert area.banners == [banner]
    session.alert_raised.emit(Alert("error", "cut.json: no Codex rollout", ("open as…",), "cut.json"))
    assert [banner.text for banner in area.banners] == ["cut.json: no Codex rollout"]


def test_of_two_runs_it_says_that_it_is_about_a(qtbot: QtBot, session: Spy) -> None:
    comparison = ComparisonSession(session)
    area = BannerArea(session, session.reload, comparison)
    qtbot.addWidget(area)
    session.alert_raised.emit(Alert("warning", "cut"))
    area.on_alert(Alert("info", "of neither"))
    comparison.start("b.rlog")
    session.alert_raised.emit(Alert("warning", "gone"))
    assert [banner.text for banner in area.banners] == ["A: cut", "of neither", "A: gone"]
    assert area.banners[0].accessibleName() == "warning: A: cut"
    comparison.end()
    assert [banner.text for banner in area.banners] == ["cut", "of neither", "gone"]
