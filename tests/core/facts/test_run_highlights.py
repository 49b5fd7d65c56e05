"""The events that one looks at first, beside a plain look at the events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.facts.run_highlights import FirstPrompt, RunHighlights, highlights_of_index, prompt_text
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import build_run_index
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.jobs.job_types import TotalsArguments
from replay_gui.engine.jobs.totals_job import sum_up
from tests.engine.jobs.test_totals_job import Silent


def test_they_are_found(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        run.observation("message", "system", "You help.", time=1)
        run.observation("message", "user", "  Where?", time=2)
        run.observation("message", "user", "And when?", time=3)
        for took, success in ((5, True), (9, True), (7, False)):
            call = run.tool_request("search", {"q": took}, time=10)
            run.tool_response(call, None, error=None if success else "gone", success=success, duration=took, time=20)
    (tmp_path / "index").mkdir()
    with EventLog.open(path) as log:
        built = IndexBuilder(log, tmp_path / "index").run(lambda built: None)
        index = build_run_index(IndexView(tmp_path / "index"), built, complete=True)
    found = highlights_of_index(index)
    assert (found.first_failure, found.slowest_call, found.duration) == (9, 6, index.time.max() - index.time.min())
    assert (found.counts.calls, found.counts.failed) == (3, 1)
    assert sum_up(TotalsArguments(str(path)), Silent()).prompt == FirstPrompt(2, "Where?")  # type: ignore[arg-type]


def test_without_a_user_it_is_the_input(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        run.observation("environment", "environment", "Ready.")
        run.observation("sample", "dataset", "Is this so?")
    assert sum_up(TotalsArguments(str(path)), Silent()).prompt == FirstPrompt(2, "Is this so?")  # type: ignore[arg-type]


def test_a_run_without_them_has_none() -> None:
    assert highlights_of_index(RunIndex()) == RunHighlights()


@pytest.mark.parametrize(
    ("kind", "payload", "text"),
    [
        ("Observation", {"source": "Human", "data": [{"type": "text", "text": "Hi"}]}, "Hi"),
        ("Observation", {"source": "user", "data": "x" * 9_000}, "x" * 300),
        ("Observation", {"source": "environment", "data": "Hi"}, ""),
        ("Observation", {"source": 3, "data": "Hi"}, ""),
        ("Decision", {"source": "user", "data": "Hi"}, ""),
    ],
)
def test_what_a_user_asks_is_a_line(kind: str, payload: dict[str, Any], text: str) -> None:
    assert prompt_text(kind, payload, by_user=True) == text
