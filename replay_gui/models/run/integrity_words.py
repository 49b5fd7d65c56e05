"""The hashes of an event in words, and the findings of the verification about them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.verification.verification_report import Finding, VerificationReport

if TYPE_CHECKING:  # the first window needs none of them
    from replay_gui.core.log.event import Event


@dataclass(frozen=True, slots=True)
class HashCheck:
    """A line of the Integrity section.

    name: record, content or state, in English. hash: hex, or "". is_valid: True, False, or None if it was not checked.
    words: a remark shown beside or instead of the hash. computed: the computed hash in hex, if it differs.
    """

    name: str
    hash: str
    is_valid: bool | None
    words: str
    computed: str = ""

    @property
    def meaning(self) -> str:
        """Return a sentence on what the hash covers, and who computed it."""
        return tr(_MEANINGS[self.name])

    @property
    def title(self) -> str:
        """The name in the user's language."""
        return tr(self.name)


_RECORD, _CONTENT, _STATE = translatable("record"), translatable("content"), translatable("state")
_MEANINGS = {
    _RECORD: translatable("BLAKE3 of this record and of the hash before it, as recorded in the log."),
    _CONTENT: translatable("BLAKE3 of the event's content, without its meta, computed from the file."),
    _STATE: translatable("BLAKE3 of the state after the event, as recorded in the log."),
}


def hash_checks(event: Event, content_hash: str, report: VerificationReport | None) -> tuple[HashCheck, ...]:
    """Return the checks of an event's record, content and state hash; `content_hash`: hex, "" for none."""
    content = HashCheck(_CONTENT, content_hash, None, "" if content_hash else tr("none"))
    return _record(event, report), content, _state(event, report)


def hash_words(digest: str) -> str:
    """Return a hash in groups of eight digits, between which a line can be broken."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _record(event: Event, report: VerificationReport | None) -> HashCheck:
    stored = event.hash.hex() if event.hash else ""
    if report is None:
        return HashCheck(_RECORD, stored, None, tr("not checked yet"))
    if report.has_no_hashes:
        return HashCheck(_RECORD, stored, None, tr("not verifiable: the log has no hashes"))
    finding = _finding(report.failures, event.index)
    if finding is None:
        return HashCheck(_RECORD, stored, True, "")
    return HashCheck(_RECORD, stored, False, one_line(sentence_text(finding.problem)), _computed(finding, stored))


def _state(event: Event, report: VerificationReport | None) -> HashCheck:
    finding = None if report is None else _finding(report.mismatches, event.index)
    if event.state_hash is None:
        words = tr("not recorded") if finding is None else one_line(sentence_text(finding.problem))
        return HashCheck(_STATE, "", None if finding is None else False, words)
    stored = event.state_hash.hex()
    if report is None:
        return HashCheck(_STATE, stored, None, tr("not checked yet"))
    if finding is not None:
        return HashCheck(_STATE, stored, False, one_line(sentence_text(finding.problem)), _computed(finding, stored))
    if report.state_hashes_checked == 0:
        return HashCheck(_STATE, stored, None, tr("not checked"))
    return HashCheck(_STATE, stored, True, "")


def _computed(finding: Finding, recorded: str) -> str:
    """Return the hash that verification computed, if it differs from the recorded one."""
    pair = (finding.expected or "", finding.actual or "")
    return pair[1 - pair.index(recorded)] if recorded in pair else ""


def _finding(findings: Sequence[Finding], event_index: EventIndex) -> Finding | None:
    """Return the finding about the event with index `event_index`; findings are in the order of the log."""
    at = bisect_left(findings, event_index, key=attrgetter("index"))
    return findings[at] if at < len(findings) and findings[at].index == event_index else None
