"""The data of a report about many runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparatorPart:
    """One separator of runs. Fields as in Separator; `chance` and `also` in words.

    `tasks`: the number of tasks within which it was tested; None if there is one group of runs.
    """

    title: str
    sentence: str
    kind: str
    passing: tuple[int, int]
    failing: tuple[int, int]
    p: float
    corrected_p: float
    significant: bool
    chance: str
    tasks: int | None
    also: tuple[str, ...]
    also_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastedRun:
    """One run of a contrast, in words; "" for an unknown value."""

    run: str
    task: str
    trial: str
    model: str
    outcome: str
    end: str
    events: int
    calls: int
    failures: int
    tokens: str
    cost: str
    duration: str
    passed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureColumnPart:
    """One column of the picture of runs.

    Attributes:
        call: with its input. title: its tool and its distinguishing values. acts: whether it may change something.
        passing, failing: numbers of runs that made exactly that call, out of how many. separated: the same for the
            separator that the column shows; None if it shows none.
    """

    call: str
    title: str
    acts: bool
    passing: tuple[int, int]
    failing: tuple[int, int]
    separates: bool
    separated: tuple[tuple[int, int], tuple[int, int]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPicturePart:
    """The picture of the runs of one task.

    Attributes:
        task: its name; "" if there is only one group. columns: in the order of the calls.
        rows: (name of the run, outcome in a word, a text for each column). more: numbers of rows and columns left out.
    """

    task: str
    columns: tuple[PictureColumnPart, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]
    more: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastedTask:
    """One task: the numbers of its passed and failed runs, and its first separator as a sentence, or ""."""

    task: str
    passed: int
    failed: int
    unknown: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionedTask:
    """One task under two versions.

    Attributes:
        flip: see Flip. before, after: number of passed runs, out of how many with an outcome.
        reason: why it flipped, as a sentence; "" if it did not, or no reason was found.
    """

    task: str
    flip: str
    before: tuple[int, int]
    after: tuple[int, int]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPart:
    """Two versions of an agent.

    Attributes:
        fact: the fact that distinguishes their runs; before, after: its values. summary, note: how to interpret it.
        tasks: those that flipped first. differences: what their runs did differently, within tasks; "passing" means
            after.
    """

    fact: str
    before: str
    after: str
    summary: str
    tasks: tuple[VersionedTask, ...]
    differences: tuple[SeparatorPart, ...]
    note: str

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of `contrast` that request them."""
        return "--versions", self.fact, self.before, self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class FailurePart:
    """Failing runs with the same first reason: their names, and the reason as worded for the first of them."""

    runs: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastPart:
    """The part of a report about many runs.

    Attributes:
        note: how to interpret it. tasks: empty if there is only one group.
        failures: the groups of failing runs; empty if they were not compared.
        runs: the first ones; `total` counts all. versions: None if none are compared.
    """

    passed: int
    failed: int
    unknown: int
    note: str
    separators: tuple[SeparatorPart, ...]
    tasks: tuple[ContrastedTask, ...]
    pictures: tuple[RunsPicturePart, ...]
    failures: tuple[FailurePart, ...]
    runs: tuple[ContrastedRun, ...]
    total: int
    versions: VersionsPart | None = None
