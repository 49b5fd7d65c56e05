"""Group failing runs by the first reason of their difference from the nearest passing run."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec

from replay_gui.core.contrast.run_profile import EvaluatedRun, RunStep
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.divergence.rules.rules import Rule, Rules
from replay_gui.core.divergence.side import ComparedSide, EventRedactor
from replay_gui.core.effects.call_values import LEAF_HASH_BYTES
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.tool_names import effect_of_name
from replay_gui.core.errors import ReplayError
from replay_gui.core.facts.run_outcome import Outcome, RunResult
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.reason import Reason, ReasonKind
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr

MAX_COMPARED_RUNS = 60  # failing runs that are compared; the others are only counted
_MAX_CANDIDATES = 20  # passing runs that are examined for each failing run
_MAX_NAME_CHARACTERS = 40

_Key = TypeVar("_Key")
LogOf = Callable[[int], AbstractContextManager[str]]
"""What yields the path of the log of a run, by its number, for the length of a block."""


class ComparisonTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How the calls of two of many runs are read. effects: of tools whose names show none, as all runs show them."""

    rules: tuple[Rule, ...] = ()
    effects: dict[str, Effect] = {}

    def findings(self) -> dict[str, EffectFinding]:
        """Return the effects as WhyFinder takes them."""
        return {
            tool: EffectFinding(effect, "seen: in other runs", certain=False) for tool, effect in self.effects.items()
        }


class FailurePair(msgspec.Struct, frozen=True):
    """A failing run and the passing run that it is compared with, by number."""

    failed: int
    nearest: int


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A failing run, and the passing run nearest to it.

    Attributes:
        run, nearest: their numbers. sentence: the first reason; "" if none was found.
        index: of the event in the failing run that the reason is about; None if there is none.
        nearest_index: the same for the passing run.
    """

    run: int
    nearest: int
    sentence: str
    index: EventIndex | None
    nearest_index: EventIndex | None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failing runs with the same kind of first reason about the same subject. kind: None if no reason was found."""

    kind: ReasonKind | None
    tool: str | None
    runs: tuple[FailedRun, ...]

    @property
    def sentence(self) -> str:
        """The reason for the first run; "" if none was found."""
        return self.runs[0].sentence


@dataclass(frozen=True, slots=True)
class FailureGroups:
    """The groups, largest first.

    Attributes:
        left_out: failing runs that were not compared: beyond the limit, without a passing run of their task, or with an
            unreadable log, their own or the nearest run's. problem: why the first such log could not be read, or "".
    """

    groups: tuple[FailureGroup, ...]
    left_out: int
    problem: str = ""

    @property
    def sentences(self) -> dict[int, str]:
        """The first reason of each failing run that was compared, by its number."""
        return {failed.run: failed.sentence for group in self.groups for failed in group.runs}


def failure_pairs(
    runs: RunSet, outcomes: Outcomes, chosen: Sequence[int], *, max_pairs: int = MAX_COMPARED_RUNS
) -> tuple[tuple[FailurePair, ...], int]:
    """Pair each failing run of the chosen ones with the nearest passing run of the same task.

    The passing run is a chosen run, or any run of the task if no chosen run of it passed.

    Returns:
        (The pairs; the number of failing runs without a pair: beyond the limit, or without a passing run of the task.)
    """
    failing = [run for run in chosen if outcomes[run] is False]
    near = _passing_by_task(runs, outcomes, chosen)
    far = near if len(chosen) == len(runs) else _passing_by_task(runs, outcomes, range(len(runs)))
    candidates = [(run, near.get(_task(runs, run)) or far.get(_task(runs, run), [])) for run in failing]
    pairs = nearest_pairs(runs, [entry for entry in candidates if entry[1]][:max_pairs])
    return pairs, len(failing) - len(pairs)


def nearest_pairs(runs: RunSet, candidates: Sequence[tuple[int, Sequence[int]]]) -> tuple[FailurePair, ...]:
    """Return a pair for each (failing run, passing runs, at least one).

    Sorted by changes that differ, then by arguments of changes that differ, then by length.

    Cost: reads the steps of the failing runs, and those of passing runs of about the same length.
    """
    events = [run.events for run in runs.runs]
    closest = [
        (failed, sorted(passing, key=lambda run: (abs(events[run] - events[failed]), run))[:_MAX_CANDIDATES])
        for failed, passing in candidates
    ]
    numbers = sorted({number for failed, passing in closest for number in (failed, *passing)})
    steps = dict(zip(numbers, runs.read_steps(numbers), strict=True))
    changes = {number: (_changes(of_run), _arguments(of_run)) for number, of_run in steps.items()}

    def difference(failed: int, run: int) -> tuple[int, int]:
        (did, arguments), (others, other_arguments) = changes[failed], changes[run]
        return _difference(did, others), _difference(arguments, other_arguments)

    return tuple(FailurePair(failed, min(passing, key=partial(difference, failed))) for failed, passing in closest)


def comparison_terms(runs: RunSet, pairs: Sequence[FailurePair]) -> ComparisonTerms:
    """Return the terms for comparing these pairs: the calls are read as they were for all runs; reads their steps."""
    numbers = sorted({number for pair in pairs for number in (pair.failed, pair.nearest)})
    found: dict[str, set[str]] = {}
    for step in chain.from_iterable(runs.read_steps(numbers)):
        found.setdefault(step.tool, set()).add(step.effect)
    shown = {
        tool: Effect(next(iter(effects)))
        for tool, effects in sorted(found.items())
        if len(effects) == 1 and effect_of_name(tool).effect is Effect.UNKNOWN and Effect.UNKNOWN not in effects
    }
    return ComparisonTerms(rules=runs.rules.rules, effects=shown)


def group_failures(
    pairs: Sequence[FailurePair],
    runs: Mapping[int, EvaluatedRun],
    log_of: LogOf,
    *,
    left_out: int = 0,
    terms: ComparisonTerms | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    redactor: EventRedactor | None = None,
) -> FailureGroups:
    """Compare the runs of each pair, and group the failing runs by their first reason.

    Args:
        runs: the facts of all runs of the pairs, by number. left_out: failing runs that are in no pair.
        terms: see comparison_terms; None: no rules. on_progress: called with (pairs compared, all pairs); an
            exception from it stops the work. redactor: hides values before sentences are made of them.

    Cost: reads and indexes both logs of each pair. A pair with an unreadable log is left out and reported.
    """
    groups: dict[tuple[object, ...], list[tuple[Reason | None, FailedRun]]] = {}
    problem = ""
    for number, pair in enumerate(pairs):
        if on_progress is not None:
            on_progress(number, len(pairs))
        try:
            reason = _first_reason(
                runs[pair.failed], runs[pair.nearest], pair, log_of, terms=terms or ComparisonTerms(), redactor=redactor
            )
        except ReplayError as why:
            problem, left_out = problem or str(why), left_out + 1
            continue
        failed = FailedRun(
            pair.failed,
            pair.nearest,
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
    return FailureGroups(tuple(alike), left_out, problem)


def run_name(run: EvaluatedRun) -> str:
    """Return the name of a run for sentences: ``trial 2``, or its name."""
    trial = run.identity.trial
    return one_line(tr("trial {trial}", trial=trial) if trial else run.name, _MAX_NAME_CHARACTERS)


def _changes(steps: Sequence[RunStep]) -> Counter[str]:
    return Counter(step.request for step in steps if step.effect == Effect.CHANGES and step.ok)


def _arguments(steps: Sequence[RunStep]) -> Counter[tuple[str, bytes]]:
    """Return the arguments of the changes, by tool and hash."""
    return Counter(
        (step.tool, step.leaves[at : at + LEAF_HASH_BYTES])
        for step in steps
        if step.effect == Effect.CHANGES and step.ok
        for at in range(0, len(step.leaves), LEAF_HASH_BYTES)
    )


def _difference(a: Counter[_Key], b: Counter[_Key]) -> int:
    """Return the number of members by which two counts differ."""
    return sum(((a - b) + (b - a)).values())


def _task(runs: RunSet, number: int) -> str | None:
    return runs.runs[number].identity.task


def _passing_by_task(runs: RunSet, outcomes: Outcomes, chosen: Iterable[int]) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = {}
    for run in chosen:
        if outcomes[run] is True:
            found.setdefault(_task(runs, run), []).append(run)
    return found


def _first_reason(
    failed: EvaluatedRun,
    passed: EvaluatedRun,
    pair: FailurePair,
    log_of: LogOf,
    *,
    terms: ComparisonTerms,
    redactor: EventRedactor | None,
) -> Reason | None:
    names = run_name(passed), run_name(failed)
    if names[0] == names[1]:
        names = tr("{run} (passed)", run=names[0]), tr("{run} (failed)", run=names[1])
    with (
        log_of(pair.nearest) as log_a,
        log_of(pair.failed) as log_b,
        _side(log_a) as a,
        _side(log_b) as b,
    ):
        results = _judged(passed.result, True), _judged(failed.result, False)
        finder = WhyFinder(a.redacted(redactor), b.redacted(redactor), names, terms.findings())
        reasons = finder.find(Rules(terms.rules), results).reasons
    return reasons[0] if reasons else None


@contextmanager
def _side(path: str) -> Iterator[ComparedSide]:
    with EventLog.open(path) as log, tempfile.TemporaryDirectory(prefix="replay-gui-index-") as folder:
        yield ComparedSide.build(log, Path(folder))


def _judged(result: RunResult, passed: bool) -> RunResult:
    """Return the result with the outcome in use, which the user may have set."""
    if result.outcome is not None and result.outcome.passed is passed:
        return result
    return replace(result, outcomes=(Outcome(passed, None, "", None), *result.outcomes))


def _subject(reason: Reason | None) -> tuple[object, ...]:
    """Return what the reasons of one group have in common: the kind, the tool, and the argument or the call."""
    if reason is None:
        return ()
    if reason.path is not None:
        return reason.kind, reason.tool, reason.path
    call = reason.b if reason.kind is ReasonKind.EXTRA else reason.a
    return reason.kind, reason.tool, repr(call)
