"""A link that is copied in one window leads to the same place in another."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from replay_gui.core.log.positions import Position
from replay_gui.samples import OTHERWISE, REFERENCE
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def copied(journey: Journey) -> list[str]:
    journey.press(Qt.Key.Key_L, CTRL_ALT)
    return shlex.split(QGuiApplication.clipboard().text())


def test_a_link_is_to_the_event_and_the_chosen_value(journey: Journey, tmp_path: Path) -> None:
    log = write_log(tmp_path / "my run.rlog", 4)
    journey.open(log)
    journey.session.seek(Position(12))
    journey.arrive(12)
    assert copied(journey) == ["replay-gui", str(log), "--at", "12"]
    journey.window.run_view.show_value(("messages", 1, "content"))
    assert copied(journey) == ["replay-gui", str(log), "--at", "12", "--path", "/messages/1/content"]


def test_a_link_to_a_comparison_is_to_both_runs(journey: Journey) -> None:
    journey.window.comparison.start(str(OTHERWISE.path), str(REFERENCE.path), Position(5))
    journey.until(lambda: journey.window.comparison.settled)
    at = str(journey.session.position)
    assert copied(journey) == ["replay-gui", str(REFERENCE.path), str(OTHERWISE.path), "--at", at]


@pytest.mark.parametrize("at", [0, 12, 999])
def test_a_value_is_chosen_once_the_run_is_there(journey: Journey, tmp_path: Path, at: int) -> None:
    log = write_log(tmp_path / "run.rlog", 4)
    journey.session.open(str(log), Position(at))
    journey.window.links.show_value(("messages", "1", "content"), Position(at))
    view = journey.window.run_view.state.view
    journey.until(lambda: view.chosen is not None)
    assert tuple(map(str, view.chosen or ())) == ("messages", "1", "content")
    assert journey.session.position == min(at, 21)
