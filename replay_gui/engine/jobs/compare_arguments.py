"""The arguments of the jobs that compare two runs, and find why they differ."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.divergence.rules.rules import Rule
from replay_gui.core.facts.run_outcome import Outcome
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.jobs.job_types import JobArguments


class ComparedRun(msgspec.Struct, frozen=True):
    """One of the two runs: its log, the folder of its index, and the stamp of the file that was opened.

    `gaps`: import notes about parts of its source that are missing in the log.
    """

    path: str
    folder: str
    stamp: tuple[int, int, int, int]
    gaps: tuple[str, ...] = ()


class CompareArguments(JobArguments, frozen=True):
    """Compare two runs by these rules and anchors; `result` is the folder for the columns."""

    job: ClassVar[str] = "compare"
    a: ComparedRun
    b: ComparedRun
    rules: tuple[Rule, ...]
    anchors: tuple[tuple[EventIndex, EventIndex], ...]
    result: str


class WhyArguments(JobArguments, frozen=True):
    """Find why the two runs of a comparison differ.

    `names`: of the runs, for the sentences. `by_hand`: outcomes that the user set for A and B.
    """

    job: ClassVar[str] = "why"
    compared: CompareArguments
    names: tuple[str, str]
    by_hand: tuple[Outcome | None, Outcome | None] = (None, None)


class ForgetArguments(JobArguments, frozen=True):
    """Release the runs that were compared last."""

    job: ClassVar[str] = "forget"
