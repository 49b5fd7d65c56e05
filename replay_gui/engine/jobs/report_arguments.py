"""The arguments of the job that makes a report."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.divergence.rules.rules import Rule
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.report.model import NotedEvents
from replay_gui.core.report.redaction_profile import RedactionProfile
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.jobs.job_types import JobArguments


class ReportedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a report: its log, its name, the file that the user opened, and its verdict if known.

    `noted`: the user's notes for the report.
    """

    log: str
    given: str
    format: str
    size: int
    verification: VerificationReport | None
    noted: tuple[NotedEvents, ...] = ()


class ReportArguments(JobArguments, frozen=True):
    """Report on one run, or on the differences of two by these rules and anchors. Other fields as in Report.

    `profile`: for redaction. `in_english`: for programs, whatever the user's language is."""

    job: ClassVar[str] = "report"
    runs: tuple[ReportedRun, ...]
    rules: tuple[Rule, ...]
    anchors: tuple[tuple[EventIndex, EventIndex], ...]
    version: str
    made: int
    command: str
    rules_file: str | None = None
    profile: RedactionProfile | None = None
    in_english: bool = False
