"""Builds the part of a report about many runs: values are hidden before sentences are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from replay_gui.core.contrast.contrast import Contrast
from replay_gui.core.contrast.failure_groups import FailureGroup, FailureGroups, run_name
from replay_gui.core.contrast.feature import Feature, FeatureKind
from replay_gui.core.contrast.feature_words import feature_words
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunStep
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.runs_picture import CellState, RunsPicture, runs_picture
from replay_gui.core.contrast.separators import RunPlace, Separation, Separator
from replay_gui.core.contrast.step_words import input_label
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.core.report.contrast_model import (
    ContrastedRun,
    ContrastedTask,
    ContrastPart,
    FailurePart,
    PictureColumnPart,
    RunsPicturePart,
    SeparatorPart,
)
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.text.wording import cost_text, duration_text

_MAX_RUNS, _MAX_TASKS, _MAX_PICTURES = 2_000, 1_000, 12
_MAX_PICTURE_COLUMNS = 24  # that fit on a page
_MARKS = {CellState.SAME: "■", CellState.OTHER_ARGUMENTS: "□", CellState.ERROR: "✗"}
_WORDS = {True: "passed", False: "failed", None: "unknown"}

_INPUT, _CONFIG = "/input", "/config"  # where the values of features stand in payloads
_OF_CALLS = frozenset((FeatureKind.DID, FeatureKind.CALLED, FeatureKind.READ))
_ROOTS = {FeatureKind.CHANGED_WITH: _INPUT, FeatureKind.SET_UP: _CONFIG}
_OF_THE_PROGRAM = frozenset((FeatureKind.END, FeatureKind.BEFORE, FeatureKind.AT_LEAST))
"""Kinds whose path and value are words of the program, and names of tools."""


def contrast_part(
    runs: RunSet, contrast: Contrast, failures: FailureGroups | None = None, redactor: Redactor | None = None
) -> ContrastPart:
    """Return the part; reads the steps of the runs in its pictures, those of the first tasks with both outcomes.

    Args:
        failures: the groups of the failing runs, where these were compared; with the same `redactor`.
        redactor: hides values before sentences are made of them.
    """
    tasks, pictures = list[ContrastedTask](), list[RunsPicturePart]()
    told = None if redactor is None else _ToldFeatures(runs, redactor)
    if contrast.per_task:
        for task in contrast.tasks[:_MAX_TASKS]:
            first = ""
            if task.mixed:
                separation = separate_runs(runs.table, contrast.outcomes, task.runs)
                first = _told(separation.separators[0], told).sentence if separation.separators else ""
                if len(pictures) < _MAX_PICTURES:
                    pictures.append(
                        _picture(runs, contrast, task.runs, separation, task=task.value or "unknown", told=told)
                    )
            tasks.append(
                ContrastedTask(
                    task=task.value or "", passed=task.passed, failed=task.failed, unknown=task.unknown, first=first
                )
            )
    elif contrast.separation.separators:
        pictures.append(_picture(runs, contrast, range(len(runs)), contrast.separation, task="", told=told))
    listed = zip(contrast.runs[:_MAX_RUNS], contrast.outcomes, strict=False)
    return ContrastPart(
        passed=contrast.passed,
        failed=contrast.failed,
        unknown=contrast.unknown,
        note=contrast.separation.note,
        separators=tuple(_separator(_told(separator, told)) for separator in contrast.separation.separators),
        tasks=tuple(tasks),
        pictures=tuple(pictures),
        failures=() if failures is None else tuple(_failures(runs, group) for group in failures.groups),
        runs=tuple(_run(run, passed) for run, passed in listed),
        total=len(contrast.runs),
    )


def _told(separator: Separator, told: _ToldFeatures | None) -> Separator:
    return separator if told is None else told.told(separator)


def _failures(runs: RunSet, group: FailureGroup) -> FailurePart:
    return FailurePart(runs=tuple(run_name(runs.runs[failed.run]) for failed in group.runs), sentence=group.sentence)


def _separator(separator: Separator) -> SeparatorPart:
    chance = separator.by_chance
    words = "" if chance is None else f"{chance.as_clear:,} of {chance.of:,}{'' if chance.exact else ' drawn'}"
    return SeparatorPart(
        sentence=separator.sentence,
        kind=separator.feature.kind,
        passing=(separator.passing.having, separator.passing.of),
        failing=(separator.failing.having, separator.failing.of),
        p=separator.p,
        corrected_p=separator.corrected_p,
        significant=separator.significant,
        chance=words,
        tasks=None if separator.stratified is None else separator.stratified.tasks,
        also=separator.also,
        also_count=separator.also_count,
    )


def _run(run: EvaluatedRun, passed: bool | None) -> ContrastedRun:
    identity, result = run.identity, run.result
    graded = next((outcome_words(outcome) for outcome in result.outcomes), "")
    return ContrastedRun(
        run=run.given,
        task=identity.task or "",
        trial=identity.trial or "",
        model=identity.model or "",
        outcome=graded
        if passed is run.passed
        else f"{_WORDS[passed]} as the expression says ({graded or 'not graded'})",
        end="" if result.end is None else result.end.how,
        events=run.events,
        calls=run.calls,
        failures=run.failures,
        tokens="" if run.tokens is None else f"{run.tokens:,}",
        cost="" if run.cost is None else cost_text(run.cost),
        duration=duration_text(run.duration),
        passed=passed,
    )


def _picture(
    runs: RunSet,
    contrast: Contrast,
    chosen: Sequence[int],
    separation: Separation,
    *,
    task: str,
    told: _ToldFeatures | None,
) -> RunsPicturePart:
    tell = None if told is None else told.step
    picture = runs_picture(runs, contrast.outcomes, chosen, separation, _MAX_PICTURE_COLUMNS, tell=tell)
    cells = [["·"] * len(picture.columns) for _ in picture.rows]
    for cell in picture.cells:
        cells[cell.row][cell.column] = f"{_MARKS[cell.state]} {cell.number}"
    return RunsPicturePart(
        task=task,
        columns=_columns(picture, separation),
        rows=tuple(
            (run_name(runs.runs[row.run]), _WORDS[row.passed], tuple(texts))
            for row, texts in zip(picture.rows, cells, strict=True)
        ),
        more=(picture.more_rows, picture.more_columns),
    )


def _columns(picture: RunsPicture, separation: Separation) -> tuple[PictureColumnPart, ...]:
    def separated(place: int | None) -> tuple[tuple[int, int], tuple[int, int]] | None:
        if place is None:
            return None
        line = separation.separators[place]
        return (line.passing.having, line.passing.of), (line.failing.having, line.failing.of)

    return tuple(
        PictureColumnPart(
            call=f"{column.tool}({column.label})",
            title=column.title,
            acts=column.acts,
            passing=(column.passing.having, column.passing.of),
            failing=(column.failing.having, column.failing.of),
            separates=column.separator is not None,
            separated=separated(column.separator),
        )
        for column in picture.columns
    )


# ---- what may be told -------------------------------------------------------------------------
class _ToldFeatures:
    """Makes sentences of features. The steps of the runs that serve as examples are read."""

    def __init__(self, runs: RunSet, redactor: Redactor) -> None:
        self._runs, self._redactor = runs, redactor
        self._steps: dict[int, dict[str, RunStep]] = {}

    def told(self, separator: Separator) -> Separator:
        """Return the separator with other sentences; its counts stay."""
        examples = (separator.passed_example, separator.failed_example)
        words = feature_words(self._told(separator.feature, examples))
        counts = separator.sentence.removeprefix(feature_words(separator.feature))
        others = tuple(self._told(other, examples) for other in separator.others)
        return replace(separator, sentence=words + counts, others=others)

    def step(self, step: RunStep) -> RunStep:
        """Return a call with an input, and with it in a few words, as they may be told."""
        if step.input is None:
            hide = self._redactor.hidden if self._has_own_places else self._redactor.text
            return msgspec.structs.replace(step, label=hide(step.label))
        told = self._redactor.value(msgspec.json.decode(step.input), _INPUT)
        return msgspec.structs.replace(
            step, label=input_label(step.tool, told), input=msgspec.json.encode(told).decode()
        )

    @property
    def _has_own_places(self) -> bool:
        return bool(self._redactor.profile.paths or self._redactor.profile.keys)

    def _told(self, feature: Feature, examples: Iterable[RunPlace | None]) -> Feature:
        redactor, kind = self._redactor, FeatureKind(feature.kind)
        if kind in _OF_THE_PROGRAM or not (feature.value or feature.path):
            return feature  # patterns are applied to the whole report
        if kind in _OF_CALLS:
            step = self._step_of(feature, examples)
            return _with(feature, value=redactor.hidden(feature.value) if step is None else self.step(step).label)
        root = _ROOTS.get(kind)
        if root is not None:
            is_hidden = redactor.profile.may_hide(root + feature.path)
            return _with(feature, value=redactor.hidden(feature.value)) if is_hidden else feature
        if not self._has_own_places:
            return feature
        path = redactor.hidden(feature.path) if feature.path else ""
        return _with(feature, path=path, value=redactor.hidden(feature.value) if feature.value else "")

    def _step_of(self, feature: Feature, examples: Iterable[RunPlace | None]) -> RunStep | None:
        """Return the call that a feature is about, out of a run that has it."""
        for place in examples:
            if place is not None and place.run not in self._steps:
                (steps,) = self._runs.read_steps([place.run])
                self._steps[place.run] = {step.request: step for step in steps}
            if place is not None and feature.request in self._steps[place.run]:
                return self._steps[place.run][feature.request]
        return None


def _with(feature: Feature, **changes: str) -> Feature:
    return msgspec.structs.replace(feature, **changes)
