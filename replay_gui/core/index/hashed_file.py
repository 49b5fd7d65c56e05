"""Files of the program's own that begin with a hash of the rest, by which a damaged one is known."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from replay_gui.core.log.chain import HASH_BYTES, digest

Value = TypeVar("Value", bound=msgspec.Struct)


def write_hashed(path: Path, value: msgspec.Struct) -> None:
    """Write a value in one piece; `path` appears as a whole or stays as it was.

    OSError: the file cannot be written. UnicodeEncodeError: a text cannot be kept.
    """
    raw = msgspec.msgpack.encode(value)
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(digest(raw) + raw)
    draft.replace(path)


def read_hashed(path: Path, type: type[Value]) -> Value:
    """Read what write_hashed wrote; OSError, ValueError or MsgspecError if it is missing or damaged."""
    raw = path.read_bytes()
    if digest(raw[HASH_BYTES:]) != raw[:HASH_BYTES]:
        raise ValueError(f"{path}: the file is damaged")
    return msgspec.msgpack.decode(raw[HASH_BYTES:], type=type)
