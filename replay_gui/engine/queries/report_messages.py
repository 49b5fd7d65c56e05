"""The requests for a report on the open run or on the comparison, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from replay_gui.core.log.positions import EventIndex

if TYPE_CHECKING:  # the first window needs none of it
    from replay_gui.core.divergence.rules.rules import Rule
    from replay_gui.core.report.model import NotedEvents, Report
    from replay_gui.core.report.redaction_profile import RedactionProfile
    from replay_gui.core.verification.verification_report import VerificationReport


class MakeReport(msgspec.Struct, frozen=True, kw_only=True):
    """Make a report on the run, or on the comparison of both runs. Answers: ReportAnswer.

    `number` identifies the report. verifications: of the runs, None if not known yet. `made`: ns since 1970.
    profile: for redaction; None: hide nothing. noted: the user's notes on the run of side A, to be included.
    in_english: for programs, whatever the user's language is.
    """

    number: int
    verifications: tuple[VerificationReport | None, ...]
    command: str
    made: int
    rules: tuple[Rule, ...] = ()
    anchors: tuple[tuple[EventIndex, EventIndex], ...] = ()
    rules_file: str | None = None
    profile: RedactionProfile | None = None
    noted: tuple[NotedEvents, ...] = ()
    in_english: bool = False


class StopReport(msgspec.Struct, frozen=True):
    """Stop making a report. No answer."""


class ReportProgress(msgspec.Struct, frozen=True):
    """The progress of report `number`, in any unit; total 0 = unknown."""

    number: int
    done: int
    total: int


class Reported(msgspec.Struct, frozen=True):
    """Report `number` is made."""

    number: int
    report: Report


class NotReported(msgspec.Struct, frozen=True):
    """Report `number` cannot be made, because of this problem."""

    number: int
    problem: str


ReportAnswer: TypeAlias = ReportProgress | Reported | NotReported
