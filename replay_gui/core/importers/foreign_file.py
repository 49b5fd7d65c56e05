"""A file of another program, as importers read it: its first bytes, its lines, or its JSON value."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_of, values_in_a_row
from replay_gui.core.importers.limits import LIMITS, Limits
from replay_gui.core.importers.yaml_document import NotYaml, yaml_value
from replay_gui.core.log.source import Source

HEAD_BYTES = 1 << 16
_MAX_FIRST_LINES = 20
_MIN_LINES = 5  # the least number of lines that are read, even long ones
_MAX_FIRST_BYTES = 16 << 20  # of the first lines
_SPACE = b" \t\r\n\xef\xbb\xbf"


class ForeignFile:
    """A file that several importers examine; each part is read only once.

    Attributes:
        source: the file, or an unpacked copy of it. path: the file that the user opened.
        limits: the largest sizes that are read. head: its first bytes, at most HEAD_BYTES.
        notes: changes to `document` that the log format required.
    """

    def __init__(self, source: Source, limits: Limits = LIMITS, path: Path | None = None) -> None:
        self.source = source
        self.path = source.path if path is None else path
        self.limits = limits
        self.head = source.read_at(0, min(source.size, HEAD_BYTES))
        self.notes = ImportNotes()

    @property
    def stem(self) -> str:
        """The file's name without its last suffix, as text that can be encoded as UTF-8."""
        return self.source.path.stem.encode("utf-8", "replace").decode()

    @cached_property
    def first_lines(self) -> tuple[Any, ...]:
        """The JSON values of the first lines; None for a line that is not JSON.

        These are the lines in `head`, and some more if these are few: one line can hold a whole conversation.
        """
        data, size = self.head, self.source.size
        while data.count(b"\n") < _MIN_LINES and len(data) < min(size, _MAX_FIRST_BYTES):
            data += self.source.read_at(len(data), min(size - len(data), len(data)))
        *whole, rest = data.split(b"\n")
        if len(data) == size and (len(data) == len(self.head) or whole):
            whole.append(rest)
        return tuple(_value(line) for line in whole[:_MAX_FIRST_LINES])

    @cached_property
    def document(self) -> Any:
        """The whole file as a JSON object or array; None if it is not JSON, or larger than the limit.

        Several values in a row, each on several lines, are returned as an array.
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
    def yaml(self) -> Any:
        """The whole file as a YAML map or list; None if it is none, or beyond the limits. Slow: check `head` first."""
        value, _problem = self._yaml
        return value if isinstance(value, dict | list) else None

    @property
    def yaml_problem(self) -> str:
        """Why the whole file is no YAML document; "" if it is one, or larger than the limit. As slow as `yaml`."""
        return self._yaml[1]

    @cached_property
    def _yaml(self) -> tuple[Any, str]:
        if self.source.size > self.limits.document:
            return None, ""
        try:
            return yaml_value(self.source.read_at(0, self.source.size), self.notes), ""
        except NotYaml as why:
            return None, str(why)

    @property
    def _begins_in_lines(self) -> bool:
        """Whether the first line begins a value that continues on the next line."""
        return self.head.lstrip(_SPACE).split(b"\n", 1)[0].rstrip() in (b"{", b"[")

    @property
    def is_too_long(self) -> bool:
        """Whether the file looks like one JSON value but is larger than the limit."""
        return self.source.size > self.limits.document and self.head.lstrip(_SPACE)[:1] in (b"{", b"[")


def read_side_json(path: Path) -> Any:
    """Return the JSON object or array in a small side file; None if there is no such file, or no such value."""
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
