"""The session passes answers on to the parts of the window that show them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from replay_gui.core.log.positions import Position
from replay_gui.engine.answers import RunOpened
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.marks_answer import MarksFound
from replay_gui.engine.panels.panel_messages import EndRead
from replay_gui.engine.queries.value_messages import ValueTrace
from replay_gui.engine.requests import Answer, Side
from replay_gui.models.session import Session
from tests.helpers.comparisons import facts_of
from tests.helpers.runs import synthetic_index
from tests.helpers.scripted_bridge import ScriptedBridge


def test_only_answers_about_the_run_shown_are_passed_on(qapp: QCoreApplication) -> None:
    bridge = ScriptedBridge()
    session = Session(bridge=bridge)
    session.open("/run.rlog")
    request = bridge.take("open")
    assert request is not None
    bridge.answer(request, RunOpened(facts_of("/run.rlog"), synthetic_index(51)))
    traced: list[object] = []
    ended: list[object] = []
    session.values.traced.connect(traced.append)
    session.panel_answered.connect(ended.append)
    trace, end, marks = ValueTrace(number=1), EndRead(Position(51), {}), MarksFound()
    for run, side in ((request.run - 1, Side.A), (request.run, Side.B), (request.run, Side.A)):
        assert (traced, ended, session.run_marks.found) == ([], [], None)
        for value in (trace, end, marks):
            bridge.answered.emit(Answer(run, 0, value, side))
    assert (traced, ended, session.run_marks.found) == ([trace], [end], marks)
    session.close()


def test_rules_are_written_though_the_engine_was_not_imported_yet(
    qapp: QCoreApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    session, rules = Session(bridge=EngineBridge()), tmp_path / "rules.toml"
    session.sources.request_write_rules(str(rules), ())
    assert not rules.exists(), "the event loop has not run since, so the engine is not started"
    session.close()
    assert rules.exists()
    session.sources.request_write_rules(str(tmp_path / "other.toml"), ())  # is dropped
    session.close()
    assert not (tmp_path / "other.toml").exists()
