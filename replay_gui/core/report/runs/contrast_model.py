"""What a report about many runs says, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparatorPart:
    """One line of what separates runs. Fields as in Separator; `chance` and `also` in words.

    `tasks`: within how many tasks it was tested; None if there is one group of runs.
    """

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
    """One run of a contrast, in words; "" for what is unknown."""

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
        call: with its input. title: its tool and what tells it from others. acts: whether it may change something.
        passing, failing: how many runs made that very call, of how many. separated: the same of the line of what
            separates that the column shows; None if it shows none.
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
        task: its name; "" if there is one group only. columns: in the order of the calls.
        rows: (name of the run, outcome in a word, a text for each column). more: how many rows and columns are not in.
    """

    task: str
    columns: tuple[PictureColumnPart, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]
    more: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastedTask:
    """One task: how many of its runs passed and failed, and its first separator as a sentence, or ""."""

    task: str
    passed: int
    failed: int
    unknown: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionedTask:
    """One task under two versions.

    Attributes:
        flip: see Flip. before, after: how many runs passed, of how many with an outcome.
        reason: by what it flipped, as a sentence; "" if it did not, or where nothing was found.
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
        fact: what tells their runs apart; before, after: its values. summary, note: what has to be known to read it.
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
        """The arguments of `contrast` that ask for them."""
        return "--versions", self.fact, self.before, self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class FailurePart:
    """Failing runs that share their first reason: their names, and the reason as it is for the first of them."""

    runs: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastPart:
    """The part of a report about many runs.

    Attributes:
        note: what has to be known to read it. tasks: none if there is one group only.
        failures: the groups of failing runs; none if they were not compared.
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
