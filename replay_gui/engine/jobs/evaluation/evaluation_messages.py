"""The findings of a worker about the runs of an evaluation."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from replay_gui.core.contrast.call_rules import UsedRules
from replay_gui.core.contrast.consensus import Consensus
from replay_gui.core.contrast.failure_groups import FailureGroups
from replay_gui.core.contrast.run_groups import RunGroup
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.runs_picture import RunsPicture
from replay_gui.core.contrast.separators import Separation
from replay_gui.core.contrast.versions import VersionChange
from replay_gui.core.report.model import Report
from replay_gui.engine.jobs.evaluation.evaluation_arguments import FileBegun
from replay_gui.engine.jobs.job_messages import decode_value


class RunsListed(msgspec.Struct, frozen=True, tag=True):
    """Runs from number `first_run` on, at first with names only, later complete. `done` of `total` files are read."""

    done: int
    total: int
    first_run: int
    runs: tuple[EvaluatedRun, ...]


class RunsContrasted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The differences between chosen runs that passed and that failed.

    Attributes:
        outcomes: of all runs. facts: by which they can be grouped. groups: all groups by the requested fact.
        group: index of the group that was contrasted because none was chosen; None otherwise.
        change: from one version to the other; None if none are compared.
        chosen: numbers of the contrasted runs. tasks: their number of tasks; each task is contrasted separately.
        by_version: whether `separation` is of the versions instead of outcomes; "passing" means the later one.
        separation, picture: of the chosen runs. consensus: of runs of one task without any outcome; None for others.
        rules: those under which the calls were read.
        failures: packed pairs of failing and passing runs, to be compared by another job; empty for none.
    """

    outcomes: tuple[bool | None, ...]
    facts: tuple[str, ...]
    groups: tuple[RunGroup, ...]
    group: int | None
    change: VersionChange | None
    chosen: tuple[int, ...]
    tasks: int
    by_version: bool
    separation: Separation
    picture: RunsPicture
    consensus: Consensus | None
    failures: bytes
    rules: UsedRules = UsedRules()


class FailuresGrouped(msgspec.Struct, frozen=True, tag=True):
    """The chosen runs that failed, by their first reason."""

    failures: FailureGroups


class RunsReported(msgspec.Struct, frozen=True, tag=True):
    """The report on all runs."""

    report: Report


EvaluationPart: TypeAlias = RunsListed | RunsContrasted | FailuresGrouped | RunsReported
"""A part of what a job finds; the last one is its result."""


def read_part(value: msgspec.Raw) -> EvaluationPart | FileBegun:
    """Decode a part or the result; raise msgspec.ValidationError if it is neither."""
    kind = EvaluationPart | FileBegun
    part: EvaluationPart | FileBegun = decode_value(value, kind)  # type: ignore[arg-type]  # a union is not a class
    return part
