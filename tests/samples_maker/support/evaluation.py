"""Runs the trials in the world, records them, and grades them by what the world looks like in the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replay_gui.core.recorder.recorder import Recorder
from tests.samples_maker.dice import Dice
from tests.samples_maker.support.railway import Railway, ToolError
from tests.samples_maker.support.trials import TASKS, Called, Said, Task

_STARTED = 1_795_425_600 * 10**9  # 2026-11-23 08:00 UTC, in ns
_TASK_APART, _TRIAL_APART = 3600 * 10**9, 600 * 10**9  # ns
_SECOND = 10**9
_TOKEN_COST = 2.5e-6  # dollars
_PROMPT = "You are the support agent of a railway. Look before you act; ask before you change anything."


def write_evaluation(folder: Path) -> list[Path]:
    """Record every trial, in a folder for each task; return the logs in the order of their paths."""
    return sorted(
        _record(folder, task, trial, _STARTED + number * _TASK_APART + trial * _TRIAL_APART)
        for number, task in enumerate(TASKS)
        for trial in range(len(task.trials))
    )


def _record(folder: Path, task: Task, trial: int, started: int) -> Path:
    path = folder / task.name.replace(" ", "-") / f"trial-{trial}.rlog"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    world, dice, clock = Railway(), Dice(f"{task.name}/{trial}"), started
    config = {"model": "demo-1", "temperature": 0.7, "task_id": task.name, "trial": trial, "system": _PROMPT}
    with Recorder(path, "railway support", "1.4", config, run_id=f"{task.name}/{trial}", created=started) as run:
        context = 120  # tokens that the model has read so far
        for step in task.trials[trial]:
            clock += _SECOND + dice.skewed(0, 4 * _SECOND)
            if isinstance(step, Called):
                _call(run, world, step, clock, _SECOND // 20 + dice.skewed(0, _SECOND // 5))
            elif step.by == "user":
                run.observation("message", "user", step.text, time=clock)
            else:
                _say(run, step, context, clock)
            context += 24 if isinstance(step, Called) else 4 + len(step.text) // 4
        run.append("x:end", {"how": _end(task.trials[trial])}, time=clock)
        _grade(run, world, task, clock)
        run.seal(clock)
    return path


def _call(run: Recorder, world: Railway, step: Called, clock: int, took: int) -> None:
    request = run.tool_request(step.tool, step.input, time=clock)
    try:
        answer, error = world.tools[step.tool](**step.input), None
    except ToolError as why:
        answer, error = None, str(why)
    run.tool_response(request, answer, success=error is None, error=error, time=clock + took, duration=took)


def _say(run: Recorder, step: Said, context: int, clock: int) -> None:
    tokens = {"input": context, "output": len(step.text) // 4}
    run.decision("message", step.text, time=clock, tokens=tokens, cost=round(sum(tokens.values()) * _TOKEN_COST, 6))


def _end(steps: tuple[Any, ...]) -> str:
    handed = any(isinstance(step, Called) and step.tool == "transfer_to_human" for step in steps)
    return "handed over" if handed else "answered"


def _grade(run: Recorder, world: Railway, task: Task, clock: int) -> None:
    """Compare the world with one in which the right calls were made."""
    right = Railway()
    for step in task.right:
        right.tools[step.tool](**step.input)
    passed = world.state() == right.state()
    run.outcome(passed=passed, score=float(passed), by="state of the bookings", time=clock)
