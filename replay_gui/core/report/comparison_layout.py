"""The sections of a report about a comparison."""

from __future__ import annotations

from dataclasses import asdict

from replay_gui.core.log.positions import position_after
from replay_gui.core.report.document import Block, Column, Fact, Facts, Paragraph, ReportSection, ReportTable
from replay_gui.core.report.model import CausePart, ComparisonPart, PointPart
from replay_gui.core.report.why_layout import why_sections
from replay_gui.core.text.wording import plural

_MAX_CAUSE_ROWS, _MAX_POINT_ROWS, _MAX_TOOL_ROWS, _MAX_RULE_ROWS = 40, 100, 40, 40
_MAX_GAPS_LISTED = 20
_NAMES = {
    "equal": "equal",
    "changed": "changed",
    "moved": "moved",
    "only_a": "only in A",
    "only_b": "only in B",
    "state": "equal events, other state",
    "ignored": "ignored by rules",
}


def comparison_sections(comparison: ComparisonPart) -> list[ReportSection]:
    """Return the sections about causes, counts, divergences and rules."""
    sections = [] if comparison.why is None else why_sections(comparison.why)
    sections += _outcomes(comparison)
    if comparison.causes:
        sections.append(ReportSection("Where they diverge", (_causes(comparison.causes),)))
    sections.append(ReportSection("What was compared", _content(comparison)))
    sections.append(ReportSection("How much", (_counts(comparison), *_tools(comparison))))
    if comparison.points:
        sections.append(ReportSection(f"Divergences ({comparison.total:,})", (_points(comparison),)))
    sections.append(ReportSection("Rules in force", _rules(comparison)))
    return sections


def _outcomes(comparison: ComparisonPart) -> list[ReportSection]:
    """Return the section about outcomes; [] if neither run records one."""
    words = [result.words() for result in comparison.results]
    if not any(words) and comparison.results_equal:
        return []
    facts = Facts(tuple(Fact(side, outcome or "unknown") for side, outcome in zip("AB", words, strict=True)))
    equal = (
        "Both say the same."
        if comparison.results_equal
        else "They differ, in this or in the answer, what was expected, or another detail."
    )
    return [ReportSection("Outcomes", (facts, Paragraph(equal)))]


def _content(comparison: ComparisonPart) -> tuple[Block, ...]:
    content = comparison.content
    blocks: list[Block] = [Paragraph(f"The content of {plural(content.events, 'event')} of both runs.")]
    if content.members_left_out:
        columns = (Column("Not compared", 4), Column("Events", 3.6, number=True))
        rows = tuple((name, f"{number:,}") for name, number in content.members_left_out[:_MAX_TOOL_ROWS])
        blocks.append(ReportTable(columns, rows, total=len(content.members_left_out), what="members", narrow=True))
    blocks += [Paragraph(f"Not in the logs: {gap}.", "warn") for gap in content.gaps[:_MAX_GAPS_LISTED]]
    return tuple(blocks)


def _causes(causes: tuple[CausePart, ...]) -> ReportTable:
    columns = (Column("Cause", 4.4), Column("Where and what", 6), Column("Follows", 1.6))
    rows = tuple((_headline(cause), cause.details, _follows(cause)) for cause in causes[:_MAX_CAUSE_ROWS])
    return ReportTable(
        columns,
        rows,
        total=len(causes),
        what="causes",
        tones=tuple("bad" if c.certain else "warn" for c in causes[:_MAX_CAUSE_ROWS]),
    )


def _headline(cause: CausePart) -> str:
    return cause.headline if cause.certain else f"{cause.headline} (possible)"


def _follows(cause: CausePart) -> str:
    words = plural(cause.consequences, "divergence") if cause.consequences else "nothing"
    return words + (f", {cause.suppressed:,} like it ignored" if cause.suppressed else "")


def _counts(comparison: ComparisonPart) -> ReportTable:
    counts = asdict(comparison.counts)
    rows = tuple((_NAMES[name], f"{number:,}") for name, number in counts.items())
    return ReportTable(
        (Column("Steps", 4), Column("Count", 3.6, number=True)), rows, total=len(rows), what="rows", narrow=True
    )


def _tools(comparison: ComparisonPart) -> tuple[Block, ...]:
    if not comparison.tools:
        return ()
    columns = (
        Column("Tool", 4),
        Column("Calls in A", 1.3, number=True),
        Column("in B", 1.3, number=True),
        Column("Errors in A", 1.4, number=True),
        Column("in B", 1.3, number=True),
        Column("Different answers", 2.2, number=True),
    )
    rows = tuple(
        (
            tool.tool,
            *(f"{n:,}" for n in (tool.calls_a, tool.calls_b, tool.errors_a, tool.errors_b)),
            _changed_answers(*both),
        )
        for tool in comparison.tools[:_MAX_TOOL_ROWS]
        for both in ((tool.answered_otherwise, tool.ignored),)
    )
    return (ReportTable(columns, rows, total=len(comparison.tools), what="tools"),)


def _changed_answers(number: int, ignored: int) -> str:
    return f"{number:,}" + (f" ({ignored:,} ignored)" if ignored else "")


def _points(comparison: ComparisonPart) -> ReportTable:
    columns = (
        Column("A", 0.9, number=True),
        Column("B", 0.9, number=True),
        Column("Change", 1.2),
        Column("What differs", 5),
        Column("Expected / found", 3.4, data=True),
    )
    rows = tuple(map(_point, comparison.points[:_MAX_POINT_ROWS]))
    return ReportTable(columns, rows, total=comparison.total, what="divergences")


def _point(point: PointPart) -> tuple[str, ...]:
    """Return the row of a divergence, with the beginning of its hashes; JSON contains the complete hashes."""
    hashes = " / ".join("none" if hash_ is None else f"{hash_[:16]}…" for hash_ in (point.expected, point.actual))
    change = _NAMES.get(point.change, point.change)
    a = "" if point.change == "only_b" else f"{position_after(point.index_a):,}"
    b = "" if point.change == "only_a" else f"{position_after(point.index_b):,}"
    return a, b, change, point.diff.removeprefix(f"{change}: "), hashes


def _rules(comparison: ComparisonPart) -> tuple[Block, ...]:
    if not comparison.rules:
        return (Paragraph("None: every difference counts."),)
    blocks = [] if comparison.rules_file is None else [Paragraph(f"From {comparison.rules_file}.")]
    columns = (Column("Action", 2), Column("Applies to", 6), Column("Note", 4))
    rows = tuple((rule.action, rule.speaks_of, rule.note) for rule in comparison.rules[:_MAX_RULE_ROWS])
    return (*blocks, ReportTable(columns, rows, total=len(comparison.rules), what="rules"))
