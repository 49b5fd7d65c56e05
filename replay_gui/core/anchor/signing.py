"""Signatures over statements: Ed25519 (RFC 8032) in a DSSE envelope (secure-systems-lab/dsse, version 1.0).

The envelope is JSON: payload (base64), payloadType, signatures. The signature covers the payload
and its type, joined unambiguously, so that a signature cannot be reused for another kind of statement.
"""

from __future__ import annotations

import base64
import binascii
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from replay_gui.core.errors import AnchorRefused, LogUnreadable
from replay_gui.core.log.source import read_beginning

PAYLOAD_TYPE = "application/vnd.in-toto+json"
HOW_TO_MAKE_KEYS = "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out public.pem"
_MAX_KEY_FILE_BYTES = 1 << 16


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read the Ed25519 private key in a PEM file without a password; raise AnchorRefused if it has no such key."""
    try:
        key = load_pem_private_key(_read(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise AnchorRefused(f"{path}: no Ed25519 private key in PEM without a password; make one: {HOW_TO_MAKE_KEYS}")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read the Ed25519 public key in a PEM file; raise AnchorRefused if it has no such key."""
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise AnchorRefused(f"{path}: no Ed25519 public key in PEM; of a private one: openssl pkey -in … -pubout")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the key's SubjectPublicKeyInfo, in hex: people compare keys by it."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def sign_payload(payload: bytes, key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return a DSSE envelope that holds the payload and its signature."""
    signature = key.sign(_joined(payload))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}],
    }


def open_envelope(form: dict[str, Any], key: Ed25519PublicKey | None) -> bytes:
    """Return the payload of an envelope.

    With a key, raise AnchorRefused if no signature in it is a valid one by that key; without a key, no signature is
    checked. Raises AnchorRefused also if it is not an envelope.
    """
    try:
        payload = base64.b64decode(form["payload"], validate=True)
        signatures = [base64.b64decode(entry["sig"], validate=True) for entry in form["signatures"]]
        right_type = form["payloadType"] == PAYLOAD_TYPE
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise AnchorRefused("not a DSSE envelope: payload, payloadType or signatures are missing or damaged") from None
    if not right_type:
        raise AnchorRefused(f"the envelope holds {json.dumps(form['payloadType'])[:80]}, not {PAYLOAD_TYPE}")
    if key is not None and not any(_is_by(key, signature, payload) for signature in signatures):
        raise AnchorRefused(f"not signed by the key {key_id(key)[:16]}…, or changed since")
    return payload


def _is_by(key: Ed25519PublicKey, signature: bytes, payload: bytes) -> bool:
    try:
        key.verify(signature, _joined(payload))
    except InvalidSignature:
        return False
    return True


def _joined(payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding: the bytes that are signed."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _read(path: Path) -> bytes:
    try:
        return read_beginning(path, _MAX_KEY_FILE_BYTES)
    except LogUnreadable as why:
        raise AnchorRefused(str(why)) from None
