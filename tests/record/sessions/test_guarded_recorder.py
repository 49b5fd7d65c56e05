"""The recorder that agents call: any values, from any thread, without secrets."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, LogRefused, ReplayEngine, record
from replay_gui.record.sessions.guarded_recorder import GuardedRecorder


def test_values_of_any_type_and_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "canary-12345")
    path = tmp_path / "run.rlog"
    with record.run(path, config={"token": "canary-12345"}) as run:
        call = run.tool_request("f", {"x": (1, object), "t": "canary-12345"}, id="canary-12345")
        run.tool_response(call, {1, 2})
        run.patch_applied(run.patch_proposal("prompt", "p", {"new": "canary-12345"}))
        run.memory_write("k", 1 << 80)
    with EventLog.open(path) as log:
        assert ReplayEngine(log).verify().verdict == "VALID"
        assert log[2].payload["input"]["x"][0] == 1
        assert log[3].payload["output"] == [1, 2]
    assert b"canary" not in path.read_bytes()


def test_no_thread_gets_a_secret_past_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of hooks are clean when they come; what other threads write meanwhile is not."""
    monkeypatch.setenv("SOME_TOKEN", "canary-12345")

    @record.tool
    def echo(text: str) -> str:
        return text

    path = tmp_path / "run.rlog"
    with record.run(path) as run:

        def work(step: Any) -> None:
            for _ in range(100):
                step()

        steps: list[Any] = [
            lambda: echo("canary-12345"),
            lambda: run.memory_write("k", "canary-12345"),
            lambda: run.tool_request("f", "canary-12345"),
        ]
        threads = [threading.Thread(target=work, args=(step,)) for step in steps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert b"canary" not in path.read_bytes()
    with EventLog.open(path) as log:
        assert len(log) == 2 + 200 + 100 + 100
        assert ReplayEngine(log).verify().verdict == "VALID"


def test_it_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(LogRefused, match="cannot be resumed"):
        GuardedRecorder.resume(tmp_path / "run.rlog")


def test_a_crash_is_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with pytest.raises(ZeroDivisionError), record.run(path):
        1 / 0  # noqa: B018
    with EventLog.open(path) as log:
        assert [event.payload for event in log][2:] == [{"how": "crash", "why": "ZeroDivisionError: division by zero"}]
        assert ReplayEngine(log).verify().seal == "good"
