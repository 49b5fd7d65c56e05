"""The events that one looks at first, beside a plain look at the events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.facts.run_highlights import (
    FirstPrompt,
    PromptSource,
    RunHighlights,
    highlights_of_index,
    prompt_source,
    prompt_text,
)
from replay_gui.core.index import run_index
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import build_run_index
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.jobs.evaluation.totals_job import sum_up
from replay_gui.engine.jobs.job_types import TotalsArguments
from tests.helpers.fake_pool import MessageList


@pytest.mark.parametrize("part", [1, 3, 1 << 18])
def test_they_are_found(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_index, "_PART_EVENTS", part)
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        run.observation("message", "system", "You help.", time=1)
        run.observation("message", "user", "  Where?", time=2)
        run.observation("message", "user", "And when?", time=3)
        for took, success in ((5, True), (9, True), (7, False)):
            call = run.tool_request("search", {"q": took}, time=10)
            run.tool_response(call, None, error=None if success else "gone", success=success, duration=took, time=20)
        run.tool_request("search", {"q": 1}, time=21)
    (tmp_path / "index").mkdir()
    with EventLog.open(path) as log:
        built = IndexBuilder(log, tmp_path / "index").run(lambda built: None)
        index = build_run_index(IndexView(tmp_path / "index"), built, complete=True)
    found = highlights_of_index(index)
    assert (found.first_failure, found.slowest_call, found.duration) == (9, 6, index.time.max() - index.time.min())
    assert (found.counts.calls, found.counts.failed) == (4, 1)
    assert (found.unanswered, found.first_unanswered) == (1, 10)
    assert sum_up(TotalsArguments(str(path)), MessageList()).prompt == FirstPrompt(2, "Where?", PromptSource.MESSAGE)  # type: ignore[arg-type]


def test_without_a_user_it_is_the_input(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        run.observation("environment", "environment", "Ready.")
        run.observation("sample", "dataset", "Is this so?")
    assert sum_up(TotalsArguments(str(path)), MessageList()).prompt == FirstPrompt(2, "Is this so?", PromptSource.INPUT)  # type: ignore[arg-type]


def test_a_run_without_them_has_none() -> None:
    assert highlights_of_index(RunIndex()) == RunHighlights()


@pytest.mark.parametrize(
    ("kind", "payload", "source"),
    [
        ("Observation", {"source": "Human", "data": "Hi"}, PromptSource.MESSAGE),
        ("Observation", {"source": "user", "obs_type": "command", "data": "/clear"}, PromptSource.COMMAND),
        ("Observation", {"source": "dataset", "obs_type": "sample", "data": "Hi"}, PromptSource.INPUT),
        ("Observation", {"source": "task", "obs_type": "message", "data": {}}, PromptSource.TASK),
        ("Observation", {"source": "user", "obs_type": "input", "data": "Hi"}, PromptSource.MESSAGE),
        ("Observation", {"source": "user", "obs_type": "input", "data": {"args": [1]}}, PromptSource.INPUT),
        ("x:temporal/model-request", {"data": {"activity": "ask"}}, PromptSource.MODEL_REQUEST),
        ("Observation", {"source": "agent", "obs_type": "subagent-message", "data": "Hi"}, PromptSource.SUBAGENT_TASK),
        ("Observation", {"source": "environment", "data": "Hi"}, None),
        ("Observation", {"source": 3, "data": "Hi"}, None),
        ("Decision", {"source": "user", "data": "Hi"}, None),
    ],
)
def test_what_asks_the_agent(kind: str, payload: dict[str, Any], source: PromptSource | None) -> None:
    assert prompt_source(kind, payload) == source


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ([{"type": "text", "text": "Hi"}], "Hi"),
        ("x" * 9_000, "x" * 300),
        ({"prompt": "Hi", "system": "Be kind."}, "Hi"),
        ({"description": "Add it.", "expected_output": "A list."}, "Add it."),
        ({"activity": "ask", "input": {"model": "m", "input": [{"role": "user", "content": "Hi"}]}}, "Hi"),
        ([{"role": "system", "parts": []}, {"role": "user", "parts": [{"type": "text", "content": "Hi"}]}], "Hi"),
        ({"args": ["cats"], "input": 3}, "args: [cats], input: 3"),
    ],
)
def test_what_is_asked_is_a_line(data: object, text: str) -> None:
    assert prompt_text({"data": data}) == text


def test_a_command_leads_only_where_no_user_says_anything(tmp_path: Path) -> None:
    for name, text in (("said.rlog", True), ("silent.rlog", False)):
        with Recorder(tmp_path / name, agent_type="a", agent_version="1", config={}) as run:
            run.observation("command", "user", "/clear")
            if text:
                run.observation("message", "user", "Mend it.")
        prompt = sum_up(TotalsArguments(str(tmp_path / name)), MessageList()).prompt
        assert prompt == (FirstPrompt(2, "Mend it.") if text else FirstPrompt(1, "/clear", PromptSource.COMMAND))  # type: ignore[arg-type]
