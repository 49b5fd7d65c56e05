"""Checks the file of the window's settings before Qt reads it: a broken one would end the program at each start."""

from __future__ import annotations

import re
from pathlib import Path

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.log.source import read_beginning

_MAX_BYTES = 1 << 20
_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{1,8})")
_STREAMED = (b"Variant(", b"DateTime(")  # values that Qt reads as binary data; the program never writes them


def set_aside_if_broken(path: Path) -> str:
    """Rename a settings file that Qt must not read to ``NAME.broken``; return a sentence about it, or ""."""
    try:
        raw = read_beginning(path, _MAX_BYTES + 1)
    except LogUnreadable:
        return ""  # there is none, or Qt cannot read it either
    plain = _ESCAPE.sub(lambda match: bytes((int(match[1], 16) & 0xFF,)), raw)
    if len(raw) <= _MAX_BYTES and not any(mark in plain for mark in _STREAMED):
        return ""
    aside = path.with_name(f"{path.name}.broken")
    try:
        path.replace(aside)
    except OSError as why:
        return f"{path}: the settings are broken, and cannot be set aside: {why.strerror or why}"
    return f"{path}: the settings are broken; they were set aside as {aside.name}"
