"""The sections of a report about a comparison."""

from __future__ import annotations

from dataclasses import asdict

from replay_gui.core.log.positions import position_after
from replay_gui.core.report.document import Block, Column, Fact, Facts, Paragraph, ReportSection, ReportTable
from replay_gui.core.report.model import CausePart, ComparisonPart, PointPart
from replay_gui.core.report.why_layout import why_sections
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number

_MAX_CAUSE_ROWS, _MAX_POINT_ROWS, _MAX_TOOL_ROWS, _MAX_RULE_ROWS = 40, 100, 40, 40
_MAX_GAPS_LISTED = 20
_NAMES = {
    "equal": translatable("equal"),
    "changed": translatable("changed"),
    "moved": translatable("moved"),
    "only_a": translatable("only in A"),
    "only_b": translatable("only in B"),
    "state": translatable("equal events, other state"),
    "ignored": translatable("ignored by rules"),
}


def comparison_sections(comparison: ComparisonPart) -> list[ReportSection]:
    """Return the sections about causes, counts, divergences and rules."""
    sections = [] if comparison.why is None else why_sections(comparison.why)
    sections += _outcomes(comparison)
    if comparison.causes:
        sections.append(ReportSection(tr("Where they diverge"), (_causes(comparison.causes),)))
    sections.append(ReportSection(tr("What was compared"), _content(comparison)))
    sections.append(ReportSection(tr("How much"), (_counts(comparison), *_tools(comparison))))
    if comparison.points:
        sections.append(
            ReportSection(tr("Divergences ({number})", number=whole_number(comparison.total)), (_points(comparison),))
        )
    sections.append(ReportSection(tr("Rules in force"), _rules(comparison)))
    return sections


def _outcomes(comparison: ComparisonPart) -> list[ReportSection]:
    """Return the section about outcomes; [] if neither run records one."""
    words = [result.words() for result in comparison.results]
    if not any(words) and comparison.results_equal:
        return []
    facts = Facts(tuple(Fact(side, outcome or tr("unknown")) for side, outcome in zip("AB", words, strict=True)))
    equal = (
        tr("Both say the same.")
        if comparison.results_equal
        else tr("They differ, in this or in the answer, what was expected, or another detail.")
    )
    return [ReportSection(tr("Outcomes"), (facts, Paragraph(equal)))]


def _content(comparison: ComparisonPart) -> tuple[Block, ...]:
    content = comparison.content
    blocks: list[Block] = [
        Paragraph(
            trn("The content of {n} event of both runs.", "The content of {n} events of both runs.", content.events)
        )
    ]
    if content.members_left_out:
        columns = (Column(tr("Not compared"), 4), Column(tr("Events"), 3.6, number=True))
        rows = tuple((name, whole_number(number)) for name, number in content.members_left_out[:_MAX_TOOL_ROWS])
        blocks.append(ReportTable(columns, rows, total=len(content.members_left_out), what=tr("members"), narrow=True))
    blocks += [
        Paragraph(tr("Not in the logs: {gap}.", gap=sentence_text(gap)), "warn")
        for gap in content.gaps[:_MAX_GAPS_LISTED]
    ]
    return tuple(blocks)


def _causes(causes: tuple[CausePart, ...]) -> ReportTable:
    columns = (Column(tr("Cause"), 4.4), Column(tr("Where and what"), 6), Column(tr("Follows"), 1.6))
    rows = tuple((_headline(cause), cause.details, _follows(cause)) for cause in causes[:_MAX_CAUSE_ROWS])
    return ReportTable(
        columns,
        rows,
        total=len(causes),
        what=tr("causes"),
        tones=tuple("bad" if c.certain else "warn" for c in causes[:_MAX_CAUSE_ROWS]),
    )


def _headline(cause: CausePart) -> str:
    return cause.headline if cause.certain else tr("{cause} (possible)", cause=cause.headline)


def _follows(cause: CausePart) -> str:
    follows = trn("{n} divergence", "{n} divergences", cause.consequences) if cause.consequences else tr("nothing")
    if not cause.suppressed:
        return follows
    return trn("{follows}, {n} like it ignored", "{follows}, {n} like it ignored", cause.suppressed, follows=follows)


def _counts(comparison: ComparisonPart) -> ReportTable:
    counts = asdict(comparison.counts)
    rows = tuple((tr(_NAMES[name]), whole_number(number)) for name, number in counts.items())
    return ReportTable(
        (Column(tr("Steps"), 4), Column(tr("Count"), 3.6, number=True)),
        rows,
        total=len(rows),
        what=tr("rows"),
        narrow=True,
    )


def _tools(comparison: ComparisonPart) -> tuple[Block, ...]:
    if not comparison.tools:
        return ()
    columns = (
        Column(tr("Tool"), 4),
        Column(tr("Calls in A"), 1.3, number=True),
        Column(tr("in B"), 1.3, number=True),
        Column(tr("Errors in A"), 1.4, number=True),
        Column(tr("in B"), 1.3, number=True),
        Column(tr("Different answers"), 2.2, number=True),
    )
    rows = tuple(
        (
            tool.tool,
            *(whole_number(n) for n in (tool.calls_a, tool.calls_b, tool.errors_a, tool.errors_b)),
            _changed_answers(*both),
        )
        for tool in comparison.tools[:_MAX_TOOL_ROWS]
        for both in ((tool.answered_otherwise, tool.ignored),)
    )
    return (ReportTable(columns, rows, total=len(comparison.tools), what=tr("tools")),)


def _changed_answers(number: int, ignored: int) -> str:
    words = whole_number(number)
    return tr("{number} ({ignored} ignored)", number=words, ignored=whole_number(ignored)) if ignored else words


def _points(comparison: ComparisonPart) -> ReportTable:
    columns = (
        Column("A", 0.9, number=True),
        Column("B", 0.9, number=True),
        Column(tr("Change"), 1.2),
        Column(tr("What differs"), 5),
        Column(tr("Expected / found"), 3.4, data=True),
    )
    rows = tuple(map(_point, comparison.points[:_MAX_POINT_ROWS]))
    return ReportTable(columns, rows, total=comparison.total, what=tr("divergences"))


def _point(point: PointPart) -> tuple[str, ...]:
    """Return the row of a divergence, with the beginning of its hashes; JSON contains the complete hashes."""
    hashes = " / ".join(tr("none") if hash_ is None else f"{hash_[:16]}…" for hash_ in (point.expected, point.actual))
    change = tr(_NAMES[point.change])
    a = "" if point.change == "only_b" else whole_number(position_after(point.index_a))
    b = "" if point.change == "only_a" else whole_number(position_after(point.index_b))
    return a, b, change, point.diff.removeprefix(f"{change}: "), hashes


def _rules(comparison: ComparisonPart) -> tuple[Block, ...]:
    if not comparison.rules:
        return (Paragraph(tr("None: every difference counts.")),)
    blocks = [] if comparison.rules_file is None else [Paragraph(tr("From {file}.", file=comparison.rules_file))]
    columns = (Column(tr("Action"), 2), Column(tr("Applies to"), 6), Column(tr("Note"), 4))
    rows = tuple((rule.action, rule.speaks_of, rule.note) for rule in comparison.rules[:_MAX_RULE_ROWS])
    return (*blocks, ReportTable(columns, rows, total=len(comparison.rules), what=tr("rules")))
