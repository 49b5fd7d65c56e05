"""The sections of a report that set two runs side by side."""

from __future__ import annotations

from dataclasses import asdict

from replay_gui.core.report.document import Block, Column, Paragraph, Section, Table
from replay_gui.core.report.model import CausePart, ComparisonPart, PointPart, RunPart
from replay_gui.core.text.wording import plural

_CAUSES, _POINTS, _TOOLS, _RULES = 40, 100, 40, 40
_NAMES = {
    "equal": "equal",
    "changed": "changed",
    "moved": "moved",
    "only_a": "only in A",
    "only_b": "only in B",
    "state": "equal events, other state",
    "ignored": "passed over by rules",
}


def comparison_sections(comparison: ComparisonPart, runs: tuple[RunPart, ...]) -> list[Section]:
    """Why the runs differ, in how much, in what, and what was passed over."""
    sections = []
    if comparison.causes:
        sections.append(Section("Why they differ", (_causes(comparison.causes),)))
    sections.append(Section("How much", (_counts(comparison), *_tools(comparison))))
    if comparison.points:
        sections.append(Section(f"Divergences ({comparison.total:,})", (_points(comparison),)))
    sections.append(Section("Rules in force", (_rules(comparison),)))
    return sections


def _causes(causes: tuple[CausePart, ...]) -> Table:
    columns = (Column("Cause", 4.4), Column("Where and what", 6), Column("Follows", 1.6))
    rows = tuple((_headline(cause), cause.details, _follows(cause)) for cause in causes[:_CAUSES])
    return Table(columns, rows, len(causes), "causes", tuple("bad" if c.certain else "warn" for c in causes[:_CAUSES]))


def _headline(cause: CausePart) -> str:
    return cause.headline if cause.certain else f"{cause.headline} (possible)"


def _follows(cause: CausePart) -> str:
    words = plural(cause.consequences, "divergence") if cause.consequences else "nothing"
    return words + (f", {cause.suppressed:,} like it passed over" if cause.suppressed else "")


def _counts(comparison: ComparisonPart) -> Table:
    counts = asdict(comparison.counts)
    rows = tuple((_NAMES[name], f"{number:,}") for name, number in counts.items())
    return Table((Column("Steps", 4), Column("Count", 3.6, number=True)), rows, len(rows), "rows", narrow=True)


def _tools(comparison: ComparisonPart) -> tuple[Block, ...]:
    if not comparison.tools:
        return ()
    columns = (
        Column("Tool", 4),
        Column("Calls in A", 1.3, number=True),
        Column("in B", 1.3, number=True),
        Column("Errors in A", 1.4, number=True),
        Column("in B", 1.3, number=True),
        Column("Answered otherwise", 2.2, number=True),
    )
    rows = tuple(
        (tool.tool, *(f"{n:,}" for n in (tool.calls_a, tool.calls_b, tool.errors_a, tool.errors_b)), _otherwise(*both))
        for tool in comparison.tools[:_TOOLS]
        for both in ((tool.answered_otherwise, tool.ignored),)
    )
    return (Table(columns, rows, len(comparison.tools), "tools"),)


def _otherwise(number: int, ignored: int) -> str:
    return f"{number:,}" + (f" ({ignored:,} passed over)" if ignored else "")


def _points(comparison: ComparisonPart) -> Table:
    columns = (
        Column("A", 0.9, number=True),
        Column("B", 0.9, number=True),
        Column("Change", 1.2),
        Column("What differs", 5),
        Column("Expected / found", 3.4, data=True),
    )
    rows = tuple(map(_point, comparison.points[:_POINTS]))
    return Table(columns, rows, comparison.total, "divergences")


def _point(point: PointPart) -> tuple[str, ...]:
    """Of the hashes the beginning; JSON has them whole."""
    hashes = " / ".join("none" if hash_ is None else f"{hash_[:16]}…" for hash_ in (point.expected, point.actual))
    change = _NAMES.get(point.change, point.change)
    a = "" if point.change == "only_b" else f"{point.position + 1:,}"
    b = "" if point.change == "only_a" else f"{point.position_b + 1:,}"
    return a, b, change, point.diff.removeprefix(f"{change}: "), hashes


def _rules(comparison: ComparisonPart) -> Block:
    if not comparison.rules:
        return Paragraph("None: every difference counts.")
    columns = (Column("Action", 2), Column("Of what", 6), Column("Note", 4))
    rows = tuple((rule.action, rule.speaks_of, rule.note) for rule in comparison.rules[:_RULES])
    return Table(columns, rows, len(comparison.rules), "rules")
