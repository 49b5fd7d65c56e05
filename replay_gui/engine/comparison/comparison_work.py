"""The work of a ComparisonController: exactly one of these states. The comparison that it has made is separate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.engine.comparison.early_difference import EarlyDifference
from replay_gui.engine.comparison.step_reader import StepReader
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.progress_throttle import ProgressThrottle
from replay_gui.engine.requests import Compare

if TYPE_CHECKING:
    from replay_gui.engine.comparison.trail_reader import TrailReader


@dataclass(frozen=True, slots=True)
class Resting:
    """No work is left."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A comparison begins once both runs are indexed. `early`: finds their first difference before that."""

    number: int
    request: Compare
    early: EarlyDifference


@dataclass(frozen=True, slots=True)
class ComparingRuns:
    """A worker compares the runs. `folder`: for the columns of its result."""

    number: int
    request: Compare
    jobs: JobGroup
    folder: Path
    throttle: ProgressThrottle


@dataclass(frozen=True, slots=True)
class Explaining:
    """A worker searches the reasons of the last comparison. `again`: it did before, but outcomes have changed."""

    number: int
    request: Compare
    jobs: JobGroup
    again: bool = False


@dataclass(frozen=True, slots=True)
class Superseded:
    """The result of the work under way will be dropped; a comparison of the same runs by other rules follows it."""

    under_way: ComparingRuns | Explaining
    next: Waiting


ComparisonWork: TypeAlias = Resting | Waiting | ComparingRuns | Explaining | Superseded


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeComparison:
    """The comparison made last, of the runs `a` and `b`. `trails`: of its reasons; None until they are found."""

    number: int
    request: Compare
    a: OpenRun
    b: OpenRun
    reader: StepReader
    row_indexes: RowIndexes
    trails: TrailReader | None = None
