"""Logs of an evaluation made up for tests: tasks of an airline desk, some trials of each, with outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replay_gui.core.recorder.recorder import Recorder
from tests.helpers.logs import SECOND

START = 1_700_000_000 * SECOND
STEP = SECOND


@dataclass(frozen=True)
class MadeCall:
    """A call to record. `error`: None for success."""

    tool: str
    input: dict[str, Any]
    output: Any = "done"
    error: str | None = None


LOOK = MadeCall("get_user_details", {"user_id": "mia_li_3668"}, {"reservations": ["Z7GOZK"]})
CANCEL = MadeCall("cancel_reservation", {"reservation_id": "Z7GOZK", "reason": "illness"}, {"status": "cancelled"})
SEND = MadeCall("send_certificate", {"user_id": "mia_li_3668", "amount": 150}, "certificate sent")


def write_run(
    path: Path,
    calls: list[MadeCall],
    *,
    task: str | None = "refund",
    trial: int = 0,
    passed: bool | None = True,
    score: float | None = None,
    says: str = "Done.",
    config: dict[str, Any] | None = None,
) -> Path:
    """Record a run that makes these calls, one per second, with an outcome if `passed` or `score` is given."""
    time = START
    setting = {"model": "gpt-4o", **({"task_id": task} if task is not None else {}), **(config or {})}
    with Recorder(path, "desk", "1.0", setting, run_id=f"{task}/{trial}", created=time) as run:
        run.observation("message", "user", "I am mia_li_3668; help me.", time=time)
        for made in calls:
            time += STEP
            call = run.tool_request(made.tool, made.input, time=time)
            time += STEP
            run.tool_response(call, made.output, success=made.error is None, error=made.error, time=time)
        run.decision("message", says, time=time, tokens={"input": 100, "output": 20}, cost=0.001)
        if passed is not None or score is not None:
            run.outcome(passed=passed, score=score, by="made up", time=time)
        run.seal(time)
    return path


def one_tool_shows_another(number: int) -> list[MadeCall]:
    """tool_2 changes what tool_1 reads."""
    before = {"id": number, "state": "open", "by": "x", "a": 1, "b": 2, "c": 3}
    return [
        MadeCall("tool_1", {"id": number}, before),
        MadeCall("tool_2", {"id": number, "state": "closed"}, {**before, "state": "closed"}),
        MadeCall("tool_1", {"id": number}, {**before, "state": "closed"}),
    ]


def write_evaluation(folder: Path) -> Path:
    """Two tasks of four trials: who cancels passes the first; who sends a certificate passes the second.

    The third task has one trial, which passes.
    """
    folder.mkdir(exist_ok=True)
    for trial, calls in enumerate(([LOOK, CANCEL], [LOOK], [LOOK, CANCEL], [])):
        write_run(folder / f"refund-{trial}.rlog", calls, trial=trial, passed=CANCEL in calls)
    for trial, calls in enumerate(([SEND], [LOOK, SEND], [LOOK], [SEND])):
        write_run(folder / f"sorry-{trial}.rlog", calls, task="sorry", trial=trial, passed=SEND in calls)
    write_run(folder / "hello.rlog", [], task="hello")
    return folder


def write_versions(folder: Path) -> Path:
    """Two models on two tasks, two trials each: the new one no longer cancels, which fails the first task."""
    folder.mkdir(exist_ok=True)
    for model, calls in (("old", [LOOK, CANCEL]), ("new", [LOOK])):
        for trial in range(2):
            for task, passed in (("refund", CANCEL in calls), ("look", True)):
                path = folder / f"{model}-{task}-{trial}.rlog"
                write_run(path, calls, task=task, passed=passed, config={"model": model, "trial": trial})
    return folder
