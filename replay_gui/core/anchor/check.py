"""Check whether a log, or any other file, still agrees with its anchor."""

from __future__ import annotations

from replay_gui.core.anchor.statement import Anchor, ReadAnchor
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.log.source import Source
from replay_gui.core.report.model import AnchorFinding
from replay_gui.core.text.wording import plural
from replay_gui.core.verification.verification_report import VerificationReport

_KEY_CHARACTERS = 16  # of a key's id in a sentence


def compare_log(read: ReadAnchor, log: EventLog, report: VerificationReport) -> AnchorFinding:
    """Compare a verified log with an anchor: it agrees if it is the anchored log, unchanged or with events added."""
    anchor = read.anchor
    if not anchor.is_of_log:
        return compare_file(read, log.source)
    good, words = _compared(anchor, log, report)
    return AnchorFinding(good, words + _signature(read), read.key)


def _compared(anchor: Anchor, log: EventLog, report: VerificationReport) -> tuple[bool, str]:
    when, events = f"anchored at {anchor.made[:19].replace('T', ' ')} UTC", anchor.events or 0
    if report.file_blake3 == anchor.blake3:
        return True, f"The log is, to the byte, the one {when}."
    if anchor.run_id != report.run_id:
        return False, f"Replaced: the log is another run than the one {when}."
    if report.events < events:
        lost = events - report.events
        return False, f"Cut or rolled back: {lost:,} of the {events:,} events {when} are missing."
    if not events and _hash_of(log.source, anchor.size) != anchor.blake3:
        return False, f"Replaced: the file does not begin as the one {when}."
    if events and _head_at(log, EventIndex(events - 1)) != anchor.head:
        return False, f"Replaced: event {events:,} is not the one {when}: its hash is another."
    if report.first_broken is not None and report.first_broken < events:
        return False, f"Changed: event {position_after(report.first_broken):,} is not as it was when {when}."
    if anchor.sealed:
        return False, f"Changed: the log was sealed when {when}, and is not the same file since."
    more = report.events - events
    if report.first_broken is not None:
        return True, f"The {events:,} events are those {when}; what was added since is damaged."
    if more:
        return (
            True,
            f"The log only grew since it was {when}: {plural(more, 'event')} more than {events:,}, which are the same.",
        )
    return True, f"The {events:,} events are those {when}; only what follows them in the file is new."


def _hash_of(source: Source, size: int) -> str | None:
    """Return the BLAKE3 hash (hex) of the first `size` bytes of a log without events; None if it is shorter."""
    return source.blake3(size) if size <= source.size else None


def _head_at(log: EventLog, index: EventIndex) -> str | None:
    event = log[index]
    return None if event.hash is None else event.hash.hex()


def compare_file(read: ReadAnchor, source: Source) -> AnchorFinding:
    """Compare a file with an anchor: it agrees if it has exactly the anchored bytes. Reads the file once."""
    anchor = read.anchor
    when = f"anchored at {anchor.made[:19].replace('T', ' ')} UTC"
    if (source.size, source.blake3()) == (anchor.size, anchor.blake3):
        return AnchorFinding(True, f"The file is, to the byte, the one {when}.{_signature(read)}", read.key)
    sizes = f"{source.size:,} bytes, not {anchor.size:,}" if source.size != anchor.size else "its BLAKE3 is another"
    return AnchorFinding(False, f"Not the file {when}: {sizes}.{_signature(read)}", read.key)


def _signature(read: ReadAnchor) -> str:
    if read.key is not None:
        return f" The anchor is signed by the key {read.key[:_KEY_CHARACTERS]}…."
    return " The anchor's signature was not checked: no key was given." if read.signed else " The anchor is not signed."
