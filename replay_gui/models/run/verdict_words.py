"""The result of the verification, in words for the badge and for the text behind it."""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.core.verification.verification_report import NO_HASHES, NOT_VERIFIABLE, Finding, VerificationReport
from replay_gui.engine.answers import Progress
from replay_gui.models.run.integrity_words import hash_words

MAX_FINDINGS = 5  # listed one by one; the others are counted


@dataclass(frozen=True, slots=True)
class BadgeVerdict:
    """The text of the badge. tone: "good", "bad", "warn", or "raised" (unknown). text: short. detail: all lines."""

    tone: str
    text: str
    detail: str


BEING_WRITTEN = BadgeVerdict(
    "raised", "Being written", "Events are being added. The run is verified after a moment without new events."
)


def verdict_of(
    report: VerificationReport | None, progress: Progress | None, has_hashes: bool = True, imported_from: str = ""
) -> BadgeVerdict:
    """Return the badge's text for a run that is not growing now.

    `progress` is used only if there is no report. `has_hashes`: whether the run's format has any.
    `imported_from`: the format of a run without hashes; that is not the run's fault, so the badge stays grey.
    """
    if imported_from and not has_hashes and (report is None or report.verdict == NOT_VERIFIABLE):
        lines = [NO_HASHES] if report is None else _lines(report)
        return BadgeVerdict("raised", f"Imported from {one_line(imported_from, 40)}", "\n".join(lines))
    if report is None and not has_hashes:
        return BadgeVerdict("warn", NOT_VERIFIABLE, NO_HASHES)
    if report is None and progress is None:
        return BadgeVerdict("raised", "Not checked", "The hashes of this run have not been checked.")
    if report is None:
        percent = f" {min(progress.done * 100 // progress.total, 99)} %" if progress and progress.total else ""
        return BadgeVerdict("raised", f"Checking…{percent}", "The hashes of this run are being checked.")
    tone, text = _short(report)
    return BadgeVerdict(tone, text, "\n".join(_lines(report)))


def _short(report: VerificationReport) -> tuple[str, str]:
    match report.verdict, report.first_broken:
        case "VALID", _ if report.origin == "imported" and report.head is None:  # not a replay log, so it has no chain
            return "good", f"VALID · {report.verified:,} of {report.events:,} by its own hashes"
        case "VALID", _ if report.origin == "imported":
            return "good", "VALID since import"
        case "VALID", _:
            return "good", f"VALID · {report.verified:,} of {plural(report.events, 'event')}"
        case "INVALID", None:
            return "bad", "INVALID"
        case "INVALID", int(event_index):
            return "bad", f"INVALID · first at event {position_after(EventIndex(event_index)):,}"
        case _:
            return "warn", report.verdict


def _lines(report: VerificationReport) -> list[str]:
    lines = [report.line, f"Seal: {one_line(report.seal)}"]
    if report.state_hashes:
        lines.append(f"State hashes: {report.state_hashes_checked:,} of {report.state_hashes:,} checked")
    if report.tail_bytes:
        lines.append(f"{plural(report.tail_bytes, 'byte')} left over at the end")
    if report.skipped_bytes:
        lines.append(f"{plural(report.skipped_bytes, 'byte')} skipped")
    lines += [one_line(note, 400) for note in report.notes]
    findings = sorted((*report.failures, *report.mismatches), key=lambda finding: finding.index)
    if findings:
        lines += ["", *(_finding_words(finding) for finding in findings[:MAX_FINDINGS])]
    if len(findings) > MAX_FINDINGS:
        lines.append(f"… and {len(findings) - MAX_FINDINGS:,} more")
    return lines


def _finding_words(finding: Finding) -> str:
    words = f"Event {position_after(finding.index):,} ({one_line(finding.event_id, 60)}): {one_line(finding.problem)}"
    if finding.expected is not None and finding.actual is not None:
        expected, found = (hash_words(one_line(digest, 80)) for digest in (finding.expected, finding.actual))
        words += f"\n    expected {expected}\n    found {found}"
    return words
