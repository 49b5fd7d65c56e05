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
from replay_gui.core.report.redaction_profile import SHARING_PROFILE
from replay_gui.core.report.runs.contrast_layout import contrast_sections
from replay_gui.core.report.words import (
    RESULT_TONES,
    RESULT_WORDS,
    TONES,
    checks,
    failures,
    mismatches,
    report_words,
    shown_verdict,
    verdict_words,
)
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr, trn, trp
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.verification.verification_report import Finding

MAX_FINDING_ROWS = 100  # of a long list
_MAX_NOTED, _MAX_NOTE_CHARACTERS = 200, 2_000  # notes of the user
_MAX_TOOL_ROWS, _MAX_KIND_ROWS, _MAX_RUNS = 40, 40, 200
_MAX_NOTES = 40  # notes of the verification
_MAX_OUTCOMES = 20  # graders that are shown


def layout_document(report: Report) -> Document:
    """Return the report as sections, from top to bottom."""
    _, tone, words = report_words(report)
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
    lines = tuple(sentence_text(part.verification.line) for part in report.runs) if len(report.runs) <= 2 else ()
    return Document(
        title=_title(report),
        verdict=shown_verdict(report),
        tone=tone,
        words=words,
        lines=lines,
        made=_made_by(report),
        sections=tuple(sections),
    )


def _title(report: Report) -> str:
    names = [PurePath(part.verification.run).name or part.verification.run for part in report.runs]
    if report.contrast is not None:
        return trn("Contrast of {n} run", "Contrast of {n} runs", report.contrast.total)
    if report.comparison is not None:
        return tr("Comparison of {run} and {other}", run=one_line(names[0], 60), other=one_line(names[1], 60))
    if len(names) == 1 and not report.unread:
        return tr("Verification of {run}", run=one_line(names[0], 100))
    return trn("Verification of {n} run", "Verification of {n} runs", len(names) + len(report.unread))


def _made_by(report: Report) -> str:
    words = f"replay-gui {report.version}, {utc_text(report.made)[:19]} UTC"
    return f"{words} · {tr('redacted')}" if report.redaction else words


def _label(report: Report, number: int) -> str:
    """Return the heading of a run among several."""
    part = report.runs[number]
    name = one_line(part.verification.run, 120)
    return f"{'AB'[number]}: {name}" if report.comparison is not None and number < 2 else name


def _runs(report: Report) -> ReportSection:
    columns = (
        Column(tr("Run"), 6),
        Column(tr("Events"), 1.4, number=True),
        Column(tr("Failures"), 1.4, number=True),
        Column(tr("Mismatches"), 1.6, number=True),
        Column(tr("Seal"), 1, number=False),
        Column(tr("Verdict"), 2.2),
    )
    rows: list[tuple[str, ...]] = []
    tones: list[Tone] = []
    for number, part in islice(enumerate(report.runs), _MAX_RUNS):
        verification = part.verification
        numbers = map(whole_number, (verification.events, failures(part), mismatches(part)))
        verdict, is_bad = tr(verification.verdict), part.anchor is not None and not part.anchor.good
        if is_bad:
            verdict = tr("{verdict}, not as anchored", verdict=verdict)
        rows.append((_label(report, number), *numbers, sentence_text(verification.seal), verdict))
        tones.append("bad" if is_bad else TONES[verification.verdict])
    for unread in report.unread[:_MAX_RUNS]:
        rows.append((unread.run, "", "", "", "", tr("could not be read: {why}", why=unread.why)))
        tones.append("bad")
    total = len(report.runs) + len(report.unread)
    return ReportSection(
        tr("Runs"), (ReportTable(columns, tuple(rows), total=total, what=tr("runs"), tones=tuple(tones)),)
    )


# ---- one run ------------------------------------------------------------------------------------------
def _run(part: RunPart, label: str, several: bool) -> list[ReportSection]:
    level = 2 if several else 1
    sections = (
        [ReportSection(label, (Paragraph(verdict_words(part), TONES[part.verification.verdict]),))] if several else []
    )
    if part.diagnosis is not None:
        sections.append(ReportSection(tr("First damage"), _damage_blocks(part), level))
    sections.append(ReportSection(tr("What was checked"), (_checks(part),), level))
    sections.append(ReportSection(tr("The file"), (Facts(_file(part)),), level))
    sections.append(ReportSection(tr("The run"), _facts(part), level))
    verification = part.verification
    failed, mismatched = failures(part), mismatches(part)
    if verification.failures:
        title = tr("Failures ({number})", number=whole_number(failed))
        sections.append(ReportSection(title, _findings(verification.failures, failed, tr("failures")), level))
    if verification.mismatches:
        title = tr("Mismatches ({number})", number=whole_number(mismatched))
        sections.append(ReportSection(title, _findings(verification.mismatches, mismatched, tr("mismatches")), level))
    if part.noted:
        sections.append(ReportSection(tr("Notes on events"), (_noted(part),), level))
    if verification.notes:
        notes = [Paragraph(sentence_text(note)) for note in verification.notes[:_MAX_NOTES]]
        if len(verification.notes) > _MAX_NOTES:
            more = len(verification.notes) - _MAX_NOTES
            notes.append(Paragraph(trn("{n} more note is not shown.", "{n} more notes are not shown.", more)))
        sections.append(ReportSection(trp("what verification or an import says", "Notes"), tuple(notes), level))
    return sections


def _noted(part: RunPart) -> ReportTable:
    rows = []
    for noted in part.noted[:_MAX_NOTED]:
        first, last = position_after(noted.first), position_after(noted.last)
        place = whole_number(first)
        if first != last:
            place = tr("{first} to {last}", first=place, last=whole_number(last))
        rows.append((place, one_line(noted.text, MAX_NOTE_CHARACTERS) or tr("Bookmark")))
    columns = (Column(tr("Event"), 1.4), Column(tr("Note"), 8, limit=_MAX_NOTE_CHARACTERS))
    return ReportTable(columns, tuple(rows), total=len(part.noted), what=tr("notes"))


def _checks(part: RunPart) -> ReportTable:
    listed = checks(part)
    columns = (Column(tr("Check"), 3), Column(tr("Result"), 1.5), Column(tr("Explanation"), 7))
    rows = tuple((tr(check.what), tr(RESULT_WORDS[check.result]), check.words) for check in listed)
    return ReportTable(
        columns, rows, total=len(rows), what=tr("checks"), tones=tuple(RESULT_TONES[check.result] for check in listed)
    )


def _damage_blocks(part: RunPart) -> tuple[Block, ...]:
    diagnosis, broken = part.diagnosis, part.broken
    assert diagnosis is not None
    damage = tr(diagnosis.damage.value)
    blocks: list[Block] = [Paragraph(f"{damage[:1].upper()}{damage[1:]}. {diagnosis.words}", "bad")]
    finding = diagnosis.finding
    if broken is None or finding is None:
        return tuple(blocks)
    name = f"{broken.kind} {broken.tool}" if broken.tool else broken.kind
    place = {"number": whole_number(position_after(broken.index)), "total": whole_number(part.verification.events)}
    begin = whole_number(broken.offset)
    rows = [
        Fact(tr("Event"), tr("{number} of {total}, {id}", id=broken.event_id, **place)),
        Fact(
            tr("Bytes"),
            tr("{first} to {last}", first=begin, last=whole_number(broken.offset + broken.size))
            if broken.size
            else tr("{first} on", first=begin),
        ),
        Fact(tr("Kind"), f"{name}{f', {utc_text(broken.time)} UTC' if broken.time is not None else ''}"),
        Fact(tr("Content now"), broken.summary),
        Fact(tr("Problem"), sentence_text(finding.problem)),
    ]
    if finding.expected is not None:
        rows.append(Fact(tr("Expected"), finding.expected, data=True, tone="good"))
    if finding.actual is not None:
        rows.append(Fact(tr("Found"), finding.actual, data=True, tone="bad"))
    blocks.append(Facts(tuple(rows)))
    if broken.members:
        columns = (Column(tr("Member"), 3, data=True), Column(tr("Value now"), 8, data=True))
        blocks.append(
            ReportTable(columns, broken.members, total=len(broken.members) + broken.hidden, what=tr("members"))
        )
    return tuple(blocks)


def _file(part: RunPart) -> tuple[Fact, ...]:
    verification = part.verification
    rows = [
        Fact(tr("Name"), verification.run),
        Fact(tr("Format"), part.format),
        Fact(tr("Run"), verification.run_id),
        Fact(tr("Size"), trn("{n} byte", "{n} bytes", part.size)),
        Fact(tr("BLAKE3 of the file"), verification.file_blake3, data=True),
    ]
    if verification.head is not None:
        rows.append(Fact(tr("Head hash"), verification.head, data=True))
    elif not part.foreign:
        rows.append(Fact(tr("Head hash"), tr("none: the last bytes are not a record")))
    if verification.state_hash is not None:
        rows.append(Fact(tr("Final state hash"), verification.state_hash, data=True))
    elif not part.foreign:
        rows.append(Fact(tr("Final state hash"), tr("not computed: the reducer is unknown")))
    return tuple(rows)


def _facts(part: RunPart) -> tuple[Block, ...]:
    facts = part.facts
    rows = [Fact(tr("Agent"), facts.agent or tr("unknown")), Fact(tr("Events"), whole_number(part.verification.events))]
    if facts.first_time is not None:
        rows.append(
            Fact(
                tr("Time"),
                tr("{first} to {last} UTC", first=utc_text(facts.first_time)[:19], last=utc_text(facts.last_time)[:19]),
            )
        )
    if facts.duration is not None:
        rows.append(Fact(tr("Duration"), duration_text(facts.duration)))
    rows += _measures(facts)
    blocks: list[Block] = [Facts(tuple(rows))]
    if part.timeline is not None:
        blocks.append(Picture(part.timeline, _picture_words(part)))
    if facts.tools:
        columns = (
            Column(tr("Tool"), 4),
            Column(tr("Calls"), 1.2, number=True),
            Column(tr("Errors"), 1.2, number=True),
            Column(tr("Denials"), 1.2, number=True),
        )
        tools = tuple(
            (tool.name, *map(whole_number, (tool.calls, tool.errors, tool.denied)))
            for tool in facts.tools[:_MAX_TOOL_ROWS]
        )
        blocks.append(ReportTable(columns, tools, total=len(facts.tools), what=tr("tools"), narrow=True))
    kinds = tuple((label_text(kind_label(kind)), whole_number(number)) for kind, number in facts.kinds[:_MAX_KIND_ROWS])
    of_kinds = (Column(tr("Events of kind"), 4), Column(tr("Count"), 3.6, number=True))
    blocks.append(ReportTable(of_kinds, kinds, total=len(facts.kinds), what=tr("kinds"), narrow=True))
    return tuple(blocks)


def _measures(facts: RunOverview) -> list[Fact]:
    """Return the outcome and the measures of the run, as far as they are known."""
    result, counts, tokens = facts.result, facts.counts, facts.tokens
    rows = [Fact(tr("Outcome"), outcome_words(outcome)) for outcome in result.outcomes[:_MAX_OUTCOMES]]
    if result.end is not None:
        rows.append(Fact(tr("End"), RunResult(end=result.end).words()))
    calls = [
        whole_number(counts.calls),
        *([tr("{calls} failed", calls=whole_number(counts.failed))] if counts.failed else []),
        *([trn("{n} denied", "{n} denied", counts.denied)] if counts.denied else []),
        *([trn("{n} error", "{n} errors", counts.errors)] if counts.errors else []),
        *([trn("{n} interrupted", "{n} interrupted", counts.interrupted)] if counts.interrupted else []),
    ]
    rows.append(Fact(tr("Calls"), ", ".join(calls)))
    if any(number is not None for number in astuple(tokens)):
        rows.append(Fact(tr("Tokens"), token_words(tokens)))
    if facts.cost is not None:
        rows.append(Fact(tr("Cost"), cost_text(facts.cost)))
    return rows


def _picture_words(part: RunPart) -> str:
    events, broken = part.verification.events, part.verification.first_broken
    if broken is None:
        return trn("Timeline of {n} event", "Timeline of {n} events", events)
    return trn(
        "Timeline of {n} event; from event {number} on they cannot be trusted",
        "Timeline of {n} events; from event {number} on they cannot be trusted",
        events,
        number=whole_number(position_after(broken)),
    )


def _findings(findings: tuple[Finding, ...], total: int, what: str) -> tuple[Block, ...]:
    """Return a table of the problems and their counts, then one of the first findings."""
    groups = Counter(finding.problem for finding in findings)
    blocks: list[Block] = []
    if len(groups) > 1:
        rows = tuple((sentence_text(problem), whole_number(number)) for problem, number in groups.most_common(12))
        blocks.append(
            ReportTable(
                (Column(tr("Problem"), 8), Column(tr("Count"), 1, number=True)),
                rows,
                total=len(groups),
                what=tr("problems"),
            )
        )
    columns = (
        Column(tr("Event"), 1.1, number=True),
        Column(tr("Id"), 2.4, data=True),
        Column(tr("Byte"), 1.6, number=True),
        Column(tr("Problem"), 3),
        Column(tr("Expected"), 3, data=True),
        Column(tr("Found"), 3, data=True),
    )
    listed = tuple(
        (
            whole_number(position_after(finding.index)),
            finding.event_id,
            whole_number(finding.offset),
            sentence_text(finding.problem),
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
            tr("The same program and the same files give the same result:")
            if report.contrast is not None
            else tr("The same program and the same files give the same hashes and the same verdict:")
        ),
        Command(report.command),
    ]
    if report.runs:
        blocks.append(Paragraph(tr("Any program that computes BLAKE3 shows whether a file is the one in this report:")))
        names = [part.verification.run for part in report.runs if part.verification.run != "-"]
        blocks += [Command(f"b3sum {shlex.quote(name)}") for name in names[:2]]
    if report.redaction is not None:
        blocks.append(
            Paragraph(
                trn(
                    "Redacted by the profile {profile}: {n} text changed. Hashes and counts are those of the whole"
                    " log.",
                    "Redacted by the profile {profile}: {n} texts changed. Hashes and counts are those of the whole"
                    " log.",
                    report.redaction.changed,
                    profile=one_line(_profile_name(report.redaction.profile), 60),
                ),
                "warn",
            )
        )
    blocks.append(Paragraph(tr("Made by {program}.", program=_made_by(report))))
    return ReportSection(tr("How to check this again"), tuple(blocks))


def _profile_name(profile: str) -> str:
    return tr(profile) if profile == SHARING_PROFILE.name else profile
