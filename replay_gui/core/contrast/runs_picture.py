"""The picture of many runs: one row per run, one column per different call, in the order of the calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import Any

import msgspec

from replay_gui.core.contrast.features.feature import FeatureKind
from replay_gui.core.contrast.run_profile import RunStep
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.separators import Separation, Separator, Share
from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.call_values import input_leaves, is_name
from replay_gui.core.effects.effect import READING_EFFECTS, Effect
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.log.positions import EventIndex

MAX_ROWS, MAX_COLUMNS = 200, 60
_MAX_MARKED_SEPARATORS = 3  # separators that mark a column, at most one each
_MAX_CANDIDATES = 12  # number of first separators from which they are chosen
_MIN_CLEARNESS = 2 / 3  # the least strength, as a share of the clearest separator's
_MAX_VALUES = 6  # arguments in the head of a column
_OF_ANSWERS = (FeatureKind.UNRECOVERED, FeatureKind.FAILED, FeatureKind.LOOP)  # these are not shown as done or not done
_MIN_SIMILARITY = 0.15  # of two inputs; from here on they count as one call with other arguments


class CellState(StrEnum):
    """What a run did of a column's call; a run without such a call has no cell."""

    SAME = "same"  # as in most passing runs, or in most runs if no passing run made it
    OTHER_ARGUMENTS = "other arguments"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class PictureCell:
    """One cell. row, column: indexes in the picture. number: of the call in its run, from 1. index: its event."""

    row: int
    column: int
    state: CellState
    number: int
    index: EventIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureColumn:
    """One column.

    Attributes:
        tool, label, effect: of the call that SAME refers to. values: those of its arguments, without their names.
        passing, failing: the numbers of shown runs that made exactly that call without an error.
        separator: index of the separator that it shows; None if it shows none.
    """

    tool: str
    label: str
    values: str
    effect: str
    passing: Share
    failing: Share
    separator: int | None

    @property
    def title(self) -> str:
        """``cancel_reservation · K3VQ2T``: the tool, and the values of its arguments."""
        return f"{self.tool} · {self.values}" if self.values else self.tool

    @property
    def acts(self) -> bool:
        """Return whether the call may do more than read, note or ask."""
        return self.effect not in READING_EFFECTS


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One run: its number and its outcome."""

    run: int
    passed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPicture:
    """The picture: failing runs above passing ones; those without an outcome are last.

    Attributes:
        cells: by row, then by column. more_rows, more_columns: the numbers of those not shown.
    """

    rows: tuple[PictureRow, ...]
    columns: tuple[PictureColumn, ...]
    cells: tuple[PictureCell, ...]
    more_rows: int
    more_columns: int


@dataclass(slots=True, kw_only=True)
class _Column:
    """A column while it is built: requests, and the first step of each run in it, with its number."""

    requests: set[str] = field(default_factory=set)
    steps: dict[int, tuple[int, RunStep]] = field(default_factory=dict)
    standard: RunStep | None = None
    separator: int | None = None
    shared: Counter[Any] = field(default_factory=Counter)  # number of columns of the tool with each leaf of the input
    common: set[Any] = field(default_factory=set)  # leaves that it has in common with columns of the same first value

    @property
    def place(self) -> float:
        return median(number for number, _ in self.steps.values())

    @property
    def worked(self) -> bool:
        return any(step.ok for _, step in self.steps.values())


def runs_picture(
    runs: RunSet,
    outcomes: Outcomes,
    chosen: Sequence[int],
    separation: Separation,
    max_columns: int = MAX_COLUMNS,
    *,
    redact: Callable[[RunStep], RunStep] | None = None,
) -> RunsPicture:
    """Return the picture of the chosen runs, such as those of one task, with at most `max_columns` columns.

    `redact`: returns a copy of a call without hidden values.
    """
    ranks = {False: 0, True: 1, None: 2}
    ordered = sorted(chosen, key=lambda run: ranks[outcomes[run]])
    shown = _shown(ordered, outcomes)
    steps = dict(zip(shown, runs.read_steps(shown), strict=True))
    columns = _merged(_columns(steps), outcomes)
    for column in columns:
        column.standard = _standard(column, outcomes)
    _find_shared(columns)
    _mark(columns, separation)
    kept = _kept(columns)[:max_columns]
    kept.sort(key=lambda column: column.place)
    groups = [Counter(outcomes[run] for run in shown)[outcome] for outcome in (True, False)]
    rows = {run: row for row, run in enumerate(shown)}
    cells = [
        PictureCell(rows[run], number, _state(column, step), at, EventIndex(step.index))
        for number, column in enumerate(kept)
        for run, (at, step) in column.steps.items()
    ]
    return RunsPicture(
        rows=tuple(PictureRow(run, outcomes[run]) for run in shown),
        columns=tuple(_finished(column, outcomes, groups, redact) for column in kept),
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
        more_rows=len(ordered) - len(shown),
        more_columns=len(columns) - len(kept),
    )


def _shown(ordered: Sequence[int], outcomes: Outcomes) -> list[int]:
    """Return the runs to show: all, or a sample with the same share of each outcome, spread over all runs."""
    if len(ordered) <= MAX_ROWS:
        return list(ordered)
    shown = []
    for outcome in (False, True, None):
        group = [run for run in ordered if outcomes[run] is outcome]
        count = round(MAX_ROWS * len(group) / len(ordered))
        shown += [group[place * len(group) // count] for place in range(count)]
    return shown


def _columns(steps: dict[int, tuple[RunStep, ...]]) -> list[_Column]:
    """Return a column for each different call; the agent's notes to itself are left out."""
    columns: dict[str, _Column] = defaultdict(_Column)
    for run, calls in steps.items():
        for number, step in enumerate(calls, 1):
            if step.effect != Effect.NOTES:
                column = columns[step.request]
                column.requests.add(step.request)
                known = column.steps.get(run)
                if known is None or (known[1].ok is False and step.ok):  # a success is the better example
                    column.steps[run] = number, step
    return list(columns.values())


def _merged(columns: list[_Column], outcomes: Outcomes) -> list[_Column]:
    """Put similar calls of one tool that no run made both into one column; those of passing runs come first."""
    by_tool: dict[str, list[_Column]] = defaultdict(list)
    weight = {True: 2, False: 1, None: 1}
    for column in columns:
        by_tool[next(iter(column.steps.values()))[1].tool].append(column)
    merged = []
    for group in by_tool.values():
        group.sort(key=lambda column: -sum(weight[outcomes[run]] for run in column.steps))
        kept: list[tuple[_Column, set[Any]]] = []
        for column in group:
            leaves = _leaves(next(iter(column.steps.values()))[1])
            homes = [
                (other.worked == column.worked, _likeness(leaves, others), -number)
                for number, (other, others) in enumerate(kept[:MAX_COLUMNS])
                if not other.steps.keys() & column.steps.keys() and _likeness(leaves, others) >= _MIN_SIMILARITY
            ]
            home = kept[-max(homes)[2]][0] if homes else None
            if home is None:
                kept.append((column, leaves))
            else:
                home.requests |= column.requests
                home.steps |= column.steps
        merged += [column for column, _ in kept]
    return merged


def _find_shared(columns: list[_Column]) -> None:
    """Count the columns of a tool with each argument: rare arguments distinguish the columns."""
    shared: dict[str, Counter[Any]] = defaultdict(Counter)
    for column in columns:
        if column.standard is not None:
            shared[column.standard.tool].update(_leaves(column.standard))
    alike: dict[tuple[str, str], list[_Column]] = defaultdict(list)
    for column in columns:
        if column.standard is not None:
            column.shared = shared[column.standard.tool]
            alike[column.standard.tool, _values(column.standard, column).partition(", ")[0]].append(column)
    for group in alike.values():
        leaves = [_leaves(column.standard) for column in group if column.standard is not None]
        for column in group if len(group) > 1 else ():
            column.common = set.intersection(*leaves)


def _leaves(step: RunStep) -> set[Any]:
    if step.input is None:
        return set()
    return {(path, msgspec.json.encode(value)) for path, value in input_leaves(msgspec.json.decode(step.input))}


def _values(step: RunStep, column: _Column) -> str:
    """Return the values of the arguments for the head of a column; the label if they are not kept, or are code.

    Values in the fewest columns of the tool come first, and among them names before dates and words; but no value that
    would leave two columns with one name.
    """
    if step.input is None or runs_code(step.tool):
        return step.label
    leaves = input_leaves(msgspec.json.decode(step.input))

    def place(leaf: tuple[str, Any]) -> tuple[bool, int, bool]:
        key = leaf[0], msgspec.json.encode(leaf[1])
        return key in column.common, column.shared[key], not is_name(leaf[1])

    leaves.sort(key=place)
    return ", ".join(answer_text(value) for _, value in leaves[:_MAX_VALUES])


def _likeness(a: set[Any], b: set[Any]) -> float:
    """Return the share of leaves that two inputs have in common; 0 for inputs without any."""
    return len(a & b) / len(a | b) if a and b else 0.0


def _standard(column: _Column, outcomes: Outcomes) -> RunStep:
    """Return the call that most passing runs made; if none did, the call that most runs made."""
    of_passing = [step for run, (_, step) in column.steps.items() if outcomes[run] is True and step.ok is not False]
    calls = of_passing or [step for _, step in column.steps.values()]
    request = Counter(step.request for step in calls).most_common(1)[0][0]
    return next(step for step in calls if step.request == request)


def _mark(columns: list[_Column], separation: Separation) -> None:
    """Mark the columns that show the first separators of calls: those with the event at which the feature begins."""
    shown = [
        (number, separator.strength, marked)
        for number, separator in enumerate(separation.separators[:_MAX_CANDIDATES])
        if separator.feature.kind not in _OF_ANSWERS and (marked := _columns_of(separator, columns))
    ]
    clearest = max((strength for _, strength, _ in shown), default=0.0)
    for number, strength, marked in shown[:_MAX_MARKED_SEPARATORS]:
        for column in marked if strength >= _MIN_CLEARNESS * clearest else ():
            if column.separator is None:
                column.separator = number


def _columns_of(separator: Separator, columns: list[_Column]) -> list[_Column]:
    """Return the columns with the event at which a separator's feature begins; [] if it is not about a call."""
    at = separator.passed_example or separator.failed_example
    if at is None:
        return []
    return [column for column in columns if at.run in column.steps and column.steps[at.run][1].index == at.index]


def _kept(columns: list[_Column]) -> list[_Column]:
    """Return the columns to show: first those that separate, then those that change something, then frequent ones."""

    def importance(column: _Column) -> tuple[bool, bool, int]:
        changes = column.standard is not None and column.standard.effect == Effect.CHANGES
        return column.separator is None, not changes, -len(column.steps)

    return sorted(columns, key=importance)[:MAX_COLUMNS]


def _state(column: _Column, step: RunStep) -> CellState:
    if step.ok is False:
        return CellState.ERROR
    is_same = column.standard is not None and step.request == column.standard.request
    return CellState.SAME if is_same else CellState.OTHER_ARGUMENTS


def _finished(
    column: _Column, outcomes: Outcomes, groups: list[int], redact: Callable[[RunStep], RunStep] | None
) -> PictureColumn:
    standard = column.standard
    assert standard is not None  # each column has its number now
    same = Counter(outcomes[run] for run, (_, step) in column.steps.items() if _state(column, step) is CellState.SAME)
    shown_step = standard if redact is None else redact(standard)
    return PictureColumn(
        tool=standard.tool,
        label=shown_step.label,
        values=_values(shown_step, column),
        effect=standard.effect,
        passing=Share(same[True], groups[0]),
        failing=Share(same[False], groups[1]),
        separator=column.separator,
    )
