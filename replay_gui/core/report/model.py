"""The content of a report, from which every format is written: plain values that can be sent to another process.

Texts may contain text of a log: the code that writes a format must make them visible and escape them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from replay_gui.core.divergence.compared_content import ComparedContent
from replay_gui.core.divergence.comparison import Counts, ToolDifference
from replay_gui.core.facts.run_measures import RunCounts, TokenCounts
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.origin import Origin
from replay_gui.core.reasons.reason import ReasonKind
from replay_gui.core.reasons.why_result import ActionRow
from replay_gui.core.report.classify import Diagnosis
from replay_gui.core.report.runs.contrast_model import ContrastPart
from replay_gui.core.translation.messages import tr
from replay_gui.core.verification.verification_report import INVALID, NOT_VERIFIABLE, VALID, VerificationReport

MAX_POINTS = 10_000  # divergences that a report lists; all of them are counted


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """The counts of one tool: requests, failed responses, denials."""

    name: str
    calls: int
    errors: int
    denied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOverview:
    """The facts of a run.

    Attributes:
        agent: type of the agent, or None. first_time, last_time: earliest and latest, ns since 1970, or None.
        duration: ns, or None.
        kinds: (name, events), most frequent first. tools: most calls first.
        counts: calls and failures. tokens, cost: of all models. result: outcome and end.
    """

    agent: str | None
    first_time: int | None
    last_time: int | None
    duration: int | None
    kinds: tuple[tuple[str, int], ...]
    tools: tuple[ToolFacts, ...]
    counts: RunCounts = field(default_factory=RunCounts)
    tokens: TokenCounts = field(default_factory=TokenCounts)
    cost: float | None = None
    result: RunResult = field(default_factory=RunResult)


@dataclass(frozen=True, slots=True)
class TimelineLane:
    """One lane: events in each bin, and how many of them failed. `kind` gives its colour and shape.

    `title`: the name of a tool, or a message in English.
    """

    title: str
    kind: str
    counts: tuple[int, ...]
    failed: tuple[int, ...]

    @property
    def shown_title(self) -> str:
        """The title in the user's language."""
        return self.title if self.kind == Kind.TOOL_REQUEST else tr(self.title)


@dataclass(frozen=True, slots=True)
class TimelineCounts:
    """The content of the timeline: `events` in bins of equal numbers of events, the same for each lane.

    `broken`: index of the first event that failed or mismatched, or None.
    """

    events: int
    lanes: tuple[TimelineLane, ...]
    broken: EventIndex | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenEvent:
    """The first event that failed or mismatched, in the form in the file.

    Attributes:
        index: EventIndex, from 0. offset, size: its bytes; size 0 if unknown. time: ns since 1970, or None.
        summary: one line.
        members: the first (JSON Pointer, value as text) of its payload. hidden: number of further ones.
        stored_hash, recorded_state: hex, None if there is none.
    """

    index: EventIndex
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
    """The result of comparing with an anchor. `words`: a sentence. `signed_by`: id of the signing key, or None."""

    good: bool
    words: str
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class NotedEvents:
    """A note of the user on the events first … last; `text`: "" for a bookmark."""

    first: EventIndex
    last: EventIndex
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    """The part of a report about one run.

    Attributes:
        format: "rlog", or an importer's name. size: of the file, bytes. timeline: None for a run without events.
        noted: the user's notes, in the order of the events.
        diagnosis: the first damage. broken: the damaged event. Both None if there is no damage.
    """

    verification: VerificationReport
    format: str
    size: int
    facts: RunOverview
    timeline: TimelineCounts | None
    diagnosis: Diagnosis | None
    broken: BrokenEvent | None
    anchor: AnchorFinding | None = None
    noted: tuple[NotedEvents, ...] = ()

    @property
    def foreign(self) -> bool:
        """Whether the file has another program's format, so that no hash chain supports the verdict."""
        return self.format != OWN_FORMAT


@dataclass(frozen=True, slots=True)
class UnreadableRun:
    """A run that could not be read, and why."""

    run: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePart:
    """One cause. index_a, index_b: of its event in A and B, NO_EVENT if there is none. Other fields as in Cause."""

    kind: str
    tool: str | None
    certain: bool
    headline: str
    details: str
    index_a: EventIndex
    index_b: EventIndex
    event_id: str
    consequences: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """One difference of two payloads: JSON Pointer, and values as text, None if a side has no value."""

    path: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPart:
    """One divergence; index_a, index_b: its `position` and `position_b`; other fields as in DivergencePoint.

    `differences`: the first ones; `hidden`: number of further ones.
    """

    index_a: EventIndex
    index_b: EventIndex
    event_id: str
    change: str
    expected: str | None
    actual: str | None
    diff: str
    differences: tuple[DifferencePart, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class RulePart:
    """One enabled rule. `speaks_of`: the events that it applies to, in words."""

    action: str
    speaks_of: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonPart:
    """One reason; fields as in Reason, without the inputs. `chips`: its kind and what led to it, in words."""

    kind: ReasonKind
    sentence: str
    details: tuple[str, ...]
    chips: tuple[str, ...]
    tool: str | None
    index_a: EventIndex | None
    index_b: EventIndex | None
    path: str | None
    origins: tuple[Origin, ...]
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPart:
    """The part of a report about the reasons for different outcomes.

    Attributes:
        heading: of the section. reasons: the most important first. words: a sentence if there are none.
        set_aside: the differences that are not reasons, in words. actions, more_actions, limits: as in WhyResult.
    """

    heading: str
    reasons: tuple[ReasonPart, ...]
    words: str
    set_aside: str
    actions: tuple[ActionRow, ...]
    more_actions: int
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPart:
    """The part of a report about the comparison of its first two runs.

    Attributes:
        diverged: whether the content differs, a step or the outcome.
        causes: the most important first. points: the first divergences; `total` counts all.
        rules: the enabled ones. rules_file: the file with them; None if they are in no file.
        first: index in A and B of the first divergence, NO_EVENT if a side has none; None if no step differs.
        content: what was compared. results: outcome and end of both runs, and whether they are equal.
        why: the reasons for different outcomes; None for runs that are the same.
    """

    diverged: bool
    counts: Counts
    causes: tuple[CausePart, ...]
    points: tuple[PointPart, ...]
    total: int
    tools: tuple[ToolDifference, ...]
    rules: tuple[RulePart, ...]
    rules_file: str | None = None
    first: tuple[EventIndex, EventIndex] | None = None
    content: ComparedContent = field(default_factory=ComparedContent)
    results: tuple[RunResult, RunResult] = field(default_factory=lambda: (RunResult(), RunResult()))
    results_equal: bool = True
    why: WhyPart | None = None


@dataclass(frozen=True, slots=True)
class RedactionNote:
    """The redaction of the report: name of the profile, and number of changed texts."""

    profile: str
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report.

    Attributes:
        version: of the program. made: ns since 1970. command: command line that leads to the same verdict.
    """

    version: str
    made: int
    command: str
    runs: tuple[RunPart, ...]
    unread: tuple[UnreadableRun, ...] = ()
    comparison: ComparisonPart | None = None
    contrast: ContrastPart | None = None
    redaction: RedactionNote | None = None

    @property
    def verdict(self) -> str:
        """The worst verdict of the runs; also INVALID if an anchor does not match or a run cannot be read."""
        if self.unread or any(part.anchor is not None and not part.anchor.good for part in self.runs):
            return INVALID
        verdicts = {part.verification.verdict for part in self.runs}
        return next((verdict for verdict in (INVALID, NOT_VERIFIABLE) if verdict in verdicts), VALID)
