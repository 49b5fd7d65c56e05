"""Anchors: a log's head, number of events and hash, in a small file that is kept elsewhere, signed or not.

A hash chain holds no secret: who can rewrite the whole file can rewrite every hash, and of an unsealed log the end can
be cut off unseen. What an anchor says of the log was true when it was made; a log that does not agree with it was cut,
rolled back or replaced; one that only grew since does agree. Any other file, a report say, is anchored by its bytes.

The form is an in-toto statement, version 1 (in-toto/attestation), in canonical JSON; signed, in a DSSE envelope.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from replay_gui.core.anchor.signing import envelope, key_id, opened
from replay_gui.core.errors import AnchorRefused, LogUnreadable
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source, beginning
from replay_gui.core.report.canonical_json import canonical_json
from replay_gui.core.report.model import AnchorFinding
from replay_gui.core.text.clock import iso
from replay_gui.core.verification.verification import VALID, VerificationReport

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:replay-gui:anchor:1"
_LIMIT = 1 << 20  # bytes of an anchor
_SHOWN = 16  # characters of a hash in a sentence


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was true of a file.

    Attributes:
        name: of the file, without folders. size: bytes. blake3: hex, of those bytes. made: RFC 3339.
        run_id, events, head (hex), sealed: of a log; None of any other file, and head of a log without events too.
    """

    name: str
    size: int
    blake3: str
    made: str
    run_id: str | None = None
    events: int | None = None
    head: str | None = None
    sealed: bool | None = None

    @property
    def is_of_log(self) -> bool:
        return self.events is not None


@dataclass(frozen=True, slots=True)
class ReadAnchor:
    """An anchor from a file. `signed`: whether a signature is there; `key`: the id of the one that was found right."""

    anchor: Anchor
    signed: bool
    key: str | None


class _Digest(msgspec.Struct, frozen=True):
    blake3: str


class _Subject(msgspec.Struct, frozen=True):
    name: str
    digest: _Digest


class _Predicate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int
    made: str
    run_id: str | None = None
    events: int | None = None
    head: str | None = None
    sealed: bool | None = None


class _Statement(msgspec.Struct, frozen=True):
    _type: str
    subject: tuple[_Subject]
    predicateType: str
    predicate: _Predicate


def anchor_of_log(log: EventLog, report: VerificationReport, now: int) -> Anchor:
    """The anchor of a log that was verified; AnchorRefused where it is not VALID, which nobody should vouch for."""
    if report.verdict != VALID:
        raise AnchorRefused(f"{report.run}: not anchored: the log is {report.verdict}; see replay-gui verify")
    size, file_hash = log.source.size, report.file_blake3
    made = _made(now)
    sealed = report.seal == "good"
    return Anchor(log.source.path.name, size, file_hash, made, report.run_id, report.events, report.head, sealed)


def anchor_of_file(source: Source, now: int) -> Anchor:
    """The anchor of the bytes of any file."""
    return Anchor(source.path.name, source.size, source.blake3(), _made(now))


def _made(now: int) -> str:
    made = iso(now)
    if made is None:
        raise AnchorRefused("not anchored: this computer's clock is beyond the calendar")
    return made


def written(anchor: Anchor, key: Ed25519PrivateKey | None) -> bytes:
    """The anchor's file, signed with `key` if there is one."""
    facts: dict[str, Any] = {"size": anchor.size, "made": anchor.made}
    if anchor.is_of_log:
        facts |= {"run_id": anchor.run_id, "events": anchor.events, "head": anchor.head, "sealed": anchor.sealed}
    statement = canonical_json(
        {
            "_type": STATEMENT,
            "subject": [{"name": anchor.name, "digest": {"blake3": anchor.blake3}}],
            "predicateType": PREDICATE,
            "predicate": facts,
        }
    )
    return (statement if key is None else canonical_json(envelope(statement, key))) + b"\n"


def read_anchor(path: Path, key: Ed25519PublicKey | None) -> ReadAnchor:
    """The anchor in a file; AnchorRefused where it is none, or `key` is given and did not sign it."""
    try:
        raw = beginning(path, _LIMIT + 1)
    except LogUnreadable as why:
        raise AnchorRefused(str(why)) from None
    try:
        form = json.loads(raw[: _LIMIT + 1]) if len(raw) <= _LIMIT else None
    except (ValueError, RecursionError):
        form = None
    if not isinstance(form, dict):
        raise AnchorRefused(f"{path}: no anchor; replay-gui anchor makes one")
    signed = "payload" in form
    try:
        if signed:
            anchor = _anchor(opened(form, key))
        elif key is not None:
            raise AnchorRefused("not signed, so the key proves nothing; leave --key away, or use the signed anchor")
        else:
            anchor = _anchor(raw)
    except AnchorRefused as why:
        raise AnchorRefused(f"{path}: {why}") from None
    return ReadAnchor(anchor, signed, key_id(key) if signed and key is not None else None)


def _anchor(raw: bytes) -> Anchor:
    try:
        statement = msgspec.json.decode(raw, type=_Statement)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
        raise AnchorRefused(f"no anchor: {why}") from None
    if statement._type != STATEMENT or statement.predicateType != PREDICATE:
        raise AnchorRefused(f"a statement of another kind ({statement.predicateType[:80]!r}), no anchor")
    (subject,), facts = statement.subject, statement.predicate
    if facts.size < 0 or (facts.events or 0) < 0 or (facts.events is None) != (facts.sealed is None):
        raise AnchorRefused("no anchor: its numbers make no sense")
    return Anchor(
        subject.name,
        facts.size,
        subject.digest.blake3,
        facts.made,
        facts.run_id,
        facts.events,
        facts.head,
        facts.sealed,
    )


# ---- comparing ----------------------------------------------------------------------------------------
def compare_log(read: ReadAnchor, log: EventLog, report: VerificationReport) -> AnchorFinding:
    """Whether the log, verified, is the anchored one, grown or not."""
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
    if events and _head_at(log, events - 1) != anchor.head:
        return False, f"Replaced: event {events:,} is not the one {when}: its hash is another."
    if report.first_broken is not None and report.first_broken < events:
        return False, f"Changed: event {report.first_broken + 1:,} is not as it was when {when}."
    if anchor.sealed:
        return False, f"Changed: the log was sealed when {when}, and is not the same file since."
    more = report.events - events
    if report.first_broken is not None:
        return True, f"The {events:,} events are those {when}; what was added since is damaged."
    if more:
        return True, f"The log only grew since it was {when}: {more:,} events more than {events:,}, which are the same."
    return True, f"The {events:,} events are those {when}; only what follows them in the file is new."


def _hash_of(source: Source, size: int) -> str | None:
    """BLAKE3, hex, of the first `size` bytes; None where there are fewer. For the little that stands before events."""
    return blake3(source.read_at(0, size)).hexdigest() if size <= source.size else None


def _head_at(log: EventLog, index: int) -> str | None:
    event = log[index]
    return None if event.hash is None else event.hash.hex()


def compare_file(read: ReadAnchor, source: Source) -> AnchorFinding:
    """Whether the file has the anchored bytes, and no others."""
    anchor = read.anchor
    when = f"anchored at {anchor.made[:19].replace('T', ' ')} UTC"
    if (source.size, source.blake3()) == (anchor.size, anchor.blake3):
        return AnchorFinding(True, f"The file is, to the byte, the one {when}.{_signature(read)}", read.key)
    sizes = f"{source.size:,} bytes, not {anchor.size:,}" if source.size != anchor.size else "its BLAKE3 is another"
    return AnchorFinding(False, f"Not the file {when}: {sizes}.{_signature(read)}", read.key)


def _signature(read: ReadAnchor) -> str:
    if read.key is not None:
        return f" The anchor is signed by the key {read.key[:_SHOWN]}…."
    return " The anchor's signature was not checked: no key was given." if read.signed else " The anchor is not signed."
