"""The verdict of a report in sentences, and the list of the checks made and not made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from replay_gui.core.log.positions import position_after
from replay_gui.core.report.document import Tone
from replay_gui.core.report.model import Report, RunPart
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.core.verification.verification_report import INVALID, NOT_VERIFIABLE, VALID

TONES: dict[str, Tone] = {VALID: "good", INVALID: "bad", NOT_VERIFIABLE: "warn"}
Result = Literal["checked", "failed", "not checked"]
RESULT_TONES: dict[Result, Tone] = {"checked": "good", "failed": "bad", "not checked": "warn"}


@dataclass(frozen=True, slots=True)
class ReportCheck:
    """One check of a run: its name, its result, and an explanation."""

    what: str
    result: Result
    words: str


def failures(part: RunPart) -> int:
    """Return the number of failures, including unlisted ones."""
    return len(part.verification.failures) + part.verification.unlisted[0]


def mismatches(part: RunPart) -> int:
    """Return the number of mismatches, including unlisted ones."""
    return len(part.verification.mismatches) + part.verification.unlisted[1]


def verdict_words(part: RunPart) -> str:
    """Return the verdict on one run, for people who do not know hash chains."""
    report = part.verification
    if report.verdict == NOT_VERIFIABLE and report.stopped is not None:
        return (
            f"{_all_are(report.events, 'record')} as written and in order. Replay stopped at event "
            f"{position_after(report.stopped):,}, which costs too much; what later events lead to is not known."
        )
    if report.verdict == NOT_VERIFIABLE:
        return "The file contains no hashes, so nothing in it can be verified. The report shows its content unchecked."
    if part.foreign:
        agree = (
            f"{report.verified:,} of {plural(report.events, 'event')} agree with the hashes of the file's own format"
        )
        return f"{agree}, which do not link the events: removed events would not be noticed."
    if report.verdict == VALID:
        sentences = [f"{_all_are(report.events, 'record')} as written and in order."]
        if report.state_hashes and report.state_hashes == report.state_hashes_checked:
            sentences.append("Replay reproduces every recorded state.")
        if report.seal == "good":
            sentences.append("The log is sealed: nothing is missing from its end.")
        else:
            sentences.append("The log is not sealed: events may be missing from its end.")
        if report.origin == "imported":
            sentences.append("It was imported: this is true for the time since the import, not for the run itself.")
        return " ".join(sentences)
    problems = []
    if failures(part):
        problems.append(f"{plural(failures(part), 'record')} failed")
    if mismatches(part):
        problems.append(f"{plural(mismatches(part), 'recorded state')} could not be reproduced")
    if report.seal == "bad":
        problems.append("the seal does not match")
    elif report.tail_bytes and report.seal == "good":
        problems.append("bytes follow the seal")
    sentences = [f"The log is not what was recorded: {', '.join(problems)}."]
    if report.first_broken is not None:
        sentences.append(f"From event {position_after(report.first_broken):,} on it cannot be trusted.")
    return " ".join(sentences)


def checks(part: RunPart) -> tuple[ReportCheck, ...]:
    """Return every check, including checks that were not made."""
    if part.foreign:
        return (
            _foreign_hashes(part),
            ReportCheck("State hashes", "not checked", "The format of the file has no state hashes."),
            _anchor(part),
            _origin(part),
        )
    return (_records(part), _states(part), _reducer(part), _seal(part), _end(part), _anchor(part), _origin(part))


def _foreign_hashes(part: RunPart) -> ReportCheck:
    what, report = "Record hashes and links", part.verification
    if report.verdict == NOT_VERIFIABLE:
        return ReportCheck(what, "not checked", "The format has no hashes: nothing protects the run.")
    words = f"{report.verified:,} of {plural(report.events, 'event')} agree with hashes of the file's own format."
    return ReportCheck(what, "failed" if failures(part) else "checked", words)


def _records(part: RunPart) -> ReportCheck:
    what, report = "Record hashes, links, form, numbering", part.verification
    if failures(part):
        sentences = f"{failures(part):,} of {plural(report.events, 'record')} failed."
        if report.skipped_bytes:
            sentences += f" {plural(report.skipped_bytes, 'byte')} were skipped; events after them are still read."
        return ReportCheck(what, "failed", sentences)
    return ReportCheck(what, "checked", f"{_all_are(report.events, 'record')} right.")


def _states(part: RunPart) -> ReportCheck:
    what, report = "State hashes", part.verification
    recorded, checked = report.state_hashes, report.state_hashes_checked
    if mismatches(part):
        words = (
            f"{plural(mismatches(part), 'event')} could not be applied, or led to another state than the recorded one."
        )
        return ReportCheck(what, "failed", words)
    if not recorded:
        return ReportCheck(what, "not checked", "None are recorded.")
    if checked < recorded:
        return ReportCheck(what, "not checked", f"{checked:,} of {recorded:,} recorded ones were checked.")
    where = "every event" if recorded == report.events else f"{recorded:,} of {plural(report.events, 'event')}"
    return ReportCheck(what, "checked", f"Recorded at {where}; replay reproduces each.")


def _reducer(part: RunPart) -> ReportCheck:
    if part.verification.stopped is not None:
        words = f"standard/1: replay stopped at event {position_after(part.verification.stopped):,}."
        return ReportCheck("Reducer", "not checked", words)
    if part.verification.state_hash is None:
        words = "The reducer of the log is unknown, so its states were not replayed."
        return ReportCheck("Reducer", "not checked", words)
    return ReportCheck("Reducer", "checked", "standard/1: states were replayed by the rules of the format.")


def _seal(part: RunPart) -> ReportCheck:
    match part.verification.seal:
        case "good":
            return ReportCheck(
                "Seal", "checked", "The log was sealed when the run ended; nothing is missing from its end."
            )
        case "bad":
            return ReportCheck("Seal", "failed", "The seal does not match the records before it.")
    words = "There is no seal: a removed end cannot be distinguished from a run that is still going on."
    return ReportCheck("Seal", "not checked", words)


def _end(part: RunPart) -> ReportCheck:
    what, tail = "End of the file", part.verification.tail_bytes
    if not tail:
        return ReportCheck(what, "checked", "No bytes are left over.")
    if part.verification.seal == "none":
        return ReportCheck(what, "not checked", f"Torn tail: {plural(tail, 'byte')} of an interrupted write, ignored.")
    return ReportCheck(what, "failed", f"{plural(tail, 'byte')} follow the seal, where nothing is allowed.")


def _anchor(part: RunPart) -> ReportCheck:
    if part.anchor is None:
        words = "No anchor was given. Whoever can rewrite the whole file can rewrite every hash;"
        return ReportCheck("Anchor", "not checked", f"{words} only an anchor kept elsewhere would show it.")
    return ReportCheck("Anchor", "checked" if part.anchor.good else "failed", part.anchor.words)


def _origin(part: RunPart) -> ReportCheck:
    if part.foreign:
        return ReportCheck("Origin", "not checked", "Written by another program and converted.")
    if part.verification.origin == "imported":
        return ReportCheck(
            "Origin", "not checked", "Imported: the hashes protect the time since the import, not the run itself."
        )
    return ReportCheck("Origin", "checked", "Recorded as the run happened: the log names no other source.")


def _all_are(number: int, singular: str) -> str:
    return f"The only {singular} is" if number == 1 else f"All {number:,} {singular}s are"


def report_words(report: Report) -> tuple[str, Tone, str]:
    """Return (verdict in capitals, its tone, sentences) of a whole report."""
    if report.contrast is not None:
        contrast = report.contrast
        return f"{contrast.passed:,} PASSED, {contrast.failed:,} FAILED", "plain", contrast.note
    if report.comparison is not None:
        return _comparison_words(report)
    if len(report.runs) == 1 and not report.unread:
        (part,) = report.runs
        words = verdict_words(part)
        if part.anchor is not None:
            words += f" {part.anchor.words}"
        return report.verdict, TONES[report.verdict], words
    total = len(report.runs) + len(report.unread)
    sentences = [
        f"{sum(part.verification.verdict == verdict for part in report.runs):,} {verdict}"
        for verdict in (VALID, INVALID, NOT_VERIFIABLE)
    ]
    sentences += [f"{len(report.unread):,} could not be read"] if report.unread else []
    return report.verdict, TONES[report.verdict], f"Of {plural(total, 'run')}: {', '.join(sentences)}."


def _comparison_words(report: Report) -> tuple[str, Tone, str]:
    comparison = report.comparison
    assert comparison is not None
    passed = f" {plural(comparison.counts.ignored, 'step')} ignored by rules." if comparison.counts.ignored else ""
    broken = [part for part in report.runs if part.verification.verdict == INVALID]
    untrusted = f" {one_line(broken[0].verification.run)} is INVALID: what it says cannot be trusted." if broken else ""
    left_out = comparison.content.left_out_words()
    left_out = f" {left_out}." if left_out else ""
    if not comparison.diverged and not comparison.content.whole:
        words = f"Equal in what is compared. Some data is not in the logs: {'; '.join(comparison.content.gaps)}."
        return "EQUAL IN WHAT IS COMPARED", "bad" if broken else "warn", f"{words}{left_out}{passed}{untrusted}"
    if not comparison.diverged:
        return "SAME", "bad" if broken else "good", f"The runs are the same.{left_out}{passed}{untrusted}"
    outcome = "" if comparison.results_equal else " Their outcomes or ends differ, or details of these."
    if comparison.first is None:
        return "DIVERGED", "bad", f"Every step is equal.{outcome}{left_out}{passed}{untrusted}"
    a, b = comparison.first
    words = f"The runs diverge at event {f'{a + 1:,}' if a >= 0 else f'{b + 1:,} of B'}: "
    words += f"{plural(comparison.total, 'divergence')}, traced to {plural(len(comparison.causes), 'cause')}."
    return "DIVERGED", "bad", f"{words}{outcome}{left_out}{passed}{untrusted}"
