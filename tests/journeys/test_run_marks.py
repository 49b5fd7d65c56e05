"""The marks of one run, and what its tools do, in the window: found, followed, switched off and corrected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from replay_gui import Recorder
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside, write_rules
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.effect_words import tool_effect_words
from replay_gui.core.reasons.marks.mark_words import MARK_WORDS
from replay_gui.core.reasons.marks.run_mark import MarkKind
from replay_gui.engine.opening import user_trusted_folders
from replay_gui.models.run.event_table import EventColumn
from replay_gui.widgets.run.event_detail import EventDetail
from replay_gui.widgets.run.event_list import EventList
from replay_gui.widgets.run.fact_row import FactRow
from tests.helpers.journey import WAIT, Journey

Key, Ctrl, Tip = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.ItemDataRole.ToolTipRole
EDIT, ZAP = 12, 14  # positions of requests
NOT_KNOWN = "effect not known: the name does not show it"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A run with an error that is not got over, a loop, figures from nowhere, and an edit without a check."""
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        run.observation("message", "user", "Please repair a.py.")
        run.tool_response(run.tool_request("book_desk", {"id": "D1"}), "Error: full", error="full")
        for _ in range(3):
            run.tool_response(run.tool_request("read_file", {"path": "a.py"}), "x = 1")
        run.decision("message", "It has 412 lines and 371 faults.")
        run.tool_response(run.tool_request("Edit", {"file_path": "a.py", "old_string": "x", "new_string": "y"}), "ok")
        run.tool_response(run.tool_request("zap", {"id": 7}), "done")
        run.tool_request("cancel_desk", {"id": "D1"})
    return path


def _found(journey: Journey) -> list[MarkKind]:
    marks = journey.session.run_marks
    journey.until(lambda: marks.found is not None)
    return [mark.kind for mark in marks.shown]


def _card(journey: Journey) -> list[FactRow]:
    (detail,) = journey.window.findChildren(EventDetail)
    names = {words.short for words in MARK_WORDS.values()}
    return [row for row in detail.card.rows if row.accessibleName().partition(":")[0] in names]


def _tip(journey: Journey, position: int) -> str:
    (events,) = journey.window.findChildren(EventList)
    row = events.table.row_at_or_before(position - 1)  # type: ignore[arg-type]
    journey.until(lambda: bool(events.table.event_row(row).text))
    return str(events.table.index(row, EventColumn.TEXT).data(Tip) or "")


def _entries(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        yield action
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from _entries(inner)


def _choose(menu: QMenu, words: str) -> None:
    next(action for action in _entries(menu) if action.text() == words).trigger()
    menu.deleteLater()


def _row_menu(journey: Journey, position: int) -> QMenu:
    (events,) = journey.window.findChildren(EventList)
    return events.row_menu(events.table.row_at_or_before(position - 1))  # type: ignore[arg-type]


def _lanes(journey: Journey) -> dict[str, str]:
    return {tool: tool_effect_words(does) for tool, does in journey.session.run_marks.effects.items()}


def test_marks_lead_to_their_events(journey: Journey, log: Path) -> None:
    journey.open(log)
    kinds = [MarkKind.ERROR, MarkKind.LOOP, MarkKind.FIGURES, MarkKind.CHECK]
    assert _found(journey) == kinds
    journey.until(lambda: len(_card(journey)) == 4)
    names = [row.accessibleName().split(": ")[0] for row in _card(journey)]
    assert names == ["error", "loop", "numbers", "check"]
    _card(journey)[2].click()
    assert journey.session.position == 11
    assert "The figures 412, 371 are in no earlier event" in _tip(journey, 11)
    assert "two or more numbers" in _tip(journey, 11), "what is marked is explained"
    timeline = journey.window.run_view.timeline.timeline
    timeline.show_hover(QPoint(round(timeline.x_of(11)), 3))
    assert timeline.hover.words.startswith("Numbers without a source\nThe figures 412")
    journey.window.run_view.toggle_facts()
    rows = [row for row in journey.window.run_view.facts.marks.rows() if isinstance(row, FactRow)]
    assert len(rows) == 4
    rows[0].click()
    assert journey.session.position == 3
    _choose(journey.window.menus.marks, "Loops")
    assert [mark.kind for mark in journey.session.run_marks.shown] == [kind for kind in kinds if kind != MarkKind.LOOP]
    rows = [row for row in journey.window.run_view.facts.marks.rows() if isinstance(row, FactRow)]
    assert [row.shown_text for row in rows][-1] == "1 mark of kinds that are switched off"
    assert journey.settings.value("hidden_marks") == "LOOP"
    with journey.qtbot.waitSignal(journey.session.run_changed, timeout=WAIT):
        journey.session.reload()
    assert journey.session.run_marks.found is None
    assert MarkKind.LOOP not in _found(journey)


def test_what_a_tool_does_is_corrected_by_one_click_and_undone(journey: Journey, log: Path) -> None:
    journey.open(log)
    assert MarkKind.CHECK in _found(journey)
    assert _lanes(journey)["cancel_desk"] == 'changes something: the name says "cancel"', "it was not answered"
    assert _lanes(journey)["zap"] == NOT_KNOWN
    assert "effect not known" in _tip(journey, ZAP)
    timeline = journey.window.run_view.timeline.timeline
    _choose(timeline.lane_menu(next(lane for lane in timeline.rows if lane.title == "zap")), "Correct: zap only reads")
    assert _lanes(journey)["zap"] == "reads: a rule says so", "at once, before the run is read again"
    _choose(_row_menu(journey, ZAP), "Checks")
    journey.until(lambda: MarkKind.CHECK not in _found(journey))
    assert _lanes(journey)["zap"] == "checks: a rule says so"
    journey.until(lambda: "The call checks: a rule says so" in _tip(journey, ZAP))
    journey.session.seek(ZAP)  # type: ignore[arg-type]
    (detail,) = journey.window.findChildren(EventDetail)
    journey.until(lambda: "does: checks: a rule says so" in [row.accessibleName() for row in detail.origin.rows()])
    journey.window.comparison.rules.choose_file(rules_beside(log))
    journey.until(lambda: rules_beside(log).exists())
    journey.until(lambda: list(read_rules(rules_beside(log))) == [Rule(Action.CHECKS, tool="zap")])
    journey.press(Key.Key_Z, Ctrl)
    journey.press(Key.Key_Z, Ctrl)
    journey.until(lambda: _lanes(journey).get("zap") == NOT_KNOWN and MarkKind.CHECK in _found(journey))
    journey.until(lambda: "effect not known" in _tip(journey, ZAP))
    journey.until(lambda: list(read_rules(rules_beside(log))) == [])


def test_rules_that_are_kept_hold_for_one_run_as_for_a_comparison(journey: Journey, log: Path, tmp_path: Path) -> None:
    write_rules(Rules([Rule(Action.READS, tool="Edit")]), rules_beside(log))
    user_trusted_folders().add(tmp_path)
    journey.open(log)
    assert MarkKind.CHECK not in _found(journey), "what only reads needs no check"
    assert "reads: a rule says so" in _tip(journey, EDIT)
    menu = _row_menu(journey, EDIT)
    _choose(menu, "As it was found, without a rule")
    journey.until(lambda: MarkKind.CHECK in _found(journey))
    assert _lanes(journey)["Edit"] == 'changes something: the name says "edit"'


def test_what_is_corrected_in_a_comparison_is_corrected_in_the_run(journey: Journey, log: Path) -> None:
    other = Path(shutil.copy(log, log.with_name("other.rlog")))
    comparison = journey.window.comparison
    comparison.start(str(other), str(log))
    journey.until(lambda: comparison.fresh and comparison.settled)
    comparison.rules.set_effect("zap", Effect.READS)
    journey.until(lambda: comparison.fresh and comparison.settled and journey.window.compare_view.why.fresh)
    comparison.end()
    journey.until(lambda: _lanes(journey).get("zap") == "reads: a rule says so")
    assert "reads: a rule says so" in _tip(journey, ZAP)
