"""JSON Lines, read one line at a time; invalid and very long lines are handled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.plain_values import SURELY_PLAIN, WIDE_INTEGERS, plain
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import translatable

MAX_LINE_BYTES = 16 << 20  # a longer line could give an event larger than the largest record
KEPT_BYTES_OF_LONG_LINE = 1 << 20  # bytes

BAD_UTF8 = translatable("lines that are not UTF-8: what could not be read was replaced")

BETWEEN_VALUES = translatable("parts between two JSON values that are no JSON, left out")

_CHUNK_BYTES = 1 << 20
_BOM = b"\xef\xbb\xbf"
_MAX_DAMAGED_VALUES = (
    20  # damaged values in a row: each can cost a read to the end of the file, so the rest is then left out
)
_MAX_DIGITS = 4000  # the longest integer that Python parses

_decode = msgspec.json.Decoder().decode
_decode_usual = msgspec.json.Decoder(SURELY_PLAIN).decode
_scan = json.JSONDecoder(strict=False).raw_decode
_NEXT = re.compile(r"[^\s\x1e]")
_BEGIN = re.compile(r"^[{\[]", re.MULTILINE)  # an indented one is inside a damaged value
_encode = msgspec.msgpack.Encoder().encode


class NotJson(ValueError):
    """The line is not a JSON value."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        number: counted from 1. raw: its bytes without the line break; only the beginning if longer than MAX_LINE_BYTES.
        size: in bytes, in the file. ended: whether a line break follows; only the last line may have none.
    """

    number: int
    raw: bytes
    size: int
    ended: bool

    @property
    def too_long(self) -> bool:
        """Whether the line is longer than `MAX_LINE_BYTES`; then only its beginning is kept."""
        return self.size > MAX_LINE_BYTES


def lines(source: Source) -> Iterator[Line]:
    """Yield every line of the file, also empty ones; a final line break does not begin another line."""
    number, size, parts = 1, 0, list[bytes]()
    for offset in range(0, source.size, _CHUNK_BYTES):
        *ends, rest = source.read_at(offset, min(_CHUNK_BYTES, source.size - offset)).split(b"\n")
        for piece in ends:
            yield _line(number, parts, piece, size + len(piece), True)
            number, size, parts = number + 1, 0, []
        size += len(rest)
        if size <= MAX_LINE_BYTES:
            parts.append(rest)
        elif len(parts) > 1:
            parts = [b"".join(parts)[:KEPT_BYTES_OF_LONG_LINE]]
    if size:
        yield _line(number, parts, b"", size, False)


def _line(number: int, parts: list[bytes], piece: bytes, size: int, ended: bool) -> Line:
    raw = b"".join((*parts, piece))
    return Line(number, raw[:KEPT_BYTES_OF_LONG_LINE] if size > MAX_LINE_BYTES else raw, size, ended)


def numbered_values(source: Source, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
    """Yield the number and JSON value of each non-blank line; the line's text if it is not JSON."""
    for line in lines(source):
        if not line.raw.strip():
            continue
        try:
            value = line.raw.decode("utf-8", "replace") if line.too_long else value_of(line.raw, notes)
        except NotJson:
            value = line.raw.decode("utf-8", "replace")
        yield line.number, value


def value_of(raw: bytes, notes: ImportNotes) -> Any:
    """Return the JSON value of a line, changed if the log format requires it; changes are counted in `notes`.

    Accepts NaN, Infinity and everything else that Python's reader accepts. The last of several equal keys counts.
    Raises NotJson if the line is invalid.
    """
    try:
        value = _decode_usual(raw)
        _encode(value)  # the fastest proof that no integer is too large
        return value
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        pass  # unusual: converted value by value
    try:
        value = _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        value = _decoded_slowly(raw.removeprefix(_BOM), notes)
    try:
        return plain(value, notes)
    except RecursionError:
        raise NotJson from None


def values_in_a_row(raw: bytes, notes: ImportNotes) -> list[Any]:
    """Return the JSON values of a file that has one value after another, each on several lines.

    Text between two values is left out and counted. Returns [] if there are fewer than two values, or if the first
    value ends on its line: such a file is JSON Lines.
    """
    text = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    values, between, damaged, begun = list[Any](), 0, 0, _NEXT.search(text)
    while begun is not None and damaged <= _MAX_DAMAGED_VALUES:
        place = begun.start()
        try:
            value, end = _scan(text, place)
        except (ValueError, RecursionError):
            between += 1
            damaged += text[place] in "{["
            begun = _BEGIN.search(text, place + 1)
        else:
            if not values and "\n" not in text[place:end]:
                return []
            values.append(value)
            begun = _NEXT.search(text, end)
        if not values:
            return []
    if len(values) < 2:
        return []
    if between:
        notes.count(BETWEEN_VALUES, between)
    try:
        return [plain(value, notes) for value in values]
    except RecursionError:
        return []


def value_in(text: str) -> Any:
    """Return the JSON value in a text; raise NotJson if it is invalid, or if a log cannot hold it unchanged."""
    notes = ImportNotes()
    value = value_of(text.encode("utf-8", "surrogatepass"), notes)
    if notes.sentences():
        raise NotJson
    return value


def _decoded_slowly(raw: bytes, notes: ImportNotes) -> Any:
    def whole(digits: str) -> int | str:
        if len(digits) < _MAX_DIGITS:
            return int(digits)
        notes.count(WIDE_INTEGERS)
        return digits

    text = raw.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_int=whole, strict=False)
    except (ValueError, RecursionError):
        raise NotJson from None
    if "\ufffd" in text and not _is_utf8(raw):
        notes.count(BAD_UTF8)
    return value


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
