"""The sections of a report about many runs."""

from __future__ import annotations

from replay_gui.core.contrast.statistics import p_number
from replay_gui.core.contrast.versions import Flip
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
from replay_gui.core.text.wording import plural

_MAX_SEPARATOR_ROWS, _MAX_TASK_ROWS, _MAX_RUN_ROWS = 12, 200, 200
_MAX_ALSO_LENGTH, _MAX_TITLE = 60, 120  # characters
_TONES: dict[str, Tone] = {Flip.BROKEN: "bad", Flip.WORSE: "bad", Flip.FIXED: "good", Flip.BETTER: "good"}
_LEGEND = (
    "■ as in most passing runs   □ with other arguments   ✗ answered by an error   · not done; the number: which call"
)


def contrast_sections(contrast: ContrastPart) -> list[ReportSection]:
    """Return the sections: first the versions, if any; the separators, the tasks, the pictures, the runs."""
    sections = [] if contrast.versions is None else _versions(contrast.versions)
    if contrast.separators:
        title = "What separates within tasks" if contrast.tasks else "What separates"
        sections.append(ReportSection(title, (_separators(contrast.separators),)))
    if contrast.tasks:
        sections.append(ReportSection("Tasks", (_tasks(contrast),)))
    for picture in contrast.pictures:
        title = f"Call by call: task {picture.task}" if picture.task else "Call by call"
        sections.append(ReportSection(title, _picture(picture)))
    if contrast.failures:
        sections.append(ReportSection("Runs that failed, by their first reason", (_failures(contrast.failures),)))
    sections.append(ReportSection("Runs", (_runs(contrast),)))
    return sections


def _versions(versions: VersionsPart) -> list[ReportSection]:
    title = one_line(f"Versions by {versions.fact}: {versions.before} → {versions.after}", _MAX_TITLE)
    columns = (
        Column("Task", 2),
        Column("Flip", 1),
        Column("Passed before", 1.4, number=True),
        Column("Passed after", 1.4, number=True),
        Column("By what", 7),
    )
    rows = tuple(
        (task.task or "unknown", task.flip, _share(task.before), _share(task.after), task.reason)
        for task in versions.tasks[:_MAX_TASK_ROWS]
    )
    tones = tuple(_TONES.get(task.flip, "plain") for task in versions.tasks[:_MAX_TASK_ROWS])
    table = ReportTable(columns, rows, total=len(versions.tasks), what="tasks", tones=tones)
    sections = [ReportSection(title, (Paragraph(versions.summary), table))]
    differences: list[Block] = [Paragraph(versions.note)]
    if versions.differences:
        differences.append(_separators(versions.differences, by_version=True))
    sections.append(ReportSection("What the versions did differently, within tasks", tuple(differences)))
    return sections


def _separators(separators: tuple[SeparatorPart, ...], *, by_version: bool = False) -> ReportTable:
    groups = ("Before", "After") if by_version else ("Passing", "Failing")
    within = any(separator.tasks is not None for separator in separators)
    columns = (
        Column("What", 7),
        Column(groups[0], 1.2, number=True),
        Column(groups[1], 1.2, number=True),
        Column("p", 0.9, number=True),
        Column("Tasks", 0.9, number=True) if within else Column("By chance", 1.5),
        Column("The same runs also", 3.4),
    )
    shown = separators[:_MAX_SEPARATOR_ROWS]
    rows = tuple(
        (
            separator.sentence.rpartition(": ")[0] or separator.sentence,
            *map(_share, _groups(separator, by_version)),
            p_number(separator.p),
            f"{separator.tasks or 0:,}" if within else separator.chance,
            _also(separator),
        )
        for separator in shown
    )
    tones: tuple[Tone, ...] = tuple("good" if separator.significant else "plain" for separator in shown)
    return ReportTable(columns, rows, total=len(separators), what="lines", tones=tones)


def _groups(separator: SeparatorPart, by_version: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    return (separator.failing, separator.passing) if by_version else (separator.passing, separator.failing)


def _also(separator: SeparatorPart) -> str:
    if not separator.also:
        return ""
    more = separator.also_count - 1
    first = one_line(separator.also[0], _MAX_ALSO_LENGTH)
    return f"{first}, and {more:,} more" if more else first


def _share(share: tuple[int, int]) -> str:
    return f"{share[0]:,} of {share[1]:,}"


def _tasks(contrast: ContrastPart) -> ReportTable:
    columns = (
        Column("Task", 3),
        Column("Passed", 1, number=True),
        Column("Failed", 1, number=True),
        Column("Unknown", 1.3, number=True),
        Column("First separator", 7),
    )
    rows = tuple(
        (task.task or "unknown", f"{task.passed:,}", f"{task.failed:,}", f"{task.unknown:,}", task.first)
        for task in contrast.tasks[:_MAX_TASK_ROWS]
    )
    return ReportTable(columns, rows, total=len(contrast.tasks), what="tasks")


def _picture(picture: RunsPicturePart) -> tuple[Block, ...]:
    columns = (
        Column("Run", 3),
        Column("Outcome", 1.4),
        *(
            Column(f"{number}{'*' if column.separates else ''}", 0.7)
            for number, column in enumerate(picture.columns, 1)
        ),
    )
    rows = tuple((name, outcome, *cells) for name, outcome, cells in picture.rows)
    tones: tuple[Tone, ...] = tuple(
        "good" if outcome == "passed" else "bad" if outcome == "failed" else "plain" for _, outcome, _ in picture.rows
    )
    calls = tuple(
        (f"{number}{'*' if column.separates else ''}", column.call, _share(column.passing), _share(column.failing))
        for number, column in enumerate(picture.columns, 1)
    )
    of_calls = (
        Column("", 0.6),
        Column("Call", 8),
        Column("Passing", 1.2, number=True),
        Column("Failing", 1.2, number=True),
    )
    table = ReportTable(columns, rows, total=len(rows) + picture.more[0], what="runs", tones=tones)
    blocks: list[Block] = [
        DrawnRuns(picture, _words(picture), table),
        Paragraph(_LEGEND),
        ReportTable(of_calls, calls, total=len(calls) + picture.more[1], what="calls"),
    ]
    if any(column.separates for column in picture.columns):
        blocks.append(Paragraph("* The call shows a line of what separates."))
    return tuple(blocks)


def _words(picture: RunsPicturePart) -> str:
    """Return the content of the picture in words, for people who cannot see it."""
    separates = [column.call for column in picture.columns if column.separates]
    ending = f"; {'; '.join(separates)} {'separates' if len(separates) == 1 else 'separate'} them" if separates else ""
    return f"{plural(len(picture.rows), 'run')} and {plural(len(picture.columns), 'call')}{ending}"


def _failures(failures: tuple[FailurePart, ...]) -> ReportTable:
    columns = (Column("Runs", 3), Column("Against the nearest run that passed", 8))
    rows = tuple((", ".join(group.runs), group.sentence or "no reason found") for group in failures[:_MAX_TASK_ROWS])
    return ReportTable(columns, rows, total=len(failures), what="groups")


def _runs(contrast: ContrastPart) -> ReportTable:
    columns = (
        Column("Run", 4),
        Column("Task", 1.6),
        Column("Trial", 0.8),
        Column("Model", 1.8),
        Column("Outcome", 3),
        Column("Events", 1, number=True),
        Column("Calls", 0.9, number=True),
        Column("Failures", 1, number=True),
        Column("Tokens", 1.2, number=True),
        Column("Cost", 1.1, number=True),
        Column("Duration", 1.3, number=True),
    )
    shown = contrast.runs[:_MAX_RUN_ROWS]
    return ReportTable(columns, tuple(map(_run, shown)), total=contrast.total, what="runs")


def _run(run: ContrastedRun) -> tuple[str, ...]:
    outcome = "; ended: ".join(words for words in (run.outcome or "unknown", run.end) if words)
    counts = (f"{run.events:,}", f"{run.calls:,}", f"{run.failures:,}")
    return (run.run, run.task, run.trial, run.model, outcome, *counts, run.tokens, run.cost, run.duration)
