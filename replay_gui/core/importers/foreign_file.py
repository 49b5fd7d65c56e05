"""A file of another program, as importers read it: its beginning, its lines, or its one JSON value."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_of, values_in_a_row
from replay_gui.core.importers.limits import LIMITS, Limits
from replay_gui.core.log.source import Source

HEAD_BYTES = 1 << 16  # bytes
_MAX_FIRST_LINES = 20
_FEW_LINES = 5  # so many are read also where they are long
_MAX_FIRST_BYTES = 16 << 20  # of the first lines
_SPACE = b" \t\r\n\xef\xbb\xbf"


class ForeignFile:
    """A file that several importers look at; each part is read only once.

    Attributes:
        source: the file. path: where the user has it, also where `source` is a copy that was unpacked.
        limits: how much of it is read. head: its first bytes, at most HEAD_BYTES.
        notes: what had to be changed for `document` to be held by the log format.
    """

    def __init__(self, source: Source, limits: Limits = LIMITS, path: Path | None = None) -> None:
        self.source = source
        self.path = source.path if path is None else path
        self.limits = limits
        self.head = source.read_at(0, min(source.size, HEAD_BYTES))
        self.notes = ImportNotes()

    @property
    def stem(self) -> str:
        """The file's name without its last suffix, as text that every output can encode."""
        return self.source.path.stem.encode("utf-8", "replace").decode()

    @cached_property
    def first_lines(self) -> tuple[Any, ...]:
        """The JSON values of the first lines; None for a line that is no JSON.

        They are those in `head`, and, where these are few, some more: a line may hold a whole conversation.
        """
        data, size = self.head, self.source.size
        while data.count(b"\n") < _FEW_LINES and len(data) < min(size, _MAX_FIRST_BYTES):
            data += self.source.read_at(len(data), min(size - len(data), len(data)))
        *whole, rest = data.split(b"\n")
        if len(data) == size and (len(data) == len(self.head) or whole):
            whole.append(rest)
        return tuple(_value(line) for line in whole[:_MAX_FIRST_LINES])

    @cached_property
    def document(self) -> Any:
        """The whole file as a JSON object or array; None if it is none, or larger than the limit.

        Several values that a program has printed one after the other, each over several lines, are an array of them.
        """
        size = self.source.size
        if self.head.lstrip(_SPACE)[:1] not in (b"{", b"[") or size > self.limits.document:
            return None
        raw = self.source.read_at(0, size)
        try:
            return value_of(raw, self.notes)
        except NotJson:
            return (values_in_a_row(raw, self.notes) or None) if self._begins_in_lines else None

    @property
    def _begins_in_lines(self) -> bool:
        """Whether the first line is the beginning of a value that goes on in the next."""
        return self.head.lstrip(_SPACE).split(b"\n", 1)[0].rstrip() in (b"{", b"[")

    @property
    def is_too_long(self) -> bool:
        """Whether the file looks like one JSON value but is larger than the limit."""
        return self.source.size > self.limits.document and self.head.lstrip(_SPACE)[:1] in (b"{", b"[")


def json_beside(path: Path) -> Any:
    """Return the JSON object or array that is a small file beside another one; None where there is none."""
    try:
        with Source(path) as source:
            return ForeignFile(source).document
    except ReplayError:
        return None


def _value(line: bytes) -> Any:
    try:
        return value_of(line, ImportNotes())
    except NotJson:
        return None
