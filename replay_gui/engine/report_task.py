"""What a worker is told to report on."""

from __future__ import annotations

import msgspec

from replay_gui.core.divergence.rules import Rule
from replay_gui.core.verification.verification import VerificationReport


class ReportedRun(msgspec.Struct, frozen=True):
    """One run to report on: its log, what the user calls it and has, and the verdict, if it is known already."""

    log: str
    given: str
    format: str
    size: int
    verification: VerificationReport | None


class ReportTask(msgspec.Struct, frozen=True):
    """What to report: one run, or how two differ by these rules and anchors. The rest as in Report."""

    runs: tuple[ReportedRun, ...]
    rules: tuple[Rule, ...]
    anchors: tuple[tuple[int, int], ...]
    version: str
    made: int
    command: str
