"""Failing runs that failed alike: grouped by the first reason against the passing run that is nearest to each."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from replay_gui.core.contrast.run_profile import EvaluatedRun, RunStep
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.facts.run_outcome import Outcome, RunResult
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.reason import Reason, ReasonKind
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.text.plain_text import one_line

MAX_COMPARED = 60  # failing runs that are compared; the others are counted
_MAX_NAME = 40  # characters

LogOf = Callable[[int], str]
"""The path of the log of a run, by its number."""


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A failing run, and the passing run that is nearest to it.

    Attributes:
        run, nearest: their numbers. sentence: the first reason; "" where none was found.
        index: of the event that the reason is about in the failing run; None where it is about none there.
        nearest_index: the same of the passing run.
    """

    run: int
    nearest: int
    sentence: str
    index: EventIndex | None
    nearest_index: EventIndex | None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failing runs whose first reason is of one kind and about one thing. kind: None where no reason was found."""

    kind: ReasonKind | None
    tool: str | None
    runs: tuple[FailedRun, ...]

    @property
    def sentence(self) -> str:
        """The reason as it is for the first run; "" where none was found."""
        return self.runs[0].sentence


@dataclass(frozen=True, slots=True)
class FailureGroups:
    """The groups, largest first; `left_out`: failing runs that were not compared, since there are many."""

    groups: tuple[FailureGroup, ...]
    left_out: int


def failure_groups(
    runs: RunSet,
    outcomes: Outcomes,
    chosen: Sequence[int],
    log_of: LogOf,
    *,
    observed: Mapping[str, EffectFinding] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> FailureGroups:
    """Compare each failing run of the chosen ones, such as those of one task, with the nearest that passed.

    Args:
        observed: effects of tools that further runs show. on_progress: called with how many runs of how many are
            compared; what it raises ends the work.

    Cost: both logs of each comparison are read and indexed. ReplayError where one cannot be read.
    """
    failing = [run for run in chosen if outcomes[run] is False]
    passing = [run for run in chosen if outcomes[run] is True]
    if not passing:
        return FailureGroups((), len(failing))
    compared = failing[:MAX_COMPARED]
    changes = dict(zip((*compared, *passing), map(_changes, runs.read_steps([*compared, *passing])), strict=True))
    groups: dict[tuple[object, ...], list[tuple[Reason | None, FailedRun]]] = {}
    for number, run in enumerate(compared):
        if on_progress is not None:
            on_progress(number, len(compared))
        nearest = min(passing, key=lambda other: (*_distance(changes, runs, run, other), other))
        reason = _first_reason(runs, run, nearest, log_of, observed)
        failed = FailedRun(
            run,
            nearest,
            "" if reason is None else reason.sentence,
            None if reason is None else reason.index_b,
            None if reason is None else reason.index_a,
        )
        groups.setdefault(_subject(reason), []).append((reason, failed))
    alike = [
        FailureGroup(
            None if members[0][0] is None else members[0][0].kind,
            None if members[0][0] is None else members[0][0].tool,
            tuple(failed for _, failed in members),
        )
        for members in groups.values()
    ]
    alike.sort(key=lambda group: (group.kind is None, -len(group.runs)))
    return FailureGroups(tuple(alike), len(failing) - len(compared))


def run_name(run: EvaluatedRun) -> str:
    """Return what sentences call a run: ``trial 2``, or its name."""
    trial = run.identity.trial
    return one_line(f"trial {trial}" if trial else run.name, _MAX_NAME)


def _changes(steps: Sequence[RunStep]) -> Counter[str]:
    return Counter(step.request for step in steps if step.effect == Effect.CHANGES and step.ok)


def _distance(changes: Mapping[int, Counter[str]], runs: RunSet, a: int, b: int) -> tuple[int, int]:
    """Return by how many changes two runs differ, then by how many events."""
    differing = (changes[a] - changes[b]) + (changes[b] - changes[a])
    return sum(differing.values()), abs(runs.runs[a].events - runs.runs[b].events)


def _first_reason(
    runs: RunSet, failed: int, passed: int, log_of: LogOf, observed: Mapping[str, EffectFinding] | None
) -> Reason | None:
    names = run_name(runs.runs[passed]), run_name(runs.runs[failed])
    if names[0] == names[1]:
        names = f"{names[0]} (passed)", f"{names[1]} (failed)"
    with _side(log_of(passed)) as a, _side(log_of(failed)) as b:
        results = _judged(runs.runs[passed].result, True), _judged(runs.runs[failed].result, False)
        reasons = WhyFinder(a, b, names, observed).find(None, results).reasons
    return reasons[0] if reasons else None


@contextmanager
def _side(path: str) -> Iterator[ComparedSide]:
    with EventLog.open(path) as log, tempfile.TemporaryDirectory(prefix="replay-gui-index-") as folder:
        yield ComparedSide.build(log, Path(folder))


def _judged(result: RunResult, passed: bool) -> RunResult:
    """Return the result with the outcome that is used, which the user may have set."""
    if result.outcome is not None and result.outcome.passed is passed:
        return result
    return replace(result, outcomes=(Outcome(passed, None, "", None), *result.outcomes))


def _subject(reason: Reason | None) -> tuple[object, ...]:
    """Return what reasons of one group have in common: the kind, the tool, and the argument or the call."""
    if reason is None:
        return ()
    if reason.path is not None:
        return reason.kind, reason.tool, reason.path
    call = reason.b if reason.kind is ReasonKind.EXTRA else reason.a
    return reason.kind, reason.tool, repr(call)
