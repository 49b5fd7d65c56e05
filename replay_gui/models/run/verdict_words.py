"""The result of the verification, in words for the badge and for the text behind it."""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.verification.verification_report import (
    INVALID,
    NO_HASHES,
    NOT_VERIFIABLE,
    VALID,
    Finding,
    VerificationReport,
)
from replay_gui.engine.answers import Progress
from replay_gui.models.run.integrity_words import hash_words

MAX_FINDINGS = 5  # listed one by one; the others are counted


@dataclass(frozen=True, slots=True)
class BadgeVerdict:
    """The text of the badge. tone: "good", "bad", "warn", or "raised" (unknown). text: short. detail: all lines."""

    tone: str
    text: str
    detail: str


_VERDICT_WORDS = {
    VALID: translatable("VALID"),
    INVALID: translatable("INVALID"),
    NOT_VERIFIABLE: translatable("NOT VERIFIABLE"),
}


def being_written_verdict() -> BadgeVerdict:
    """Return what is shown while events are added to the run."""
    detail = tr("Events are being added. The run is verified after a moment without new events.")
    return BadgeVerdict("raised", tr("Being written"), detail)


def verdict_of(
    report: VerificationReport | None, progress: Progress | None, has_hashes: bool = True, imported_from: str = ""
) -> BadgeVerdict:
    """Return the badge's text for a run that is not growing now.

    `progress` is used only if there is no report. `has_hashes`: whether the run's format has any.
    `imported_from`: the format of a run without hashes; that is not the run's fault, so the badge stays grey.
    """
    if imported_from and not has_hashes and (report is None or report.verdict == NOT_VERIFIABLE):
        lines = [tr(NO_HASHES)] if report is None else _lines(report)
        return BadgeVerdict(
            "raised", tr("Imported from {format}", format=one_line(imported_from, 40)), "\n".join(lines)
        )
    if report is None and not has_hashes:
        return BadgeVerdict("warn", tr(_VERDICT_WORDS[NOT_VERIFIABLE]), tr(NO_HASHES))
    if report is None and progress is None:
        return BadgeVerdict("raised", tr("Not checked"), tr("The hashes of this run have not been checked."))
    if report is None:
        words = tr("Checking…")
        if progress and progress.total:
            words = tr("Checking… {percent} %", percent=min(progress.done * 100 // progress.total, 99))
        return BadgeVerdict("raised", words, tr("The hashes of this run are being checked."))
    tone, text = _short(report)
    return BadgeVerdict(tone, text, "\n".join(_lines(report)))


def _short(report: VerificationReport) -> tuple[str, str]:
    verified, events = whole_number(report.verified), whole_number(report.events)
    match report.verdict, report.first_broken:
        case "VALID", _ if report.origin == "imported" and report.head is None:  # not a replay log, so it has no chain
            return "good", tr("VALID · {verified} of {events} by its own hashes", verified=verified, events=events)
        case "VALID", _ if report.origin == "imported":
            return "good", tr("VALID since import")
        case "VALID", _:
            words = trn(
                "VALID · {verified} of {n} event", "VALID · {verified} of {n} events", report.events, verified=verified
            )
            return "good", words
        case "INVALID", int(event_index):
            event = whole_number(position_after(EventIndex(event_index)))
            return "bad", tr("INVALID · first at event {event}", event=event)
        case verdict, _:
            return "bad" if verdict == INVALID else "warn", tr(_VERDICT_WORDS[verdict])


def _lines(report: VerificationReport) -> list[str]:
    lines = [sentence_text(report.line), tr("Seal: {seal}", seal=sentence_text(report.seal))]
    if report.state_hashes:
        checked, recorded = whole_number(report.state_hashes_checked), whole_number(report.state_hashes)
        lines.append(tr("State hashes: {checked} of {recorded} checked", checked=checked, recorded=recorded))
    if report.tail_bytes:
        lines.append(trn("{n} byte left over at the end", "{n} bytes left over at the end", report.tail_bytes))
    if report.skipped_bytes:
        lines.append(trn("{n} byte skipped", "{n} bytes skipped", report.skipped_bytes))
    lines += [one_line(sentence_text(note), 400) for note in report.notes]
    findings = sorted((*report.failures, *report.mismatches), key=lambda finding: finding.index)
    if findings:
        lines += ["", *(_finding_words(finding) for finding in findings[:MAX_FINDINGS])]
    if len(findings) > MAX_FINDINGS:
        lines.append(trn("… and {n} more", "… and {n} more", len(findings) - MAX_FINDINGS))
    return lines


def _finding_words(finding: Finding) -> str:
    words = tr(
        "Event {event} ({id}): {problem}",
        event=whole_number(position_after(finding.index)),
        id=one_line(finding.event_id, 60),
        problem=one_line(sentence_text(finding.problem)),
    )
    if finding.expected is not None and finding.actual is not None:
        expected, found = (hash_words(one_line(digest, 80)) for digest in (finding.expected, finding.actual))
        words += f"\n    {tr('expected {hash}', hash=expected)}\n    {tr('found {hash}', hash=found)}"
    return words
