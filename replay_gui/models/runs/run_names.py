"""Names of runs on the page of many runs that distinguish the runs that are shown together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.models.runs.runs_session import RunsSession

if TYPE_CHECKING:
    from replay_gui.core.contrast.run_profile import EvaluatedRun

_MAX_PART_CHARACTERS = 40  # of each part
_FACTS: tuple[Callable[[EvaluatedRun], str | None], ...] = (
    lambda run: run.identity.model,
    lambda run: run.identity.version,
    lambda run: run.identity.agent,
    lambda run: run.name,
)


def run_name(run: EvaluatedRun) -> str:
    """Return ``trial 2`` if the log names the trial, else the name of its file."""
    trial = run.identity.trial
    if trial is not None:
        return tr("trial {trial}", trial=one_line(trial, _MAX_PART_CHARACTERS))
    return one_line(run.name.rpartition("/")[2] or run.name, _MAX_PART_CHARACTERS)


def names_of(session: RunsSession, numbers: Sequence[int]) -> list[str]:
    """Return names for runs that are shown together: with the facts that differ, the task first, other facts last."""
    runs = [session.runs[number] for number in numbers]
    names = [run_name(run) for run in runs]
    if len({run.identity.task for run in runs}) > 1:
        names = [
            f"{one_line(run.identity.task or '?', _MAX_PART_CHARACTERS)} · {name}"
            for run, name in zip(runs, names, strict=True)
        ]
    if session.versions is not None and session.versions.fact != "trial":
        versions = map(session.version_of, numbers)
        names = [f"{name} · {of}" if of else name for of, name in zip(versions, names, strict=True)]
    for fact in _FACTS:
        values = [fact(run) for run in runs]
        if len(set(names)) < len(names) and len(set(values)) > 1:
            names = [
                f"{name} · {one_line(value or '?', _MAX_PART_CHARACTERS)}"
                for name, value in zip(names, values, strict=True)
            ]
    return names
