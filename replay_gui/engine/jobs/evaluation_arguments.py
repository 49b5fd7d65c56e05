"""The arguments of the job that evaluates many runs."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.report.redaction_profile import RedactionProfile
from replay_gui.engine.jobs.job_types import JobArguments


class RunsReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report on many runs. `version`, `made`, `command`: as in Report. `profile`: what is hidden; None: nothing."""

    version: str
    made: int
    command: str
    profile: RedactionProfile | None = None


class EvaluationArguments(JobArguments, frozen=True, kw_only=True):
    """Read the runs of `sources`, unless that was done by the last job, and contrast them, or some of them.

    Attributes:
        reading: another number reads everything again.
        sources: files, ``FILE#n`` for one run of several, folders.
        conversions: the folder of cached conversions. mappings: the user's file of mappings.
        chosen: numbers of the runs to contrast; None: all, each task for itself where there are several.
        passed: an expression that says what passing is (see passed_expression); "": as the logs say.
        report: the report to make of all runs, instead; None: none.
    """

    job: ClassVar[str] = "evaluate"
    reading: int
    sources: tuple[str, ...]
    conversions: str
    mappings: str
    chosen: tuple[int, ...] | None = None
    passed: str = ""
    report: RunsReport | None = None
