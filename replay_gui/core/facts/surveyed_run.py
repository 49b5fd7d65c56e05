"""A run in a list of runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedRun:
    """One run, or a file that looks like one and cannot be read.

    Attributes:
        given: the path, with ``#n`` for run n of several in a file; it can be opened. name: shown to the user.
        format: "rlog", or the importer's name.
        events, calls, errors: numbers of them; errors are Error events, failed calls and denials.
        duration: ns from the first to the last time. tokens: input and output. cost: dollars. Each None if unknown.
        outcome: the verdicts of graders and how the run ended, in words; "" if unknown.
        problem: why it cannot be read; "" if it can.
    """

    given: str
    name: str
    format: str
    events: int = 0
    calls: int = 0
    errors: int = 0
    duration: int | None = None
    tokens: int | None = None
    cost: float | None = None
    problem: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class SurveyFolders:
    """The folders of the cached conversions and of the cached facts, and the file with the user's mappings."""

    conversions: str
    facts: str
    mappings: str
