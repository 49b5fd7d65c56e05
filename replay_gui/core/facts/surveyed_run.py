"""A run as a list of runs tells of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedRun:
    """One run, or a file that looks like one and cannot be read.

    Attributes:
        given: what opens it. name: for people. format: "rlog", or the importer's name.
        events, calls, errors: how many; errors are Error events, failed calls and denials.
        duration: ns from the first to the last time, tokens: input and output, cost: dollars; None where unknown.
        outcome: what graders say and how it ended, in words; "" where nothing is said.
        problem: why it cannot be read, or "".
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
    """Folders: conversions are kept in one, facts in another; `mappings` is the file with the user's mappings."""

    conversions: str
    facts: str
    mappings: str
