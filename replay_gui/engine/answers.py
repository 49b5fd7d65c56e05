"""The answers of the engine to the window: immutable values, safe to pass between threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from replay_gui.core.log.positions import RUN_START, EventIndex, Position
from replay_gui.core.log.run_start import RunStart
from replay_gui.core.readable.reading_page import ReadingPage
from replay_gui.engine.sessions_messages import SourceAnswer

if TYPE_CHECKING:  # the first window needs none of them, and importing them takes a while
    from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
    from replay_gui.core.divergence.comparison import Comparison, Difference
    from replay_gui.core.divergence.rules.rules import Rule
    from replay_gui.core.effects.effect import EffectFinding
    from replay_gui.core.facts.event_search import SearchHit
    from replay_gui.core.facts.nesting import Nesting
    from replay_gui.core.facts.run_highlights import FirstPrompt, RunHighlights
    from replay_gui.core.facts.run_outcome import RunResult
    from replay_gui.core.facts.run_totals import ModelUse
    from replay_gui.core.facts.spending import Spending
    from replay_gui.core.importers.generic.mapping import Mapping as FieldMapping
    from replay_gui.core.index.run_index import RunIndex
    from replay_gui.core.log.event import Event
    from replay_gui.core.state.state import Path
    from replay_gui.core.state.state_changes import StateChanges


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about a run, known as soon as its header is read.

    Attributes:
        path: the file the user opened. name: its last part.
        run_id, agent_type, agent_version: as the header and the first event give them ("" if they do not).
        format: "rlog", or the importer's name. origin: "recorded" or "imported".
        source: the source of an imported run, in words; "" for a recorded one.
        notes: facts for the user, such as data that the importer did not understand, or that the state is derived.
        size: bytes of the file. created: ns since 1970, or None.
        run: the run's name in the file. runs: the names of all runs in it; empty for a log, which holds one.
        has_hashes: whether its format has any hashes by which it could be verified.
        state: of an imported run "recorded" or "derived" (see Header.state), else "".
        task, model: of the run and of its set-up, if known; else "".
        imported_from: for a file of another format, its name for people ("Claude Code"); else "".
        begin: how a run that was recorded by hooks was begun; None if that is not known.
    """

    path: str
    name: str
    run_id: str
    format: str
    origin: str
    source: str
    notes: tuple[str, ...]
    agent_type: str
    agent_version: str
    size: int
    created: int | None
    run: str = ""
    runs: tuple[str, ...] = ()
    has_hashes: bool = True
    state: str = ""
    task: str = ""
    model: str = ""
    imported_from: str = ""
    begin: RunStart | None = None

    @property
    def given(self) -> str:
        """The argument that opens this run again: the path, with the run's number if the file has several."""
        return f"{self.path}#{self.number}" if self.number else self.path

    @property
    def number(self) -> str:
        """The number of the run in a file of several; "" if it is alone."""
        return str(self.runs.index(self.run) + 1) if len(self.runs) > 1 and self.run in self.runs else ""


class RunOpened(msgspec.Struct, frozen=True):
    """Another run is open.

    Attributes:
        state: at the position to begin at, as far as the index covers it; None if it cannot be read.
        start: the position to begin at, which the index or the run may not reach.
        format: the importer that the user has chosen, or None.
    """

    facts: RunFacts
    index: RunIndex
    state: PositionState | None = None
    start: Position = RUN_START
    format: str | None = None


class FactsChanged(msgspec.Struct, frozen=True):
    """The run was shown while its file was converted; its log is whole now, and its facts are complete."""

    facts: RunFacts


class IndexGrew(msgspec.Struct, frozen=True):
    """The index covers more events than before (or is now complete).

    `first_changed`: the first event that has changed, for a file that was imported again; None: no event has.
    """

    index: RunIndex
    first_changed: EventIndex | None = None


class Related(msgspec.Struct, frozen=True):
    """Another event that is linked to the current one.

    `label`: the sort of link: caused by, asked in, answered in, led to.
    """

    label: str
    position: Position
    summary: str


class PositionState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything shown at one position.

    Attributes:
        position: number of events applied.
        event: the event just applied (see `index_before`); None at position 0.
        related: links to other events, by *position* (number of events applied just after them).
        state: the root of the state; maps and lists of core.state (read like dicts and lists), never to be changed.
        changes: the first changes of the event, in order (see EventEffect).
        trusted: False from the first broken event on: the state is then not verified.
        not_applied: why the event had no effect on the state, or None.
        pair: the answer to this request, or the request of this answer; None if there is none, or it is huge.
        more_led_to: the number of further events that it caused, beyond those in `related`.
        more_changes: the number of changes that `changes` leaves out.
        effect: the effect of the event, if it is a call.
        reading: the beginning of the event, as text for people.
        first_keys: the first SHOWN_KEYS keys, in order, of a state with more, and of changed maps in it (see WideMaps).
        content_hash: BLAKE3 of the event's content, hex; "" if it has none.
    """

    position: Position
    event: Event | None
    related: tuple[Related, ...]
    state: Mapping[str, Any]
    changes: StateChanges
    trusted: bool
    not_applied: str | None
    pair: Event | None = None
    more_led_to: int = 0
    more_changes: int = 0
    effect: EffectFinding | None = None
    reading: ReadingPage = ReadingPage()
    first_keys: Mapping[Path, list[str]] = msgspec.field(default_factory=dict)
    content_hash: str = ""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the event list.

    Attributes:
        position: number of events applied just after it (the first event is 1).
        kind: its kind. tool: its tool's name or None.
        text: one line for a person, plain text, control characters already replaced.
        time, duration: ns, or None.
        failed: an error, a denial, or a tool response without success.
        broken: it could not be read.
        label: its name for people ("Assistant", "search →"), control characters already replaced.
        effect: its effect, if it is a call.
        cause: the index of the event that it names as its cause; None if it names none, or is huge.
    """

    position: Position
    kind: str
    tool: str | None
    text: str
    time: int | None
    duration: int | None
    failed: bool
    broken: bool
    label: str
    effect: EffectFinding | None = None
    cause: EventIndex | None = None


class Rows(msgspec.Struct, frozen=True):
    """Rows start … start + len(rows) - 1, row i for the event with the index i."""

    start: EventIndex
    rows: tuple[EventRow, ...]


class SearchResult(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of search `number`.

    Attributes:
        hits: those since the last SearchResult, in the order of the log. count: all so far, even if not kept.
        done, total: bytes. ended: whether this is the last answer.
    """

    number: int
    hits: tuple[SearchHit, ...]
    count: int
    done: int
    total: int
    ended: bool


class SearchFailed(msgspec.Struct, frozen=True, kw_only=True):
    """Why search `number` failed; the last answer."""

    number: int
    problem: str


class Sampled(SourceAnswer, frozen=True):
    """The first records of a file, the answer to the sample request `number`.

    Attributes:
        problem: why there are none, or why the saved mappings cannot be read; else "".
        mapping: the mapping that the user saved for such records, or None.
    """

    number: int
    records: tuple[dict[str, Any], ...]
    problem: str = ""
    mapping: FieldMapping | None = None


class TextRead(SourceAnswer, frozen=True):
    """The beginning and the end of a file as text, which may be hostile. `problem`: why it cannot be read, or ""."""

    path: str
    text: str
    problem: str = ""


class MappingSaved(SourceAnswer, frozen=True):
    """The answer to SaveMapping `number`. `problem`: why it was not saved, or ""."""

    number: int
    problem: str = ""


class RulesRead(SourceAnswer, frozen=True, kw_only=True):
    """The rules for `log`, with those that are switched off.

    Attributes:
        path: the file that they come from; None if there is none or it is invalid.
        problem: why a file is not in force, or "".
        unused, unused_count: the file beside the log that the user has not allowed, or None; its number of rules.
    """

    log: str
    path: str | None
    rules: tuple[Rule, ...]
    problem: str = ""
    unused: str | None = None
    unused_count: int = 0


class RulesWritten(SourceAnswer, frozen=True):
    """The answer to WriteRules for the file at `path`. `problem`: why it was not written, or ""."""

    path: str
    problem: str = ""


class Formats(SourceAnswer, frozen=True):
    """(name, title) of every importer, by title."""

    formats: tuple[tuple[str, str], ...]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The usage of the run, by model (empty if unknown) and over time, and its subagents.

    `result`: its outcome and end; None if they were not read. `prompt`: the user's first prompt.
    `models`: those to which the run changed, also if their usage is unknown.
    `highlights`: its counts, and its most important events.
    """

    uses: tuple[ModelUse, ...]
    spending: Spending
    nesting: Nesting
    result: RunResult | None = None
    prompt: FirstPrompt | None = None
    models: tuple[str, ...] = ()
    highlights: RunHighlights | None = None


class Progress(msgspec.Struct, frozen=True):
    """The progress of a background job. `job` is a phrase ("Verifying"); total 0 = unknown; eta in seconds or None."""

    job: str
    done: int
    total: int
    eta: float | None


OPEN_AS, SHOW_TEXT = "open as…", "show as text"  # actions on a file that no importer could read


class Alert(msgspec.Struct, frozen=True):
    """A message for the user, shown as a banner.

    Attributes:
        severity: "info", "warning" or "error". actions: the names of the actions offered, such as "reload".
        path: the file that could not be opened; "" if the message is about something else.
    """

    severity: str
    text: str
    actions: tuple[str, ...] = ()
    path: str = ""


class ComparisonAnswer(msgspec.Struct, frozen=True):
    """The base of the answers about the comparison of both sides."""


class EarlyDifferenceFound(ComparisonAnswer, frozen=True):
    """The index of the first event whose content differs, in both runs, which are still being read."""

    index: EventIndex


class Compared(ComparisonAnswer, frozen=True, eq=False):
    """The comparison of the runs of both sides; took_ms: how long it took."""

    comparison: Comparison
    row_indexes: RowIndexes
    took_ms: float


class AlignedRow(msgspec.Struct, frozen=True):
    """One row of the split view; a side without an event there is None.

    `marked_a`, `marked_b`: (start, stop) of the characters of the side's text that the other does not have.
    """

    a: EventRow | None
    b: EventRow | None
    marked_a: tuple[tuple[int, int], ...] = ()
    marked_b: tuple[tuple[int, int], ...] = ()


class AlignedRows(ComparisonAnswer, frozen=True):
    """Rows first_row … first_row + len(rows) - 1 of the comparison, from 0."""

    first_row: int
    rows: tuple[AlignedRow, ...]


class Step(ComparisonAnswer, frozen=True, kw_only=True):
    """The differences of the two sides of a row.

    Attributes:
        row: the row. index_a, index_b: of the events compared, NO_EVENT if a side has none; a moved event is
            compared with its counterpart in another row.
        a, b: the events, or None.
        request: the text of the requests that both events answer, if the two texts are equal; else "".
        payload: differences of their payloads. payload_equal: the payload's members that are equal.
        position_a, position_b: the positions whose states are compared.
        has_states: whether the states were compared; the next three are empty if not.
        state: differences of those states. state_equal: the top members that are equal.
        state_cut: whether there are more differences of the state than these.
    """

    row: int
    index_a: EventIndex
    index_b: EventIndex
    a: Event | None
    b: Event | None
    request: str
    payload: tuple[Difference, ...]
    payload_equal: Mapping[str, Any]
    position_a: Position
    position_b: Position
    has_states: bool
    state: tuple[Difference, ...]
    state_equal: Mapping[str, Any]
    state_cut: bool
