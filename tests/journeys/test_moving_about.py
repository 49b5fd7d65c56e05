"""Playing, going back and forward, from error to error, and what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.engine.bridge import EngineBridge
from replay_gui.look.theme import GAP, apply_theme, theme
from replay_gui.models.session import Session
from replay_gui.samples import DAMAGED
from replay_gui.widgets.parts.banner import Banner
from replay_gui.windows.main_window import MainWindow
from replay_gui.windows.settings.settings_store import SettingsStore
from replay_gui.windows.splitter import STEP_PX, BorderHandle
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key, Shift, Ctrl, Alt = (
    Qt.Key,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


def test_space_plays_and_pauses_and_brackets_set_the_speed(journey: Journey, log: Path) -> None:
    journey.open(log)
    for _ in range(4):
        journey.press(Key.Key_BracketRight)
    journey.press(Key.Key_Space)
    assert journey.window.playback.playing
    assert journey.window.playback.speed == 16.0
    assert journey.window.actions_["cancel"].isEnabled()
    journey.until(lambda: journey.session.position > 3)
    journey.press(Key.Key_BracketLeft)
    assert journey.window.playback.speed == 8.0
    journey.press(Key.Key_Escape)
    assert not journey.window.playback.playing
    journey.arrive(journey.session.position)


def test_space_and_enter_press_the_button_that_has_the_focus_and_letters_are_for_the_panels(
    journey: Journey, log: Path
) -> None:
    journey.open(log)
    button = next(b for b in journey.window.run_bar.findChildren(QAbstractButton) if b.accessibleName() == "To the end")
    button.setFocus()
    QTest.keyClick(button, Key.Key_Space)
    assert not journey.window.playback.playing
    journey.arrive(51)
    axis, position = journey.session.axis, journey.session.position
    for letter in (Key.Key_C, Key.Key_E, Key.Key_R):
        QTest.keyClick(button, letter)
    assert (journey.session.axis, journey.session.position, journey.session.chosen) == (axis, position, None)
    journey.window.run_view.events.view.setFocus()
    QTest.keyClick(journey.window.run_view.events.view, Key.Key_R)
    assert journey.session.chosen is not None, "letters act with the focus in the panels of the run"
    journey.session.seek(Position(0))
    button.setFocus()
    QTest.keyClick(button, Key.Key_Return)
    assert journey.session.position == 51, "as Space does"
    changed_only = journey.window.run_view.state.changed_only
    changed_only.setFocus()
    QTest.keyClick(changed_only, Key.Key_Enter)
    assert changed_only.isChecked()


def test_a_border_between_panels_is_moved_by_keys(journey: Journey, log: Path) -> None:
    journey.open(log)
    view, window = journey.window.run_view, journey.window
    journey.until(lambda: journey.session.totals is not None and not journey.session.working)
    view.events.view.setFocus()
    QApplication.processEvents()  # the timeline takes the height that its lanes need
    sizes = [view.timeline.height(), view.events.width(), view.detail.width()]

    def moved(key: Qt.Key) -> list[int]:
        """Changes of the heights and widths of three panels by a key."""
        journey.press(key)
        QApplication.processEvents()
        before, sizes[:] = [*sizes], [view.timeline.height(), view.events.width(), view.detail.width()]
        return [now - then for now, then in zip(sizes, before, strict=True)]

    journey.press(Key.Key_B, Ctrl | Alt)
    border = QApplication.focusWidget()
    assert isinstance(border, BorderHandle)
    assert border.accessibleName() == "Border between rows"
    assert border.grab().toImage().pixelColor(border.width() // 4, border.height() // 2) == theme().accent
    assert moved(Key.Key_Down) == [STEP_PX, 0, 0]
    assert moved(Key.Key_Left) == [0, 0, 0]
    journey.press(Key.Key_B, Ctrl | Alt)
    assert moved(Key.Key_Right) == [0, STEP_PX, -STEP_PX]
    journey.press(Key.Key_B, Ctrl | Alt)
    assert moved(Key.Key_Left) == [0, 0, -STEP_PX]
    assert journey.session.position == 0, "the arrows are no steps meanwhile"
    journey.press(Key.Key_Escape)
    assert QApplication.focusWidget() is view.events.view
    for _ in range(4):
        journey.press(Key.Key_B, Ctrl | Alt)
    assert QApplication.focusWidget() is view.events.view, "after the last border"
    window.actions_["reset_layout"].trigger()
    assert moved(Key.Key_Shift) != [0, 0, 0]


def test_back_and_forward_through_jumps(journey: Journey, log: Path) -> None:
    journey.open(log)
    assert not journey.window.actions_["visited_back"].isEnabled()
    journey.session.seek(Position(20))
    journey.until(lambda: journey.window.actions_["visited_back"].isEnabled())
    journey.press(Key.Key_Right)
    journey.press(Key.Key_End)
    journey.press(Key.Key_Left, Alt)
    journey.arrive(20)  # moves without a rest between them are one
    journey.press(Key.Key_Right, Alt)
    journey.arrive(51)


def test_from_error_to_error_damage_too(journey: Journey) -> None:
    journey.open(DAMAGED.path)
    journey.session.seek(Position(812))
    journey.press(Key.Key_E)
    journey.arrive(813)
    journey.press(Key.Key_E)
    ahead = journey.session.position
    assert ahead > 813
    journey.press(Key.Key_E, Shift)
    journey.arrive(813)


def test_the_facts_of_the_run_and_the_axis(journey: Journey, log: Path) -> None:
    journey.open(log)
    facts = journey.window.run_view.facts
    assert not facts.isVisible()
    journey.press(Key.Key_I, Ctrl)
    assert facts.isVisible()
    journey.press(Key.Key_I, Ctrl)
    assert not facts.isVisible()
    journey.press(Key.Key_C)
    assert journey.session.axis == ("number" if journey.session.why_no_time else "time")


def test_a_run_begins_where_it_was_left(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(33))
    journey.arrive(33)
    journey.press(Key.Key_W, Ctrl)
    with journey.qtbot.waitSignal(journey.session.report_changed, timeout=30_000):
        journey.session.open(str(log))
    journey.until(lambda: journey.session.position == 33)
    with journey.qtbot.waitSignal(journey.session.report_changed, timeout=30_000):
        journey.session.open(str(log), Position(7))
    journey.until(lambda: journey.session.position == 7)


def test_clearing_the_cache_does_the_open_run_no_harm(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(write_log(tmp_path / "other.rlog", turns=40))
    journey.open(log)
    with journey.qtbot.waitSignal(journey.session.alert_raised, timeout=30_000):
        journey.press(Key.Key_Delete, Ctrl | Shift)
    (banner,) = journey.window.findChildren(Banner)
    assert "MB are free again" in banner.text
    for position in (51, 3, 40):
        journey.session.seek(Position(position))
        journey.arrive(position)
    journey.window.actions_["reload"].trigger()


def test_recent_runs_are_offered_and_forgotten(journey: Journey, log: Path) -> None:
    journey.open(log)
    menus = journey.window.menus
    assert menus.recent.actions()[0].data() == str(log)
    menus.recent.actions()[-1].trigger()
    assert not menus.recent.isEnabled()
    assert journey.window.recent_files.paths() == []


def test_every_control_can_be_named(journey: Journey, log: Path) -> None:
    journey.open(log)
    nameless = [
        f"{widget!r} in {widget.parent()!r}"
        for widget in journey.window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
    ]
    assert nameless == []
    journey.press(Key.Key_I, Ctrl)
    facts = journey.window.run_view.facts
    assert facts.isVisible()
    assert facts.accessibleName() == "Run facts"
    assert "Tools" in {section.accessibleName() for section in facts.findChildren(QWidget)}


def test_tab_goes_through_the_panels_and_from_top_to_bottom_within_each(journey: Journey, log: Path) -> None:
    journey.open(log)
    for position in (4, 20):
        journey.session.seek(Position(position))
        journey.arrive(position)
    view = journey.window.run_view
    panels: tuple[QWidget, ...] = (view.events, view.detail, view.state)
    reached: dict[QWidget, list[QWidget]] = {}
    view.timeline.timeline.setFocus()
    for _ in range(40):
        journey.press(Key.Key_Tab)
        widget = journey.window.focusWidget()
        panel = next((one for one in panels if widget is not None and one.isAncestorOf(widget)), None)
        if panel is not None and widget is not None:
            reached.setdefault(panel, []).append(widget)
        if view.timeline.timeline.hasFocus():
            break

    def tops(panel: QWidget) -> list[int]:
        return [one.mapTo(panel, one.rect().topLeft()).y() for one in reached[panel]]

    assert view.timeline.timeline.hasFocus(), "around"
    assert tuple(reached) == panels, "as one reads them"
    journey.until(lambda: all(tops(panel) == sorted(tops(panel)) for panel in reached))  # once all is laid out
    assert len(reached[view.detail]) >= 4, "the heads of its sections too"


@pytest.mark.parametrize("width", [1024, 1280])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_in_the_tool_bar_overlaps(
    journey: Journey, log: Path, qapp: QApplication, width: int, theme: str
) -> None:
    apply_theme(qapp, theme)
    journey.open(log)
    window = journey.window
    window.resize(width, 640)
    window.find_field.line.setText("because")
    journey.until(lambda: window.find_field.count.text() == "10 hits")
    window.find_field.count.setText("123,456 of 123,456")
    bar = window.run_bar
    journey.qtbot.waitUntil(lambda: not overlapping(bar.body) and not overlapping(window.find_field), timeout=2000)
    assert window.find_field.line.width() >= 12 * GAP
    shown = [one for one in bar.findChildren(QToolButton) if one.isVisible() and one.accessibleName()]
    squeezed = [button.accessibleName() for button in shown if button.height() < button.sizeHint().height()]
    assert squeezed == [], "else descenders are cut off"


def overlapping(holder: QWidget) -> list[str]:
    """Parts that stand in each other's way, or stick out."""
    parts = [one for one in holder.children() if isinstance(one, QWidget) and one.isVisible()]
    pairs = [(a, b) for i, a in enumerate(parts) for b in parts[i + 1 :]]
    out = [f"{one}" for one in parts if one.x() < 0 or one.x() + one.width() > holder.width()]
    return out + [f"{a} {b}" for a, b in pairs if a.geometry().intersects(b.geometry())]


@pytest.mark.parametrize("kept", ["7", "[[1, 2]]", '[["a", "b", -3]]', "{", "[" * 5000, '{"a": 1}', "@Invalid()"])
def test_settings_full_of_nonsense_do_no_harm(qtbot: QtBot, qapp: QApplication, log: Path, kept: str) -> None:
    settings = SettingsStore()
    for name in ("positions", "lanes", "window", "rows", "columns", "recent", "theme"):
        settings.set_value(name, kept)
    window = MainWindow(Session(bridge=EngineBridge()), qapp, settings)
    qtbot.addWidget(window)
    journey = Journey(qtbot, window, settings)
    journey.open(log)
    journey.session.seek(Position(5))
    window.close()
    assert "run.rlog" in str(settings.value("positions"))
