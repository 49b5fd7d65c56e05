"""Many runs, prepared for a contrast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from replay_gui.core.contrast.call_rules import NO_RULES_USED, UsedRules
from replay_gui.core.contrast.features.feature import Feature, FeatureKind, HeldFeature
from replay_gui.core.contrast.features.feature_table import FeatureTable, feature_table
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile, RunStep
from replay_gui.core.contrast.run_sizes import size_table
from replay_gui.core.effects.effect import Effect

MIN_ANSWER_CHARACTERS = 60  # of an answer; equal shorter answers do not show equal effects


class RunSet:
    """Runs with their features as a table; their steps are read only when they are requested.

    Attributes:
        runs: their facts. table: their features; it numbers the runs as `runs` does.
        outcomes: whether each passed, according to its log or to the user; None if unknown.
        rules: those under which the calls were read.
    """

    def __init__(
        self,
        runs: Sequence[EvaluatedRun],
        table: FeatureTable,
        read_steps: Callable[[Sequence[int]], list[tuple[RunStep, ...]]],
        rules: UsedRules = NO_RULES_USED,
    ) -> None:
        """`read_steps`: returns the calls of the runs with these numbers."""
        self.runs, self.table, self.read_steps = tuple(runs), table, read_steps
        self.rules = rules
        self.outcomes: tuple[bool | None, ...] = tuple(run.passed for run in self.runs)

    def __len__(self) -> int:
        return len(self.runs)


def run_set(profiles: Sequence[RunProfile], rules: UsedRules = NO_RULES_USED) -> RunSet:
    """Return runs in memory as a set; calls of one tool with equal answers count as equal changes.

    `rules`: those under which the profiles were made.
    """
    equal = equal_changes(step for profile in profiles for step in profile.steps)
    table = feature_table([_with_equal_changes(profile.features, equal) for profile in profiles])
    runs = [profile.run for profile in profiles]
    return RunSet(
        runs, table.joined(size_table(runs)), lambda numbers: [profiles[number].steps for number in numbers], rules
    )


def equal_changes(steps: Iterable[RunStep]) -> dict[str, tuple[str, str]]:
    """Return the (request, label) that represents each request with another text and the same effect.

    Two changes have the same effect if one tool gave them the same answer, longer than a mere "done".
    """
    first: dict[tuple[str, str], tuple[str, str]] = {}
    equal: dict[str, tuple[str, str]] = {}
    for step in steps:
        if step.effect == Effect.CHANGES and step.ok and step.answer_size >= MIN_ANSWER_CHARACTERS:
            standing = first.setdefault((step.tool, step.answer), (step.request, step.label))
            if standing[0] != step.request:
                equal.setdefault(step.request, standing)
    return {request: equal.get(standing[0], standing) for request, standing in equal.items()}


def _with_equal_changes(features: Sequence[HeldFeature], equal: Mapping[str, tuple[str, str]]) -> Sequence[HeldFeature]:
    """Return the features, with equal changes under one name; a name that occurs twice in a run is kept once."""
    if not any(held.feature.request in equal for held in features):
        return features
    first_held: dict[Feature, HeldFeature] = {}
    for held in features:
        feature = held.feature
        if feature.kind == FeatureKind.DID and feature.request in equal:
            request, label = equal[feature.request]
            feature = msgspec.structs.replace(feature, request=request, value=label)
        known = first_held.get(feature)
        if known is None or held.index < known.index:
            first_held[feature] = HeldFeature(feature, held.index, held.calls)
    return list(first_held.values())
