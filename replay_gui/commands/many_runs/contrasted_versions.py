"""The part of `contrast` about two versions of an agent: the flipped tasks, the reasons, the differences."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from replay_gui.commands.arguments import UsageError
from replay_gui.commands.terminal import ProgressLine, print_line
from replay_gui.core.contrast.failure_groups import LogOf
from replay_gui.core.contrast.features.run_features import value_json
from replay_gui.core.contrast.run_groups import GroupingFacts
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.separators import Separation, Separator
from replay_gui.core.contrast.statistics import p_number
from replay_gui.core.contrast.versions import (
    ComparedVersions,
    TaskFlip,
    VersionRuns,
    compare_versions,
    difference_words,
)
from replay_gui.core.facts.fact_names import VersionPair
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural

_MAX_SHOWN, _MAX_TASKS_SHOWN = 8, 24  # entries in the text output
_MAX_NAME, _MAX_NAMES = 60, 12  # characters; names in one line
_UNKNOWN = "unknown"  # the name for runs without a known value, as in reports


def add_versions_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument with two versions."""
    parser.add_argument(
        "--versions",
        nargs=3,
        metavar=("FACT", "BEFORE", "AFTER"),
        help="also compare two versions of the agent, task by task: 'model old new', 'folder monday tuesday'",
    )


def versions_of(args: argparse.Namespace, runs: RunSet, outcomes: Outcomes) -> VersionRuns | None:
    """Return the runs of the requested versions, or None.

    Raises:
        UsageError: all runs are equal in the fact, or no run has one of its values.
    """
    if args.versions is None:
        return None
    fact, before, after = args.versions
    facts = GroupingFacts(runs)
    if fact not in facts.names:
        names = _quoted(facts.names)
        raise UsageError(
            f"--versions: the fact {_quoted([fact])} does not distinguish these runs; these facts do: {names}"
        )
    groups = {group.value: group.runs for group in facts.grouped(outcomes, fact)}
    known = []
    for text in (before, after):
        # Values of the set-up are JSON, texts with their quotes; runs without a known value are a separate group.
        meant = [text, value_json(text), *([None] if text == _UNKNOWN else [])]
        values = [value for value in meant if value in groups]
        if not values:
            there = _quoted([_UNKNOWN if value is None else value for value in groups])
            raise UsageError(f"--versions: no run has the {fact} {_quoted([text])}; there are {there}")
        known.append(values[0])
    if known[0] == known[1]:
        raise UsageError(f"--versions: {_quoted([before])} cannot be compared with itself; give two values")
    return VersionRuns(VersionPair(fact, *known), *map(groups.__getitem__, known))


def compared_versions(
    runs: RunSet, outcomes: Outcomes, versions: VersionRuns, log_of: LogOf, redactor: Redactor | None = None
) -> ComparedVersions:
    """Compare the versions, and show the progress."""
    with ProgressLine("Comparing the versions") as progress:
        return compare_versions(runs, outcomes, versions, log_of, on_progress=progress.show, redactor=redactor)


def print_versions(compared: ComparedVersions) -> None:
    """Print the flipped tasks, the reasons, and the differences of the versions."""
    versions, change = compared.versions, compared.change
    print_line(f"Versions by {_name(versions.fact)}: {_name(versions.before)} → {_name(versions.after)}")
    print_line(f"  {change.summary}")
    flipped = [task for task in change.tasks if task.flipped]
    for task in flipped[:_MAX_TASKS_SHOWN]:
        print_line(f"  {_name(task.task)}: {task.flip}, {_counts(task)}")
        print_line(f"      {compared.reason(task) or 'nothing separates its runs'}")
    if len(flipped) > _MAX_TASKS_SHOWN:
        print_line(f"  … and {len(flipped) - _MAX_TASKS_SHOWN:,} more; --json has them")
    print_line(f"What the versions did differently. {compared.differences.note}")
    print_separators(compared.differences, difference_words)


def print_separators(separation: Separation, sentence: Callable[[Separator], str]) -> None:
    """Print the first separating facts, each by `sentence`, and below it the numbers of runs."""
    for separator in separation.separators[:_MAX_SHOWN]:
        print_line(f"  {sentence(separator)}")
        print_line(f"      {_measures(separator)}")
    hidden = len(separation.separators) - _MAX_SHOWN
    if hidden > 0:
        print_line(f"  … and {hidden:,} more; --json has them")


def _measures(separator: Separator) -> str:
    words = [f"p {p_number(separator.p)}"]
    if separator.stratified is not None:
        words.append(f"within {plural(separator.stratified.tasks, 'task')}")
    if separator.significant:
        words.append(f"significant, corrected {p_number(separator.corrected_p)}")
    if separator.by_chance is not None:
        words.append(f"as clear by chance in {separator.by_chance.words}")
    if separator.also_count:
        verb = "holds" if separator.also_count == 1 else "hold"
        words.append(f"{plural(separator.also_count, 'other thing')} {verb} for the same runs")
    return "; ".join(words)


def _counts(task: TaskFlip) -> str:
    before, after = task.before, task.after
    return f"{before.passed:,} of {before.known:,} passed before, {after.passed:,} of {after.known:,} after"


def _quoted(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(f"'{one_line(name, _MAX_NAME)}'" for name in names[:_MAX_NAMES]) + more


def _name(name: str | None) -> str:
    return _UNKNOWN if name is None else one_line(name, _MAX_NAME)
