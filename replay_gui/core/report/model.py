"""The one model of a report, from which every form of it is written: values alone, safe to hand to another process.

Texts in it come from logs as they are: who writes a form makes them visible, and escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.divergence.comparison import Counts, ToolDifference
from replay_gui.core.report.classify import Diagnosis
from replay_gui.core.verification.verification import INVALID, NOT_VERIFIABLE, VALID, VerificationReport

MAX_POINTS = 10_000  # divergences that a report lists; all are counted


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """One tool: requests, responses without success, denials."""

    name: str
    calls: int
    errors: int
    denied: int


@dataclass(frozen=True, slots=True)
class RunOverview:
    """What the run is about.

    Attributes:
        agent: its type, or None. first_time, last_time: earliest and latest, ns since 1970, or None.
        kinds: (name, events), most first. tools: most calls first.
    """

    agent: str | None
    first_time: int | None
    last_time: int | None
    kinds: tuple[tuple[str, int], ...]
    tools: tuple[ToolFacts, ...]

    @property
    def duration(self) -> int | None:
        """ns between the two times."""
        return None if self.first_time is None or self.last_time is None else self.last_time - self.first_time


@dataclass(frozen=True, slots=True)
class TimelineLane:
    """One line of the picture: events in each bin, and how many of them failed. `kind` names its hue and shape."""

    title: str
    kind: str
    counts: tuple[int, ...]
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TimelineCounts:
    """The run as a picture: `events` in bins of equal numbers of events, the same for each lane.

    `broken`: place of the first event that failed or mismatched, or None.
    """

    events: int
    lanes: tuple[TimelineLane, ...]
    broken: int | None


@dataclass(frozen=True, slots=True)
class BrokenEvent:
    """The first event that failed or mismatched, as it stands in the file.

    Attributes:
        index: EventIndex, from 0. offset, size: its bytes; size 0 where it is not known. time: ns since 1970, or None.
        summary: one line.
        members: (JSON Pointer, value in words) of its payload, the first ones. hidden: how many more there are.
        stored_hash, recorded_state: hex, None where it has none.
    """

    index: int
    event_id: str
    offset: int
    size: int
    kind: str
    tool: str | None
    time: int | None
    summary: str
    members: tuple[tuple[str, str], ...]
    hidden: int
    stored_hash: str | None
    recorded_state: str | None


@dataclass(frozen=True, slots=True)
class AnchorFinding:
    """What comparing with an anchor found: `good` or not, in words; the key that signed it (its id), or None."""

    good: bool
    words: str
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class RunPart:
    """One run.

    Attributes:
        format: "rlog", or an importer's name. size: of the file, bytes. timeline: None for a run without events.
        diagnosis: what the first damage is, broken: the event it is at; None where there is none.
    """

    verification: VerificationReport
    format: str
    size: int
    facts: RunOverview
    timeline: TimelineCounts | None
    diagnosis: Diagnosis | None
    broken: BrokenEvent | None
    anchor: AnchorFinding | None = None

    @property
    def foreign(self) -> bool:
        """Whether the file is of another program, so that the verdict rests on no chain."""
        return self.format != "rlog"


@dataclass(frozen=True, slots=True)
class UnreadableRun:
    """A run that could not be read, and why."""

    run: str
    why: str


@dataclass(frozen=True, slots=True)
class CausePart:
    """One cause. `position`, `position_b`: of its point in A and B, from 0. The rest as in Cause."""

    kind: str
    tool: str | None
    certain: bool
    headline: str
    details: str
    position: int
    position_b: int
    event_id: str
    consequences: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """One place at which two payloads differ: JSON Pointer and values in words, None where a side has nothing."""

    path: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class PointPart:
    """One divergence; fields as in DivergencePoint. `differences`: the first ones, `hidden`: how many more."""

    position: int
    position_b: int
    event_id: str
    change: str
    expected: str | None
    actual: str | None
    diff: str
    differences: tuple[DifferencePart, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class RulePart:
    """One rule in force. `speaks_of`: what it is about, in words."""

    action: str
    speaks_of: str
    note: str


@dataclass(frozen=True, slots=True)
class ComparisonPart:
    """Two runs side by side: the first and second of the report's runs.

    Attributes:
        causes: the weightiest first. points: the first divergences; `total` counts all. rules: those in force.
    """

    diverged: bool
    counts: Counts
    causes: tuple[CausePart, ...]
    points: tuple[PointPart, ...]
    total: int
    tools: tuple[ToolDifference, ...]
    rules: tuple[RulePart, ...]


@dataclass(frozen=True, slots=True)
class RedactionNote:
    """That the report was redacted: the profile's name, and how many texts were changed."""

    profile: str
    changed: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that is handed on.

    Attributes:
        version: of the program. made: ns since 1970. command: what makes it again, without the report's file.
    """

    version: str
    made: int
    command: str
    runs: tuple[RunPart, ...]
    unread: tuple[UnreadableRun, ...] = ()
    comparison: ComparisonPart | None = None
    redaction: RedactionNote | None = None

    @property
    def verdict(self) -> str:
        """Of all of it: the worst verdict of the runs, INVALID too where an anchor does not fit or a run is unread."""
        if self.unread or any(part.anchor is not None and not part.anchor.good for part in self.runs):
            return INVALID
        verdicts = {part.verification.verdict for part in self.runs}
        return next((verdict for verdict in (INVALID, NOT_VERIFIABLE) if verdict in verdicts), VALID)
