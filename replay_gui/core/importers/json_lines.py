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

MAX_LINE_BYTES = 16 << 20  # bytes; a longer line might make an event that is larger than a record may be
KEPT_BYTES_OF_LONG_LINE = 1 << 20  # bytes

BAD_UTF8 = "lines that are not UTF-8: what could not be read was replaced"

BETWEEN_VALUES = "parts between two JSON values that are no JSON, left out"

_CHUNK_BYTES = 1 << 20
_BOM = b"\xef\xbb\xbf"
_MAX_DAMAGED = 20  # values in a row that are damaged: each may be read to the end of the file; then the rest is left
_MAX_DIGITS = 4000  # Python reads no longer whole number

_decode = msgspec.json.Decoder().decode
_decode_usual = msgspec.json.Decoder(SURELY_PLAIN).decode
_scan = json.JSONDecoder(strict=False).raw_decode
_NEXT = re.compile(r"[^\s\x1e]")
_BEGIN = re.compile(r"^[{\[]", re.MULTILINE)  # an indented one is within a value that is damaged
_encode = msgspec.msgpack.Encoder().encode


class NotJson(ValueError):
    """The line is no JSON value."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        number: from 1. raw: its bytes without the line's end; of a line over MAX_LINE_BYTES its beginning.
        size: bytes it has in the file. ended: whether a line end follows; only the last line may lack one.
    """

    number: int
    raw: bytes
    size: int
    ended: bool

    @property
    def too_long(self) -> bool:
        """Whether the line exceeds `MAX_LINE_BYTES`; its content is then not kept whole."""
        return self.size > MAX_LINE_BYTES


def lines(source: Source) -> Iterator[Line]:
    """Yield every line of the file, empty ones too; nothing for the end of the file after a last line end."""
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
    """Yield the number and the JSON value of each line that is not blank; of one that is no JSON, its text."""
    for line in lines(source):
        if not line.raw.strip():
            continue
        try:
            value = line.raw.decode("utf-8", "replace") if line.too_long else value_of(line.raw, notes)
        except NotJson:
            value = line.raw.decode("utf-8", "replace")
        yield line.number, value


def value_of(raw: bytes, notes: ImportNotes) -> Any:
    """Return the JSON value of a line, changed so that a log can hold it; changes are counted. NotJson if invalid.

    NaN, Infinity and other things that Python's reader takes are taken. Of equal keys the last wins.
    """
    try:
        value = _decode_usual(raw)
        _encode(value)  # the quickest proof that no whole number is too wide
        return value
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        pass  # not in the common form: converted value by value
    try:
        value = _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        value = _decoded_slowly(raw.removeprefix(_BOM), notes)
    try:
        return plain(value, notes)
    except RecursionError:
        raise NotJson from None


def values_in_a_row(raw: bytes, notes: ImportNotes) -> list[Any]:
    """Return the JSON values that stand one after the other, each over several lines, as a program prints them.

    Text between two of them is left out and counted. Empty where there are not two, or the first ends in its line: such
    a file is JSON Lines.
    """
    text = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    values, between, damaged, begun = list[Any](), 0, 0, _NEXT.search(text)
    while begun is not None and damaged <= _MAX_DAMAGED:
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
    """Return the JSON value in a text; NotJson if it is invalid, or a log cannot hold it unchanged."""
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
