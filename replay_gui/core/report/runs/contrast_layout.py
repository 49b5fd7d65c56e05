"""The sections of a report about many runs."""

from __future__ import annotations

from replay_gui.core.contrast.statistics import p_number
from replay_gui.core.contrast.versions import Flip
from replay_gui.core.facts.fact_names import fact_name
from replay_gui.core.report.document import Block, Column, DrawnRuns, Paragraph, ReportSection, ReportTable, Tone
from replay_gui.core.report.runs.contrast_model import (
    ContrastedRun,
    ContrastPart,
    FailurePart,
    RunsPicturePart,
    SeparatorPart,
    VersionsPart,
)
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import capitalised, end_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number

_MAX_SEPARATOR_ROWS, _MAX_TASK_ROWS, _MAX_RUN_ROWS = 12, 200, 200
_MAX_ALSO_LENGTH, _MAX_TITLE = 60, 120  # characters
_FLIPS: dict[str, str] = {
    Flip.BROKEN: translatable("broken"),
    Flip.WORSE: translatable("worse"),
    Flip.FIXED: translatable("fixed"),
    Flip.BETTER: translatable("better"),
    Flip.SAME: translatable("same"),
    Flip.UNKNOWN: translatable("unknown"),
}
_OUTCOMES = {
    "passed": translatable("passed"),
    "failed": translatable("failed"),
    "unknown": translatable("unknown"),
}
_TONES: dict[str, Tone] = {Flip.BROKEN: "bad", Flip.WORSE: "bad", Flip.FIXED: "good", Flip.BETTER: "good"}
_LEGEND = translatable(
    "■ as in most passing runs   □ with other arguments   ✗ answered by an error   · not done; the number: which call"
)


def contrast_sections(contrast: ContrastPart) -> list[ReportSection]:
    """Return the sections: first the versions, if any; the separators, the tasks, the pictures, the runs."""
    sections = [] if contrast.versions is None else _versions(contrast.versions)
    if contrast.separators:
        title = tr("What separates within tasks") if contrast.tasks else tr("What separates")
        sections.append(ReportSection(title, (_separators(contrast.separators),)))
    if contrast.tasks:
        sections.append(ReportSection(tr("Tasks"), (_tasks(contrast),)))
    for picture in contrast.pictures:
        title = tr("Call by call: task {task}", task=picture.task) if picture.task else tr("Call by call")
        sections.append(ReportSection(title, _picture(picture)))
    if contrast.failures:
        sections.append(ReportSection(tr("Runs that failed, by their first reason"), (_failures(contrast.failures),)))
    sections.append(ReportSection(tr("Runs"), (_runs(contrast),)))
    return sections


def _versions(versions: VersionsPart) -> list[ReportSection]:
    names = {"fact": fact_name(versions.fact), "before": versions.before, "after": versions.after}
    title = one_line(tr("Versions by {fact}: {before} → {after}", **names), _MAX_TITLE)
    columns = (
        Column(tr("Task"), 2),
        Column(tr("Flip"), 1),
        Column(tr("Passed before"), 1.4, number=True),
        Column(tr("Passed after"), 1.4, number=True),
        Column(tr("By what"), 7),
    )
    rows = tuple(
        (
            task.task or tr("unknown"),
            tr(_FLIPS[task.flip]),
            _share(task.before),
            _share(task.after),
            task.reason,
        )
        for task in versions.tasks[:_MAX_TASK_ROWS]
    )
    tones = tuple(_TONES.get(task.flip, "plain") for task in versions.tasks[:_MAX_TASK_ROWS])
    table = ReportTable(columns, rows, total=len(versions.tasks), what=tr("tasks"), tones=tones)
    sections = [ReportSection(title, (Paragraph(versions.summary), table))]
    differences: list[Block] = [Paragraph(versions.note)]
    if versions.differences:
        differences.append(_separators(versions.differences, by_version=True))
    sections.append(ReportSection(tr("What the versions did differently, within tasks"), tuple(differences)))
    return sections


def _separators(separators: tuple[SeparatorPart, ...], *, by_version: bool = False) -> ReportTable:
    groups = (tr("Before"), tr("After")) if by_version else (tr("Passing"), tr("Failing"))
    within = any(separator.tasks is not None for separator in separators)
    columns = (
        Column(tr("What"), 7),
        Column(groups[0], 1.2, number=True),
        Column(groups[1], 1.2, number=True),
        Column("p", 0.9, number=True),
        Column(tr("Tasks"), 0.9, number=True) if within else Column(tr("By chance"), 1.5),
        Column(tr("The same runs also"), 3.4),
    )
    shown = separators[:_MAX_SEPARATOR_ROWS]
    rows = tuple(
        (
            separator.title,
            *map(_share, _groups(separator, by_version)),
            p_number(separator.p),
            whole_number(separator.tasks or 0) if within else separator.chance,
            _also(separator),
        )
        for separator in shown
    )
    tones: tuple[Tone, ...] = tuple("good" if separator.significant else "plain" for separator in shown)
    return ReportTable(columns, rows, total=len(separators), what=tr("lines"), tones=tones)


def _groups(separator: SeparatorPart, by_version: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    return (separator.failing, separator.passing) if by_version else (separator.passing, separator.failing)


def _also(separator: SeparatorPart) -> str:
    if not separator.also:
        return ""
    more = separator.also_count - 1
    first = one_line(separator.also[0], _MAX_ALSO_LENGTH)
    return trn("{first}, and {n} more", "{first}, and {n} more", more, first=first) if more else first


def _share(share: tuple[int, int]) -> str:
    return tr("{number} of {total}", number=whole_number(share[0]), total=whole_number(share[1]))


def _tasks(contrast: ContrastPart) -> ReportTable:
    columns = (
        Column(tr("Task"), 3),
        Column(capitalised(tr("passed")), 1, number=True),
        Column(capitalised(tr("failed")), 1, number=True),
        Column(capitalised(tr("unknown")), 1.3, number=True),
        Column(tr("First separator"), 7),
    )
    rows = tuple(
        (task.task or tr("unknown"), *map(whole_number, (task.passed, task.failed, task.unknown)), task.first)
        for task in contrast.tasks[:_MAX_TASK_ROWS]
    )
    return ReportTable(columns, rows, total=len(contrast.tasks), what=tr("tasks"))


def _picture(picture: RunsPicturePart) -> tuple[Block, ...]:
    columns = (
        Column(tr("Run"), 3),
        Column(tr("Outcome"), 1.4),
        *(
            Column(f"{number}{'*' if column.separates else ''}", 0.7)
            for number, column in enumerate(picture.columns, 1)
        ),
    )
    rows = tuple((name, tr(_OUTCOMES[outcome]), *cells) for name, outcome, cells in picture.rows)
    tones: tuple[Tone, ...] = tuple(
        "good" if outcome == "passed" else "bad" if outcome == "failed" else "plain" for _, outcome, _ in picture.rows
    )
    calls = tuple(
        (f"{number}{'*' if column.separates else ''}", column.call, _share(column.passing), _share(column.failing))
        for number, column in enumerate(picture.columns, 1)
    )
    of_calls = (
        Column("", 0.6),
        Column(tr("Call"), 8),
        Column(tr("Passing"), 1.2, number=True),
        Column(tr("Failing"), 1.2, number=True),
    )
    table = ReportTable(columns, rows, total=len(rows) + picture.more[0], what=tr("runs"), tones=tones)
    blocks: list[Block] = [
        DrawnRuns(picture, _words(picture), table),
        Paragraph(tr(_LEGEND)),
        ReportTable(of_calls, calls, total=len(calls) + picture.more[1], what=tr("calls")),
    ]
    if any(column.separates for column in picture.columns):
        blocks.append(Paragraph(tr("* The call shows a line of what separates.")))
    return tuple(blocks)


def _words(picture: RunsPicturePart) -> str:
    """Return the content of the picture in words, for people who cannot see it."""
    separates = [column.call for column in picture.columns if column.separates]
    words = tr(
        "{runs} and {calls}",
        runs=trn("{n} run", "{n} runs", len(picture.rows)),
        calls=trn("{n} call", "{n} calls", len(picture.columns)),
    )
    if not separates:
        return words
    calls = "; ".join(separates)
    return trn(
        "{runs_and_calls}; {calls} separates them",
        "{runs_and_calls}; {calls} separate them",
        len(separates),
        runs_and_calls=words,
        calls=calls,
    )


def _failures(failures: tuple[FailurePart, ...]) -> ReportTable:
    columns = (Column(tr("Runs"), 3), Column(tr("Against the nearest run that passed"), 8))
    rows = tuple(
        (", ".join(group.runs), group.sentence or tr("no reason found")) for group in failures[:_MAX_TASK_ROWS]
    )
    return ReportTable(columns, rows, total=len(failures), what=tr("groups"))


def _runs(contrast: ContrastPart) -> ReportTable:
    columns = (
        Column(tr("Run"), 4),
        Column(tr("Task"), 1.6),
        Column(tr("Trial"), 0.8),
        Column(tr("Model"), 1.8),
        Column(tr("Outcome"), 3),
        Column(tr("Events"), 1, number=True),
        Column(tr("Calls"), 0.9, number=True),
        Column(tr("Failures"), 1, number=True),
        Column(tr("Tokens"), 1.2, number=True),
        Column(tr("Cost"), 1.1, number=True),
        Column(tr("Duration"), 1.3, number=True),
    )
    shown = contrast.runs[:_MAX_RUN_ROWS]
    return ReportTable(columns, tuple(map(_run, shown)), total=contrast.total, what=tr("runs"))


def _run(run: ContrastedRun) -> tuple[str, ...]:
    outcome = run.outcome or tr("unknown")
    if run.end:
        outcome = tr("{outcome}; ended: {how}", outcome=outcome, how=end_text(run.end))
    counts = map(whole_number, (run.events, run.calls, run.failures))
    return (run.run, run.task, run.trial, run.model, outcome, *counts, run.tokens, run.cost, run.duration)
