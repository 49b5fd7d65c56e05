"""Builds the part of a report about many runs."""

from __future__ import annotations

from collections.abc import Sequence

from replay_gui.core.contrast.contrast import Contrast
from replay_gui.core.contrast.failure_groups import FailureGroup, FailureGroups, run_name
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.runs_picture import CellState, RunsPicture, runs_picture
from replay_gui.core.contrast.separators import Separation, Separator
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.effects.effect import Effect
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
from replay_gui.core.text.wording import cost_text, duration_text

_MAX_RUNS, _MAX_TASKS, _MAX_PICTURES = 2_000, 1_000, 12
_MAX_PICTURE_COLUMNS = 24  # that fit on a page
_MARKS = {CellState.SAME: "■", CellState.OTHER_ARGUMENTS: "□", CellState.ERROR: "✗"}
_WORDS = {True: "passed", False: "failed", None: "unknown"}


def contrast_part(runs: RunSet, contrast: Contrast, failures: FailureGroups | None = None) -> ContrastPart:
    """Return the part; reads the steps of the runs in its pictures, those of the first tasks with both outcomes.

    Args:
        failures: the groups of the failing runs, where these were compared.
    """
    tasks, pictures = list[ContrastedTask](), list[RunsPicturePart]()
    if contrast.per_task:
        for task in contrast.tasks[:_MAX_TASKS]:
            first = ""
            if task.mixed:
                separation = separate_runs(runs.table, contrast.outcomes, task.runs)
                first = separation.separators[0].sentence if separation.separators else ""
                if len(pictures) < _MAX_PICTURES:
                    pictures.append(_picture(runs, contrast, task.runs, separation, task.value or "unknown"))
            tasks.append(
                ContrastedTask(
                    task=task.value or "", passed=task.passed, failed=task.failed, unknown=task.unknown, first=first
                )
            )
    elif contrast.separation.separators:
        pictures.append(_picture(runs, contrast, range(len(runs)), contrast.separation, ""))
    listed = zip(contrast.runs[:_MAX_RUNS], contrast.outcomes, strict=False)
    return ContrastPart(
        passed=contrast.passed,
        failed=contrast.failed,
        unknown=contrast.unknown,
        note=contrast.separation.note,
        separators=tuple(map(_separator, contrast.separation.separators)),
        tasks=tuple(tasks),
        pictures=tuple(pictures),
        failures=() if failures is None else tuple(_failures(runs, group) for group in failures.groups),
        runs=tuple(_run(run, passed) for run, passed in listed),
        total=len(contrast.runs),
    )


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
    runs: RunSet, contrast: Contrast, chosen: Sequence[int], separation: Separation, task: str
) -> RunsPicturePart:
    picture = runs_picture(runs, contrast.outcomes, chosen, separation, _MAX_PICTURE_COLUMNS)
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
            title=f"{column.tool} · {column.values}" if column.values else column.tool,
            acts=column.effect not in (Effect.READS, Effect.NOTES, Effect.ASKS),
            passing=(column.passing.having, column.passing.of),
            failing=(column.failing.having, column.failing.of),
            separates=column.separator is not None,
            separated=separated(column.separator),
        )
        for column in picture.columns
    )
