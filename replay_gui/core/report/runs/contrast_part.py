"""Build the part of a report about many runs: values are hidden before sentences are made of them."""

from __future__ import annotations

from collections.abc import Sequence

from replay_gui.core.contrast.contrast import Contrast
from replay_gui.core.contrast.failure_groups import FailureGroup, FailureGroups, run_name
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.runs_picture import CellState, RunsPicture, runs_picture
from replay_gui.core.contrast.separators import Separation
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.contrast.versions import ComparedVersions
from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.report.runs.contrast_model import (
    ContrastedRun,
    ContrastedTask,
    ContrastPart,
    FailurePart,
    PictureColumnPart,
    RunsPicturePart,
)
from replay_gui.core.report.runs.redacted_features import RedactedFeatures
from replay_gui.core.report.runs.separator_part import redacted_sentence, separator_part
from replay_gui.core.report.runs.versions_part import versions_part
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number

_MAX_RUNS, _MAX_TASKS, _MAX_PICTURES = 2_000, 1_000, 12
_MAX_PICTURE_COLUMNS = 24  # columns that fit on a page
_MARKS = {CellState.SAME: "■", CellState.OTHER_ARGUMENTS: "□", CellState.ERROR: "✗"}
_WORDS = {True: "passed", False: "failed", None: "unknown"}
_BY_EXPRESSION = {
    True: translatable("passed as the expression says ({graded})"),
    False: translatable("failed as the expression says ({graded})"),
    None: translatable("unknown as the expression says ({graded})"),
}


def contrast_part(
    runs: RunSet,
    contrast: Contrast,
    failures: FailureGroups | None = None,
    redactor: Redactor | None = None,
    versions: ComparedVersions | None = None,
) -> ContrastPart:
    """Return the part; reads the steps of the runs in its pictures, for the first tasks with both outcomes.

    Args:
        failures: the groups of the failing runs, if they were compared; with the same `redactor`.
        versions: two versions, if they were compared; with the same `redactor`.
        redactor: hides values before sentences are made of them.
    """
    tasks, pictures = list[ContrastedTask](), list[RunsPicturePart]()
    redacted = None if redactor is None else RedactedFeatures(runs, redactor)
    if contrast.per_task:
        for task in contrast.tasks[:_MAX_TASKS]:
            first = ""
            if task.mixed:
                separation = separate_runs(runs.table, contrast.outcomes, task.runs)
                first = redacted_sentence(separation.separators[0], redacted) if separation.separators else ""
                if len(pictures) < _MAX_PICTURES:
                    pictures.append(
                        _picture(
                            runs, contrast, task.runs, separation, task=task.value or tr("unknown"), redacted=redacted
                        )
                    )
            tasks.append(
                ContrastedTask(
                    task=task.value or "", passed=task.passed, failed=task.failed, unknown=task.unknown, first=first
                )
            )
    elif contrast.separation.separators:
        pictures.append(_picture(runs, contrast, range(len(runs)), contrast.separation, task="", redacted=redacted))
    words = runs.rules.words()
    listed = zip(contrast.runs[:_MAX_RUNS], contrast.outcomes, strict=False)
    return ContrastPart(
        passed=contrast.passed,
        failed=contrast.failed,
        unknown=contrast.unknown,
        note=" ".join(filter(None, (contrast.separation.note, words and f"{words[0].upper()}{words[1:]}."))),
        separators=tuple(separator_part(separator, redacted) for separator in contrast.separation.separators),
        tasks=tuple(tasks),
        pictures=tuple(pictures),
        failures=() if failures is None else tuple(_failures(runs, group) for group in failures.groups),
        runs=tuple(_run(run, passed) for run, passed in listed),
        total=len(contrast.runs),
        versions=None if versions is None else versions_part(runs, contrast.outcomes, versions, redacted),
    )


def _failures(runs: RunSet, group: FailureGroup) -> FailurePart:
    return FailurePart(runs=tuple(run_name(runs.runs[failed.run]) for failed in group.runs), sentence=group.sentence)


def _run(run: EvaluatedRun, passed: bool | None) -> ContrastedRun:
    identity, result = run.identity, run.result
    graded = next((outcome_words(outcome) for outcome in result.outcomes), "")
    return ContrastedRun(
        run=run.given,
        task=identity.task or "",
        trial=identity.trial or "",
        model=identity.model or "",
        outcome=graded if passed is run.passed else tr(_BY_EXPRESSION[passed], graded=graded or tr("not graded")),
        end="" if result.end is None else result.end.how,
        events=run.events,
        calls=run.calls,
        failures=run.failures,
        tokens="" if run.tokens is None else whole_number(run.tokens),
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
    redacted: RedactedFeatures | None,
) -> RunsPicturePart:
    redact = None if redacted is None else redacted.step
    picture = runs_picture(runs, contrast.outcomes, chosen, separation, _MAX_PICTURE_COLUMNS, redact=redact)
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
