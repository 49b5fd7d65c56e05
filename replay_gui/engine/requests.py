"""The requests of the window to the engine, and the envelope of the answers."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import msgspec

from replay_gui.core.facts.fact_names import TASK, VersionPair
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.engine.follower.follow_messages import FileGrew, Followed, StopFollowing
from replay_gui.engine.panels.note_messages import NoteQuestion, NotesRead
from replay_gui.engine.panels.panel_messages import EndRead, ReadEnd, ReadFurther, ReadOn
from replay_gui.engine.queries.catalogue_messages import LocateRuns, QueryCatalogue
from replay_gui.engine.queries.report_messages import MakeReport, ReportAnswer, StopReport
from replay_gui.engine.queries.value_messages import AnyValueAnswer, AnyValueQuestion
from replay_gui.engine.sessions_messages import ListSessions, SessionsListed

if TYPE_CHECKING:  # the first window needs none of them, and importing them takes a while
    from replay_gui.core.divergence.rules.rules import Rule
    from replay_gui.core.effects.effect import Effect
    from replay_gui.core.importers.generic.mapping import Mapping
    from replay_gui.core.report.redaction_profile import RedactionProfile
    from replay_gui.core.verification.verification_report import VerificationReport
    from replay_gui.engine import answers, marks_answer
    from replay_gui.engine.comparison import why_answers
    from replay_gui.engine.evaluation_answer import CatalogueAnswer, Evaluation, RunsLocated
    from replay_gui.engine.job_group import StartedJob
    from replay_gui.engine.jobs.job_messages import JobMessage


class Side(StrEnum):
    """The side of a run: one run can be open on each. A comparison is of A and B."""

    A = "A"
    B = "B"


class Open(msgspec.Struct, frozen=True):
    """Open the file at `path`. Answer: RunOpened, then answers about the run; or an Alert, and the open run stays.

    Attributes:
        path: a file, or FILE#RUN. format: an importer's name; None: recognised by the content.
        at: the position to begin at; None: the one at which the user left the run.
        last_positions: (run id, position) of the runs of this file that the user left.
        paired: whether another run is opened at the same time, to be compared with this one.
    """

    path: str
    format: str | None = None
    at: Position | None = None
    last_positions: tuple[tuple[str, Position], ...] = ()
    paired: bool = False

    def start_of(self, run_id: str) -> Position:
        """Return the position at which the run begins, 0 or more; the run may be shorter."""
        return Position(max(0, dict(self.last_positions).get(run_id, 0) if self.at is None else self.at))


class Close(msgspec.Struct, frozen=True):
    """Close the open run and end its work. No answer."""


class Seek(msgspec.Struct, frozen=True):
    """Get the state at `position`. Answer: PositionState, repeated when a verdict changes it."""

    position: Position


class GetRows(msgspec.Struct, frozen=True):
    """Get the rows of the events start … stop - 1, as far as the run has them. Answer: Rows."""

    start: EventIndex
    stop: EventIndex


class Find(msgspec.Struct, frozen=True):
    """Search the events for `text`. Answer: SearchResult, repeatedly, or SearchFailed.

    A new search ends the last; "" only ends that.

    `number`: greater than earlier ones, so that results of an earlier search are known to be stale.
    """

    number: int
    text: str
    match_case: bool = False


class StopWork(msgspec.Struct, frozen=True):
    """End the background work. Answer: WorkEnded, and an Alert that lists the missing results."""


class CheckFile(msgspec.Struct, frozen=True):
    """Compare the file on disk with the opened one. Answer: an Alert if it has changed, else none.

    `follows`: follow a growing file instead. `reports_growth`: answer FileGrew instead if it has grown.
    """

    follows: bool = False
    reports_growth: bool = False


class Compare(msgspec.Struct, frozen=True):
    """Compare runs number `run_a` and `run_b`, once both are read: Compared, or an Alert.

    `rules`: for differences to ignore. `anchors`: pairs of event indexes that the user aligned by hand.
    """

    run_a: int
    run_b: int
    rules: tuple[Rule, ...] = ()
    anchors: tuple[tuple[EventIndex, EventIndex], ...] = ()


class GetAligned(msgspec.Struct, frozen=True):
    """Get rows start_row … stop_row - 1 of the comparison, from 0. Answer: AlignedRows."""

    start_row: int
    stop_row: int


class GetStep(msgspec.Struct, frozen=True):
    """Get the differences of the two sides of a row. Answer: Step. `states`: of the states too, which takes longer."""

    row: int
    states: bool = False


class Explain(msgspec.Struct, frozen=True):
    """Find again why the runs of the comparison differ. Answers: ReasonsAnswer."""


class SetOutcome(msgspec.Struct, frozen=True):
    """Save in the notes whether the run of a side passed, if its log does not record it; None: unknown.

    Answer: an Alert if that fails, else as for Explain.
    """

    which: Side
    passed: bool | None


class GetTrail(msgspec.Struct, frozen=True):
    """Get the steps that led to a reason. Answer: Trail.

    Attributes:
        reason: its index in the WhyResult.
        opened_a, opened_b: (start, stop) of the events that are shown although the trail would leave them out.
    """

    reason: int
    opened_a: tuple[tuple[int, int], ...] = ()
    opened_b: tuple[tuple[int, int], ...] = ()


class EvaluateRuns(msgspec.Struct, frozen=True, kw_only=True):
    """Read many runs, and find how those that passed differ. Answer: Evaluation, repeatedly until the end.

    A new evaluation ends the last one; without sources it only ends it.

    Attributes:
        number: greater than earlier ones.
        reading: if it is the same as before, the runs are not read again.
        sources, chosen, group_by, first_group, versions, passed: see EvaluationArguments.
        report: the command named in a report, to make one on all runs instead; "": none. profile: for its redaction.
        in_english: whether the report is for programs, and so in English.
    """

    number: int
    reading: int
    sources: tuple[str, ...]
    chosen: tuple[int, ...] | None = None
    group_by: str = TASK
    first_group: bool = False
    versions: VersionPair | None = None
    passed: str = ""
    report: str = ""
    profile: RedactionProfile | None = None
    in_english: bool = False


class TakeSample(msgspec.Struct, frozen=True):
    """Read the first records of a JSON Lines file. Answer: Sampled."""

    number: int
    path: str


class ReadText(msgspec.Struct, frozen=True):
    """Read the beginning and the end of any file as text. Answer: TextRead."""

    path: str


class ListFormats(msgspec.Struct, frozen=True):
    """List the importers, with those of other packages. Answer: Formats."""


class GetTotals(msgspec.Struct, frozen=True):
    """Sum up tokens and cost of the run. Answer: Totals."""


class FindMarks(msgspec.Struct, frozen=True):
    """Find the marks and the tools' effects of the run, which is whole. Answer: MarksFound. A new one ends the last."""


class CorrectEffects(msgspec.Struct, frozen=True):
    """Use these effects for the calls of these tools, by name; the effects of others are found.

    Answer: EffectsCorrected. A search for marks under way is ended without an answer.
    """

    effects: dict[str, Effect]


class ReadRules(msgspec.Struct, frozen=True):
    """Read the rules that are in force for `log`: those beside it if they are allowed, else the user's.

    `allow`: the user allows the rules beside this log, and all others in its folder, from now on. Answer: RulesRead.
    """

    log: str
    allow: bool = False


class WriteRules(msgspec.Struct, frozen=True):
    """Write all rules to the file at `path`. Answer: RulesWritten."""

    path: str
    rules: tuple[Rule, ...]


class SaveMapping(msgspec.Struct, frozen=True):
    """Save a mapping for files with such records, or remove it (None). Answer: MappingSaved with the same number."""

    number: int
    records: tuple[dict[str, Any], ...]
    mapping: Mapping | None


class ClearCache(msgspec.Struct, frozen=True):
    """Remove all entries from the caches that no open run needs. Answer: an Alert with the freed space."""


class WorkerMessage(msgspec.Struct, frozen=True):
    """A worker's message about a job; the engine puts it into its own queue."""

    job: StartedJob
    message: JobMessage


RunRequest: TypeAlias = (
    Seek
    | GetRows
    | Find
    | AnyValueQuestion
    | GetTotals
    | FindMarks
    | CorrectEffects
    | StopWork
    | CheckFile
    | StopFollowing
)
"""A request about the open run, for its controller."""

ComparisonRequest: TypeAlias = Compare | Explain | SetOutcome | GetAligned | GetStep | GetTrail
"""A request about the comparison of both sides."""

RequestBody: TypeAlias = (
    Open
    | Close
    | RunRequest
    | ComparisonRequest
    | ReadOn
    | ReadEnd
    | NoteQuestion
    | MakeReport
    | StopReport
    | EvaluateRuns
    | QueryCatalogue
    | LocateRuns
    | ListSessions
    | TakeSample
    | ReadText
    | ListFormats
    | ReadRules
    | WriteRules
    | SaveMapping
    | ClearCache
    | WorkerMessage
)


class Request(msgspec.Struct, frozen=True):
    """A request about run number `run` of a side; Open and Close have a number greater than all before of that side.

    Without a side it is about the comparison of both, and `run` is the comparison's number.
    """

    run: int
    body: RequestBody
    side: Side | None = Side.A


class WorkEnded(msgspec.Struct, frozen=True):
    """All background work has ended."""


RunAnswer: TypeAlias = (
    "answers.FactsChanged"
    " | answers.IndexGrew"
    " | Followed | FileGrew"
    " | answers.PositionState"
    " | answers.Rows"
    " | answers.SearchResult"
    " | answers.SearchFailed"
    " | answers.Totals"
    " | ReportAnswer"
    " | VerificationReport"
    " | marks_answer.MarksFound"
    " | marks_answer.EffectsCorrected"
    " | AnyValueAnswer"
    " | ReadFurther | EndRead | NotesRead"
)
"""An answer about the run that is open."""

AnswerValue: TypeAlias = (
    "RunAnswer"
    " | answers.RunOpened"
    " | answers.Progress"
    " | answers.Alert"
    " | Evaluation"
    " | CatalogueAnswer"
    " | RunsLocated"
    " | SessionsListed"
    " | answers.Sampled"
    " | answers.TextRead"
    " | answers.Formats"
    " | answers.MappingSaved"
    " | answers.RulesRead"
    " | answers.RulesWritten"
    " | answers.EarlyDifferenceFound"
    " | answers.Compared"
    " | answers.AlignedRows"
    " | answers.Step"
    " | why_answers.ReasonsAnswer"
    " | why_answers.Trail"
    " | WorkEnded"
)


class Answer(msgspec.Struct, frozen=True):
    """One of engine.answers, a VerificationReport or WorkEnded, about run `run` of a side.

    `ticket` is that of the request; 0 if it answers none. Without a side it is about comparison `run`.
    """

    run: int
    ticket: int
    value: AnswerValue
    side: Side | None = Side.A


class SendAnswer(Protocol):
    """Sends an answer about a run or a comparison to the window; ticket 0: it answers no request."""

    def __call__(self, run: int, value: AnswerValue, ticket: int = 0, /) -> None:
        """Send the answer without waiting for the window."""


class OnRunMessage(Protocol):
    """Brings a worker's message about a run or a comparison to the engine thread; called on a thread of the pool."""

    def __call__(self, run: int, job: StartedJob, message: JobMessage, /) -> None:
        """Pass the message on; must return quickly, since the pool waits."""
