"""The states of a RerunProcess, which holds exactly one of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from replay_gui.models.rerun.rerun_files import RerunFiles
from replay_gui.models.rerun.rerun_plan import RerunPlan
from replay_gui.record.child.rerun_report import RerunReport


@dataclass(frozen=True, slots=True)
class NotRun:
    """No agent was run again yet."""


@dataclass(frozen=True, slots=True)
class PreparingRerun:
    """The files are written before the agent starts. cancelled: whether it will not start."""

    plan: RerunPlan
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class RunningAgain:
    """The agent runs, or its last state is being read.

    Attributes:
        cancelled: whether the user ends it. problem: why it could not be started, or "".
    """

    plan: RerunPlan
    files: RerunFiles
    cancelled: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RerunEnded:
    """The agent has ended.

    Attributes:
        new: path of its log; "." if it was not prepared. report: the verdict; None if there is none.
        cancelled: whether the user ended it. problem: why it could not be started, or "".
    """

    new: Path = Path()
    report: RerunReport | None = None
    cancelled: bool = False
    problem: str = ""


RerunProgress: TypeAlias = NotRun | PreparingRerun | RunningAgain | RerunEnded
