"""Anchors: a log's last hash, number of events and file hash, in a small file that is kept elsewhere, signed or not.

A hash chain holds no secret: whoever can rewrite the whole file can rewrite every hash, and can cut off the end of an
unsealed log unnoticed. An anchor states the log's contents at the time when the anchor was made. A log that does
not agree with it was cut, rolled back or replaced; one that only grew since does agree. Any other file, such as a
report, is anchored by its bytes.

The form is an in-toto statement, version 1 (in-toto/attestation), in canonical JSON; if signed, in a DSSE envelope.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from replay_gui.core.anchor.signing import key_id, open_envelope, sign_payload
from replay_gui.core.errors import AnchorRefused, LogUnreadable
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source, read_beginning
from replay_gui.core.report.canonical_json import canonical_json
from replay_gui.core.text.clock import rfc3339_text
from replay_gui.core.verification.verification_report import VALID, VerificationReport

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:replay-gui:anchor:1"
_MAX_ANCHOR_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The recorded facts of a file.

    Attributes:
        name: of the file, without folders. size: bytes. blake3: hash of those bytes, in hex.
        made: when the anchor was made, RFC 3339 in UTC.
        run_id, events (how many), head (hash of the last record, in hex), sealed: only for a log, else None. head is
            None for a log without events too.
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
        """Whether the file is a replay log."""
        return self.events is not None


@dataclass(frozen=True, slots=True)
class ReadAnchor:
    """An anchor from a file.

    Attributes:
        signed: whether it has a signature. key: id of the key whose signature was checked and is valid, else None.
    """

    anchor: Anchor
    signed: bool
    key: str | None


class _Digest(msgspec.Struct, frozen=True):
    blake3: str


class _Subject(msgspec.Struct, frozen=True):
    name: str
    digest: _Digest


class _Predicate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
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
    """Return the anchor of a verified log; raise AnchorRefused if it is not VALID, so no damaged log is anchored."""
    if report.verdict != VALID:
        raise AnchorRefused(f"{report.run}: not anchored: the log is {report.verdict}; see replay-gui verify")
    size, file_hash = log.source.size, report.file_blake3
    made = _made(now)
    sealed = report.seal == "good"
    return Anchor(
        name=_unicode_name(log.source),
        size=size,
        blake3=file_hash,
        made=made,
        run_id=report.run_id,
        events=report.events,
        head=report.head,
        sealed=sealed,
    )


def anchor_of_file(source: Source, now: int) -> Anchor:
    """Return the anchor of any file, which is read once; `now`: ns since 1970."""
    return Anchor(name=_unicode_name(source), size=source.size, blake3=source.blake3(), made=_made(now))


def _made(now: int) -> str:
    made = rfc3339_text(now)
    if made is None:
        raise AnchorRefused("not anchored: this computer's clock is beyond the calendar")
    return made


def _unicode_name(source: Source) -> str:
    """Return the name of the file; bytes that are not UTF-8 are escaped, because JSON cannot hold them."""
    return source.path.name.encode(errors="backslashreplace").decode()


def encode_anchor(anchor: Anchor, key: Ed25519PrivateKey | None) -> bytes:
    """Return the bytes of the anchor's file, signed with `key` if there is one."""
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
    return (statement if key is None else canonical_json(sign_payload(statement, key))) + b"\n"


def read_anchor(path: Path, key: Ed25519PublicKey | None) -> ReadAnchor:
    """Read the anchor in a file; raise AnchorRefused if it is no anchor, or if `key` is given and did not sign it."""
    try:
        raw = read_beginning(path, _MAX_ANCHOR_BYTES + 1)
    except LogUnreadable as why:
        raise AnchorRefused(str(why)) from None
    try:
        form = json.loads(raw[: _MAX_ANCHOR_BYTES + 1]) if len(raw) <= _MAX_ANCHOR_BYTES else None
    except (ValueError, RecursionError):
        form = None
    if not isinstance(form, dict):
        raise AnchorRefused(f"{path}: not an anchor; replay-gui anchor makes one")
    signed = "payload" in form
    try:
        if signed:
            anchor = _anchor(open_envelope(form, key))
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
        raise AnchorRefused(f"not an anchor: {why}") from None
    if statement._type != STATEMENT or statement.predicateType != PREDICATE:
        raise AnchorRefused(f"a statement of another kind ({statement.predicateType[:80]!r}), not an anchor")
    (subject,), facts = statement.subject, statement.predicate
    if facts.size < 0 or (facts.events or 0) < 0 or (facts.events is None) != (facts.sealed is None):
        raise AnchorRefused("not an anchor: its numbers are invalid")
    return Anchor(
        name=subject.name,
        size=facts.size,
        blake3=subject.digest.blake3,
        made=facts.made,
        run_id=facts.run_id,
        events=facts.events,
        head=facts.head,
        sealed=facts.sealed,
    )
