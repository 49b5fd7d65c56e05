"""Features of runs with their secrets hidden, before sentences are made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.features.run_features import general_path, value_json
from replay_gui.core.contrast.run_profile import RunStep
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separators import RunPlace, Separator
from replay_gui.core.contrast.step_words import input_label
from replay_gui.core.effects.call_values import input_leaves
from replay_gui.core.facts.fact_names import SET_UP
from replay_gui.core.report.redactor import Redactor

_INPUT, _CONFIG = "/input", "/config"  # the places of features' values in payloads
_OF_CALLS = frozenset((FeatureKind.DID, FeatureKind.CALLED, FeatureKind.READ))
_ROOTS = {FeatureKind.CHANGED_WITH: _INPUT, FeatureKind.SET_UP: _CONFIG}
_PAIR_TOKENS = frozenset(("value", "1"))  # the path of a value in a (name, value) pair has one of them
_OF_THE_PROGRAM = frozenset((FeatureKind.END, FeatureKind.BEFORE, FeatureKind.AT_LEAST))
"""Kinds whose path and value are words of the program, and names of tools."""


class RedactedFeatures:
    """Hides secrets in features; reads the calls of the example runs for it."""

    def __init__(self, runs: RunSet, redactor: Redactor) -> None:
        self._runs, self._redactor = runs, redactor
        self._steps: dict[int, dict[str, RunStep]] = {}

    def redacted(self, separator: Separator) -> Separator:
        """Return the separator with redacted sentences; its counts are unchanged."""
        examples = (separator.passed_example, separator.failed_example)
        title = feature_words(self._redacted(separator.feature, examples))
        others = tuple(self._redacted(other, examples) for other in separator.others)
        return replace(separator, title=title, others=others)

    def step(self, step: RunStep) -> RunStep:
        """Return a call with redacted input and label."""
        if step.input is None:
            hide = self._redactor.placeholder_for if self._has_paths_or_keys else self._redactor.text
            return msgspec.structs.replace(step, label=hide(step.label))
        redacted = self._redactor.value(msgspec.json.decode(step.input), _INPUT)
        return msgspec.structs.replace(
            step, label=input_label(step.tool, redacted), input=msgspec.json.encode(redacted).decode()
        )

    def value_of_fact(self, fact: str, value: str) -> str:
        """Return the value of a fact by which runs are grouped; patterns are applied to the whole report.

        A member of the set-up is hidden: its own path is not known here.
        """
        return self._redactor.placeholder_for(value) if fact.startswith(SET_UP) else value

    @property
    def _has_paths_or_keys(self) -> bool:
        return bool(self._redactor.profile.paths or self._redactor.profile.keys)

    def _redacted(self, feature: Feature, examples: Iterable[RunPlace | None]) -> Feature:
        redactor, kind = self._redactor, FeatureKind(feature.kind)
        if kind in _OF_THE_PROGRAM or not (feature.value or feature.path):
            return feature  # patterns are applied to the whole report
        if kind in _OF_CALLS:
            step = self._step_of(feature, examples)
            return _with(
                feature, value=redactor.placeholder_for(feature.value) if step is None else self.step(step).label
            )
        root = _ROOTS.get(kind)
        if root is not None:
            is_hidden = redactor.profile.may_hide(root + feature.path) or self._is_of_pair(feature, examples)
            return _with(feature, value=redactor.placeholder_for(feature.value)) if is_hidden else feature
        if not self._has_paths_or_keys:
            return feature
        path = redactor.placeholder_for(feature.path) if feature.path else ""
        return _with(feature, path=path, value=redactor.placeholder_for(feature.value) if feature.value else "")

    def _is_of_pair(self, feature: Feature, examples: Iterable[RunPlace | None]) -> bool:
        """Return whether the value may be in a (name, value) pair whose name is secret; its path does not show this.

        The calls of the examples show it. The set-up is not known here: any path that may be in a pair counts.
        """
        if feature.kind == FeatureKind.SET_UP:
            return not _PAIR_TOKENS.isdisjoint(feature.path.lower().split("/"))
        return any(
            step.tool == feature.tool and step.input is not None and self._hides_leaf(step.input, feature)
            for place in examples
            if place is not None
            for step in self._steps_of_run(place.run).values()
        )

    def _hides_leaf(self, raw: str, feature: Feature) -> bool:
        """Return whether the value of the feature is hidden where it is in the input of this call."""
        value = msgspec.json.decode(raw)
        redacted = dict(input_leaves(self._redactor.value(value, _INPUT)))
        return any(
            general_path(path) == feature.path and value_json(leaf) == feature.value and redacted.get(path) != leaf
            for path, leaf in input_leaves(value)
        )

    def _step_of(self, feature: Feature, examples: Iterable[RunPlace | None]) -> RunStep | None:
        """Return the call that a feature is about, from a run that has it."""
        for place in examples:
            if place is not None and feature.request in self._steps_of_run(place.run):
                return self._steps_of_run(place.run)[feature.request]
        return None

    def _steps_of_run(self, run: int) -> dict[str, RunStep]:
        """Return the calls of a run, by their requests."""
        if run not in self._steps:
            (steps,) = self._runs.read_steps([run])
            self._steps[run] = {step.request: step for step in steps}
        return self._steps[run]


def _with(feature: Feature, **changes: str) -> Feature:
    return msgspec.structs.replace(feature, **changes)
