"""The verdict of a report in sentences, and the list of the checks made and not made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.report.document import Tone
from replay_gui.core.report.model import ComparisonPart, Report, RunPart
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.verification.verification_report import INVALID, NOT_VERIFIABLE, VALID

TONES: dict[str, Tone] = {VALID: "good", INVALID: "bad", NOT_VERIFIABLE: "warn"}
Result = Literal["checked", "failed", "not checked"]
RESULT_TONES: dict[Result, Tone] = {"checked": "good", "failed": "bad", "not checked": "warn"}
RESULT_WORDS: dict[Result, str] = {
    "checked": translatable("checked"),
    "failed": translatable("failed"),
    "not checked": translatable("not checked"),
}
"""Messages, to be translated where they are shown."""

_STATE_HASHES = translatable("State hashes")


@dataclass(frozen=True, slots=True)
class ReportCheck:
    """One check of a run: its name and its result, which are messages in English, and an explanation."""

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
        stopped = tr(
            "Replay stopped at {event}, which costs too much; what later events lead to is not known.",
            event=_event(report.stopped),
        )
        return f"{_all_as_written(report.events)} {stopped}"
    if report.verdict == NOT_VERIFIABLE:
        return tr(
            "The file contains no hashes, so nothing in it can be verified. The report shows its content unchecked."
        )
    if part.foreign:
        return trn(
            "{number} of {n} event agree with the hashes of the file's own format, which do not link the events:"
            " removed events would not be noticed.",
            "{number} of {n} events agree with the hashes of the file's own format, which do not link the events:"
            " removed events would not be noticed.",
            report.events,
            number=whole_number(report.verified),
        )
    if report.verdict == VALID:
        return " ".join(_sentences_of_valid(part))
    problems = []
    if failures(part):
        problems.append(trn("{n} record failed", "{n} records failed", failures(part)))
    if mismatches(part):
        problems.append(
            trn(
                "{n} recorded state could not be reproduced",
                "{n} recorded states could not be reproduced",
                mismatches(part),
            )
        )
    if report.seal == "bad":
        problems.append(tr("the seal does not match"))
    elif report.tail_bytes and report.seal == "good":
        problems.append(tr("bytes follow the seal"))
    sentences = [tr("The log is not what was recorded: {problems}.", problems=", ".join(problems))]
    if report.first_broken is not None:
        sentences.append(tr("From {event} on it cannot be trusted.", event=_event(report.first_broken)))
    return " ".join(sentences)


def _sentences_of_valid(part: RunPart) -> list[str]:
    report = part.verification
    sentences = [_all_as_written(report.events)]
    if report.state_hashes and report.state_hashes == report.state_hashes_checked:
        sentences.append(tr("Replay reproduces every recorded state."))
    if report.seal == "good":
        sentences.append(tr("The log is sealed: nothing is missing from its end."))
    else:
        sentences.append(tr("The log is not sealed: events may be missing from its end."))
    if report.origin == "imported":
        sentences.append(tr("It was imported: this is true for the time since the import, not for the run itself."))
    return sentences


def _all_as_written(records: int) -> str:
    return trn("The only record is as written and in order.", "All {n} records are as written and in order.", records)


def _event(index: EventIndex) -> str:
    return tr("event {number}", number=whole_number(position_after(index)))


def checks(part: RunPart) -> tuple[ReportCheck, ...]:
    """Return every check, including checks that were not made."""
    if part.foreign:
        return (
            _foreign_hashes(part),
            ReportCheck(_STATE_HASHES, "not checked", tr("The format of the file has no state hashes.")),
            _anchor(part),
            _origin(part),
        )
    return (_records(part), _states(part), _reducer(part), _seal(part), _end(part), _anchor(part), _origin(part))


def _foreign_hashes(part: RunPart) -> ReportCheck:
    what, report = translatable("Record hashes and links"), part.verification
    if report.verdict == NOT_VERIFIABLE:
        return ReportCheck(what, "not checked", tr("The format has no hashes: nothing protects the run."))
    words = trn(
        "{number} of {n} event agree with hashes of the file's own format.",
        "{number} of {n} events agree with hashes of the file's own format.",
        report.events,
        number=whole_number(report.verified),
    )
    return ReportCheck(what, "failed" if failures(part) else "checked", words)


def _records(part: RunPart) -> ReportCheck:
    what, report = translatable("Record hashes, links, form, numbering"), part.verification
    if failures(part):
        failed = whole_number(failures(part))
        sentences = [
            trn("{number} of {n} record failed.", "{number} of {n} records failed.", report.events, number=failed)
        ]
        if report.skipped_bytes:
            sentences.append(
                trn(
                    "{n} byte was skipped; events after it are still read.",
                    "{n} bytes were skipped; events after them are still read.",
                    report.skipped_bytes,
                )
            )
        return ReportCheck(what, "failed", " ".join(sentences))
    return ReportCheck(what, "checked", trn("The only record is right.", "All {n} records are right.", report.events))


def _states(part: RunPart) -> ReportCheck:
    what, report = _STATE_HASHES, part.verification
    recorded, checked = report.state_hashes, report.state_hashes_checked
    if mismatches(part):
        words = trn(
            "{n} event could not be applied, or led to another state than the recorded one.",
            "{n} events could not be applied, or led to another state than the recorded one.",
            mismatches(part),
        )
        return ReportCheck(what, "failed", words)
    if not recorded:
        return ReportCheck(what, "not checked", tr("None are recorded."))
    if checked < recorded:
        words = tr(
            "{number} of {total} recorded ones were checked.",
            number=whole_number(checked),
            total=whole_number(recorded),
        )
        return ReportCheck(what, "not checked", words)
    if recorded == report.events:
        return ReportCheck(what, "checked", tr("Recorded at every event; replay reproduces each."))
    words = trn(
        "Recorded at {number} of {n} event; replay reproduces each.",
        "Recorded at {number} of {n} events; replay reproduces each.",
        report.events,
        number=whole_number(recorded),
    )
    return ReportCheck(what, "checked", words)


def _reducer(part: RunPart) -> ReportCheck:
    what = translatable("Reducer")
    if part.verification.stopped is not None:
        words = tr("standard/1: replay stopped at {event}.", event=_event(part.verification.stopped))
        return ReportCheck(what, "not checked", words)
    if part.verification.state_hash is None:
        words = tr("The reducer of the log is unknown, so its states were not replayed.")
        return ReportCheck(what, "not checked", words)
    return ReportCheck(what, "checked", tr("standard/1: states were replayed by the rules of the format."))


def _seal(part: RunPart) -> ReportCheck:
    what = translatable("Seal")
    match part.verification.seal:
        case "good":
            words = tr("The log was sealed when the run ended; nothing is missing from its end.")
            return ReportCheck(what, "checked", words)
        case "bad":
            return ReportCheck(what, "failed", tr("The seal does not match the records before it."))
    words = tr("There is no seal: a removed end cannot be distinguished from a run that is still going on.")
    return ReportCheck(what, "not checked", words)


def _end(part: RunPart) -> ReportCheck:
    what, tail = translatable("End of the file"), part.verification.tail_bytes
    if not tail:
        return ReportCheck(what, "checked", tr("No bytes are left over."))
    if part.verification.seal == "none":
        words = trn(
            "Torn tail: {n} byte of an interrupted write, ignored.",
            "Torn tail: {n} bytes of an interrupted write, ignored.",
            tail,
        )
        return ReportCheck(what, "not checked", words)
    words = trn(
        "{n} byte follows the seal, where nothing is allowed.",
        "{n} bytes follow the seal, where nothing is allowed.",
        tail,
    )
    return ReportCheck(what, "failed", words)


def _anchor(part: RunPart) -> ReportCheck:
    what = translatable("Anchor")
    if part.anchor is None:
        words = tr(
            "No anchor was given. Whoever can rewrite the whole file can rewrite every hash; only an anchor kept"
            " elsewhere would show it."
        )
        return ReportCheck(what, "not checked", words)
    return ReportCheck(what, "checked" if part.anchor.good else "failed", part.anchor.words)


def _origin(part: RunPart) -> ReportCheck:
    what = translatable("Origin")
    if part.foreign:
        return ReportCheck(what, "not checked", tr("Written by another program and converted."))
    if part.verification.origin == "imported":
        words = tr("Imported: the hashes protect the time since the import, not the run itself.")
        return ReportCheck(what, "not checked", words)
    return ReportCheck(what, "checked", tr("Recorded as the run happened: the log names no other source."))


def shown_verdict(report: Report) -> str:
    """Return the verdict of a whole report in capitals, in the user's language."""
    if report.contrast is not None:
        contrast = report.contrast
        counts = {"passed": whole_number(contrast.passed), "failed": whole_number(contrast.failed)}
        return tr("{passed} PASSED, {failed} FAILED", **counts)
    return tr(report_words(report)[0])


def report_words(report: Report) -> tuple[str, Tone, str]:
    """Return (verdict in capitals, in English; its tone; sentences) of a whole report."""
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
    counts = [
        f"{whole_number(sum(part.verification.verdict == verdict for part in report.runs))} {tr(verdict)}"
        for verdict in (VALID, INVALID, NOT_VERIFIABLE)
    ]
    if report.unread:
        counts.append(trn("{n} could not be read", "{n} could not be read", len(report.unread)))
    words = trn("Of {n} run: {counts}.", "Of {n} runs: {counts}.", total, counts=", ".join(counts))
    return report.verdict, TONES[report.verdict], words


def _comparison_words(report: Report) -> tuple[str, Tone, str]:
    comparison = report.comparison
    assert comparison is not None
    broken = [part for part in report.runs if part.verification.verdict == INVALID]
    further = _further_sentences(comparison, broken)
    if not comparison.diverged and not comparison.content.whole:
        words = tr(
            "Equal in what is compared. Some data is not in the logs: {gaps}.",
            gaps="; ".join(map(sentence_text, comparison.content.gaps)),
        )
        return translatable("EQUAL IN WHAT IS COMPARED"), "bad" if broken else "warn", " ".join((words, *further))
    if not comparison.diverged:
        words = tr("The runs are the same.")
        return translatable("SAME"), "bad" if broken else "good", " ".join((words, *further))
    outcome = [] if comparison.results_equal else [tr("Their outcomes or ends differ, or details of these.")]
    if comparison.first is None:
        words = tr("Every step is equal.")
    else:
        a, b = comparison.first
        words = tr(
            "The runs diverge at {event}: {divergences}, traced to {causes}.",
            event=_event(a) if a >= 0 else tr("event {number} of B", number=whole_number(position_after(b))),
            divergences=trn("{n} divergence", "{n} divergences", comparison.total),
            causes=trn("{n} cause", "{n} causes", len(comparison.causes)),
        )
    return translatable("DIVERGED"), "bad", " ".join((words, *outcome, *further))


def _further_sentences(comparison: ComparisonPart, broken: Sequence[RunPart]) -> list[str]:
    """Return what follows the sentence about a comparison; `broken`: its runs that are INVALID."""
    left_out, ignored = comparison.content.left_out_words(), comparison.counts.ignored
    sentences = [f"{left_out}."] if left_out else []
    if ignored:
        sentences.append(trn("{n} step ignored by rules.", "{n} steps ignored by rules.", ignored))
    if broken:
        name = one_line(broken[0].verification.run)
        sentences.append(tr("{run} is INVALID: what it says cannot be trusted.", run=name))
    return sentences
