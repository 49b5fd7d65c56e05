"""Lay a report out as a document: its sections, their order, and the shown part of long lists."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import astuple
from itertools import islice
from pathlib import PurePath

from replay_gui.core.facts.run_measures import token_words
from replay_gui.core.facts.run_note import MAX_NOTE_CHARACTERS
from replay_gui.core.facts.run_outcome import RunResult, outcome_words
from replay_gui.core.log.positions import position_after
from replay_gui.core.report.comparison_layout import comparison_sections
from replay_gui.core.report.document import (
    Block,
    Column,
    Command,
    Document,
    Fact,
    Facts,
    Paragraph,
    Picture,
    ReportSection,
    ReportTable,
    Tone,
)
from replay_gui.core.report.model import Report, RunOverview, RunPart
from replay_gui.core.report.runs.contrast_layout import contrast_sections
from replay_gui.core.report.words import RESULT_TONES, TONES, checks, failures, mismatches, report_words, verdict_words
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.event_label import kind_label
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text, plural
from replay_gui.core.verification.verification_report import Finding

MAX_FINDING_ROWS = 100  # of a long list
_MAX_NOTED, _MAX_NOTE_CHARACTERS = 200, 2_000  # notes of the user
_MAX_TOOL_ROWS, _MAX_KIND_ROWS, _MAX_RUNS = 40, 40, 200
_MAX_NOTES = 40  # notes of the verification
_MAX_OUTCOMES = 20  # graders that are shown


def layout_document(report: Report) -> Document:
    """Return the report as sections, from top to bottom."""
    verdict, tone, words = report_words(report)
    several = len(report.runs) + len(report.unread) > 1
    sections: list[ReportSection] = []
    if several:
        sections.append(_runs(report))
    if report.comparison is not None:
        sections += comparison_sections(report.comparison)
    if report.contrast is not None:
        sections += contrast_sections(report.contrast)
    for number, part in enumerate(report.runs[:_MAX_RUNS]):
        sections += _run(part, _label(report, number), several)
    sections.append(_how_to_repeat(report))
    lines = tuple(part.verification.line for part in report.runs) if len(report.runs) <= 2 else ()
    return Document(
        title=_title(report),
        verdict=verdict,
        tone=tone,
        words=words,
        lines=lines,
        made=_made_by(report),
        sections=tuple(sections),
    )


def _title(report: Report) -> str:
    names = [PurePath(part.verification.run).name or part.verification.run for part in report.runs]
    if report.contrast is not None:
        return f"Contrast of {plural(report.contrast.total, 'run')}"
    if report.comparison is not None:
        return f"Comparison of {one_line(names[0], 60)} and {one_line(names[1], 60)}"
    if len(names) == 1 and not report.unread:
        return f"Verification of {one_line(names[0], 100)}"
    return f"Verification of {plural(len(names) + len(report.unread), 'run')}"


def _made_by(report: Report) -> str:
    words = f"replay-gui {report.version}, {utc_text(report.made)[:19]} UTC"
    return words + (" · redacted" if report.redaction else "")


def _label(report: Report, number: int) -> str:
    """Return the heading of a run among several."""
    part = report.runs[number]
    name = one_line(part.verification.run, 120)
    return f"{'AB'[number]}: {name}" if report.comparison is not None and number < 2 else name


def _runs(report: Report) -> ReportSection:
    columns = (
        Column("Run", 6),
        Column("Events", 1.4, number=True),
        Column("Failures", 1.4, number=True),
        Column("Mismatches", 1.6, number=True),
        Column("Seal", 1, number=False),
        Column("Verdict", 2.2),
    )
    rows: list[tuple[str, ...]] = []
    tones: list[Tone] = []
    for number, part in islice(enumerate(report.runs), _MAX_RUNS):
        verification = part.verification
        numbers = (f"{verification.events:,}", f"{failures(part):,}", f"{mismatches(part):,}")
        anchored = "" if part.anchor is None or part.anchor.good else ", not as anchored"
        rows.append((_label(report, number), *numbers, verification.seal, verification.verdict + anchored))
        tones.append("bad" if anchored else TONES[verification.verdict])
    for unread in report.unread[:_MAX_RUNS]:
        rows.append((unread.run, "", "", "", "", f"could not be read: {unread.why}"))
        tones.append("bad")
    total = len(report.runs) + len(report.unread)
    return ReportSection("Runs", (ReportTable(columns, tuple(rows), total=total, what="runs", tones=tuple(tones)),))


# ---- one run ------------------------------------------------------------------------------------------
def _run(part: RunPart, label: str, several: bool) -> list[ReportSection]:
    level = 2 if several else 1
    sections = (
        [ReportSection(label, (Paragraph(verdict_words(part), TONES[part.verification.verdict]),))] if several else []
    )
    if part.diagnosis is not None:
        sections.append(ReportSection("First damage", _damage_blocks(part), level))
    sections.append(ReportSection("What was checked", (_checks(part),), level))
    sections.append(ReportSection("The file", (Facts(_file(part)),), level))
    sections.append(ReportSection("The run", _facts(part), level))
    verification = part.verification
    for title, findings, total in (
        ("Failures", verification.failures, failures(part)),
        ("Mismatches", verification.mismatches, mismatches(part)),
    ):
        if findings:
            sections.append(ReportSection(f"{title} ({total:,})", _findings(findings, total, title.lower()), level))
    if part.noted:
        sections.append(ReportSection("Notes on events", (_noted(part),), level))
    if verification.notes:
        notes = [Paragraph(note) for note in verification.notes[:_MAX_NOTES]]
        if len(verification.notes) > _MAX_NOTES:
            notes.append(Paragraph(f"{len(verification.notes) - _MAX_NOTES:,} more notes are not shown."))
        sections.append(ReportSection("Notes", tuple(notes), level))
    return sections


def _noted(part: RunPart) -> ReportTable:
    rows = []
    for noted in part.noted[:_MAX_NOTED]:
        first, last = position_after(noted.first), position_after(noted.last)
        place = f"{first:,}" if first == last else f"{first:,} to {last:,}"
        rows.append((place, one_line(noted.text, MAX_NOTE_CHARACTERS) or "Bookmark"))
    columns = (Column("Event", 1.4), Column("Note", 8, limit=_MAX_NOTE_CHARACTERS))
    return ReportTable(columns, tuple(rows), total=len(part.noted), what="notes")


def _checks(part: RunPart) -> ReportTable:
    listed = checks(part)
    columns = (Column("Check", 3), Column("Result", 1.5), Column("Explanation", 7))
    rows = tuple((check.what, check.result, check.words) for check in listed)
    return ReportTable(
        columns, rows, total=len(rows), what="checks", tones=tuple(RESULT_TONES[check.result] for check in listed)
    )


def _damage_blocks(part: RunPart) -> tuple[Block, ...]:
    diagnosis, broken = part.diagnosis, part.broken
    assert diagnosis is not None
    blocks: list[Block] = [Paragraph(f"{diagnosis.damage.value.capitalize()}. {diagnosis.words}", "bad")]
    finding = diagnosis.finding
    if broken is None or finding is None:
        return tuple(blocks)
    name = f"{broken.kind} {broken.tool}" if broken.tool else broken.kind
    end = f"to {broken.offset + broken.size:,}" if broken.size else "on"
    rows = [
        Fact("Event", f"{position_after(broken.index):,} of {part.verification.events:,}, {broken.event_id}"),
        Fact("Bytes", f"{broken.offset:,} {end}"),
        Fact("Kind", f"{name}{f', {utc_text(broken.time)} UTC' if broken.time is not None else ''}"),
        Fact("Content now", broken.summary),
        Fact("Problem", finding.problem),
    ]
    if finding.expected is not None:
        rows.append(Fact("Expected", finding.expected, data=True, tone="good"))
    if finding.actual is not None:
        rows.append(Fact("Found", finding.actual, data=True, tone="bad"))
    blocks.append(Facts(tuple(rows)))
    if broken.members:
        columns = (Column("Member", 3, data=True), Column("Value now", 8, data=True))
        blocks.append(ReportTable(columns, broken.members, total=len(broken.members) + broken.hidden, what="members"))
    return tuple(blocks)


def _file(part: RunPart) -> tuple[Fact, ...]:
    verification = part.verification
    rows = [
        Fact("Name", verification.run),
        Fact("Format", part.format),
        Fact("Run", verification.run_id),
        Fact("Size", f"{part.size:,} bytes"),
        Fact("BLAKE3 of the file", verification.file_blake3, data=True),
    ]
    if verification.head is not None:
        rows.append(Fact("Head hash", verification.head, data=True))
    elif not part.foreign:
        rows.append(Fact("Head hash", "none: the last bytes are not a record"))
    if verification.state_hash is not None:
        rows.append(Fact("Final state hash", verification.state_hash, data=True))
    elif not part.foreign:
        rows.append(Fact("Final state hash", "not computed: the reducer is unknown"))
    return tuple(rows)


def _facts(part: RunPart) -> tuple[Block, ...]:
    facts = part.facts
    rows = [Fact("Agent", facts.agent or "unknown"), Fact("Events", f"{part.verification.events:,}")]
    if facts.first_time is not None:
        rows.append(Fact("Time", f"{utc_text(facts.first_time)[:19]} to {utc_text(facts.last_time)[:19]} UTC"))
    if facts.duration is not None:
        rows.append(Fact("Duration", duration_text(facts.duration)))
    rows += _measures(facts)
    blocks: list[Block] = [Facts(tuple(rows))]
    if part.timeline is not None:
        blocks.append(Picture(part.timeline, _picture_words(part)))
    if facts.tools:
        columns = (
            Column("Tool", 4),
            Column("Calls", 1.2, number=True),
            Column("Errors", 1.2, number=True),
            Column("Denials", 1.2, number=True),
        )
        tools = tuple(
            (tool.name, f"{tool.calls:,}", f"{tool.errors:,}", f"{tool.denied:,}")
            for tool in facts.tools[:_MAX_TOOL_ROWS]
        )
        blocks.append(ReportTable(columns, tools, total=len(facts.tools), what="tools", narrow=True))
    kinds = tuple((kind_label(kind), f"{number:,}") for kind, number in facts.kinds[:_MAX_KIND_ROWS])
    of_kinds = (Column("Events of kind", 4), Column("Count", 3.6, number=True))
    blocks.append(ReportTable(of_kinds, kinds, total=len(facts.kinds), what="kinds", narrow=True))
    return tuple(blocks)


def _measures(facts: RunOverview) -> list[Fact]:
    """Return the outcome and the measures of the run, as far as they are known."""
    result, counts, tokens = facts.result, facts.counts, facts.tokens
    rows = [Fact("Outcome", outcome_words(outcome)) for outcome in result.outcomes[:_MAX_OUTCOMES]]
    if result.end is not None:
        rows.append(Fact("End", RunResult(end=result.end).words()))
    wrong = (
        (counts.failed, "failed"),
        (counts.denied, "denied"),
        (counts.errors, "errors"),
        (counts.interrupted, "interrupted"),
    )
    rows.append(Fact("Calls", ", ".join([f"{counts.calls:,}", *(f"{n:,} {what}" for n, what in wrong if n)])))
    if any(number is not None for number in astuple(tokens)):
        rows.append(Fact("Tokens", token_words(tokens)))
    if facts.cost is not None:
        rows.append(Fact("Cost", cost_text(facts.cost)))
    return rows


def _picture_words(part: RunPart) -> str:
    words = f"Timeline of {plural(part.verification.events, 'event')}"
    broken = part.verification.first_broken
    return words if broken is None else f"{words}; from event {position_after(broken):,} on they cannot be trusted"


def _findings(findings: tuple[Finding, ...], total: int, what: str) -> tuple[Block, ...]:
    """Return a table of the problems and their counts, then one of the first findings."""
    groups = Counter(finding.problem for finding in findings)
    blocks: list[Block] = []
    if len(groups) > 1:
        rows = tuple((problem, f"{number:,}") for problem, number in groups.most_common(12))
        blocks.append(
            ReportTable(
                (Column("Problem", 8), Column("Times", 1, number=True)), rows, total=len(groups), what="problems"
            )
        )
    columns = (
        Column("Event", 1.1, number=True),
        Column("Id", 2.4, data=True),
        Column("Byte", 1.6, number=True),
        Column("Problem", 3),
        Column("Expected", 3, data=True),
        Column("Found", 3, data=True),
    )
    listed = tuple(
        (
            f"{position_after(finding.index):,}",
            finding.event_id,
            f"{finding.offset:,}",
            finding.problem,
            finding.expected or "",
            finding.actual or "",
        )
        for finding in findings[:MAX_FINDING_ROWS]
    )
    blocks.append(ReportTable(columns, listed, total=total, what=what))
    return tuple(blocks)


# ---- how to check it again ----------------------------------------------------------------------------
def _how_to_repeat(report: Report) -> ReportSection:
    blocks: list[Block] = [
        Paragraph(
            "The same program and the same files give the same result:"
            if report.contrast is not None
            else "The same program and the same files give the same hashes and the same verdict:"
        ),
        Command(report.command),
    ]
    if report.runs:
        blocks.append(Paragraph("Any program that computes BLAKE3 shows whether a file is the one in this report:"))
        names = [part.verification.run for part in report.runs if part.verification.run != "-"]
        blocks += [Command(f"b3sum {shlex.quote(name)}") for name in names[:2]]
    if report.redaction is not None:
        blocks.append(
            Paragraph(
                f"Redacted by the profile {one_line(report.redaction.profile, 60)}: "
                f"{plural(report.redaction.changed, 'text')} changed. Hashes and counts are those of the whole log.",
                "warn",
            )
        )
    blocks.append(Paragraph(f"Made by {_made_by(report)}."))
    return ReportSection("How to check this again", tuple(blocks))
