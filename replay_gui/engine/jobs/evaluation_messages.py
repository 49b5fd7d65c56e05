"""What a worker finds of the runs of an evaluation."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from replay_gui.core.contrast.failure_groups import FailureGroups
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.runs_picture import RunsPicture
from replay_gui.core.contrast.separators import Separation
from replay_gui.core.contrast.tasks import TaskRuns
from replay_gui.core.report.model import Report


class RunsListed(msgspec.Struct, frozen=True, tag=True):
    """Runs from number `first` on: their names only at first, later everything. `done` of `total` files are read."""

    done: int
    total: int
    first: int
    runs: tuple[EvaluatedRun, ...]


class RunsContrasted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What separates the chosen runs.

    Attributes:
        outcomes: of all runs. tasks: all of them, flaky ones first.
        chosen: numbers of the runs that were contrasted. per_task: whether tasks were kept apart.
        separation, picture: of the chosen runs.
    """

    outcomes: tuple[bool | None, ...]
    tasks: tuple[TaskRuns, ...]
    chosen: tuple[int, ...]
    per_task: bool
    separation: Separation
    picture: RunsPicture


class FailuresGrouped(msgspec.Struct, frozen=True, tag=True):
    """The chosen runs that failed, by their first reason."""

    failures: FailureGroups


class RunsReported(msgspec.Struct, frozen=True, tag=True):
    """The report on all runs."""

    report: Report


EvaluationPart: TypeAlias = RunsListed | RunsContrasted | FailuresGrouped | RunsReported
"""A part of what a job finds; the last one is its result."""


def read_part(value: msgspec.Raw) -> EvaluationPart:
    """Decode a part; msgspec.ValidationError where it is none."""
    part: EvaluationPart = msgspec.msgpack.decode(value, type=EvaluationPart)
    return part
