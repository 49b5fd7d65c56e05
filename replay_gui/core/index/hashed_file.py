"""The program's own files that begin with a hash of the rest, to recognise damage."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from replay_gui.core.index.cache_files import write_parts
from replay_gui.core.log.chain import HASH_BYTES, digest

Value = TypeVar("Value", bound=msgspec.Struct)


def write_hashed(path: Path, value: msgspec.Struct) -> None:
    """Write a value in one piece, see write_parts.

    Raises OSError if the file cannot be written, UnicodeEncodeError if a text cannot be encoded.
    """
    raw = msgspec.msgpack.encode(value)
    write_parts(path, (digest(raw), raw))


def read_hashed(path: Path, type: type[Value]) -> Value:
    """Read the value that write_hashed wrote; raise OSError, ValueError or MsgspecError if it is missing or damaged."""
    raw = path.read_bytes()
    if digest(raw[HASH_BYTES:]) != raw[:HASH_BYTES]:
        raise ValueError(f"{path}: the file is damaged")
    return msgspec.msgpack.decode(raw[HASH_BYTES:], type=type)
