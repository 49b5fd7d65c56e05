"""The value of a YAML document: maps, lists and scalars, with no tags that make objects.

PyYAML's parser only reports what it meets, so a document that is deep, that repeats one part or one long text a million
times by its aliases, or that contains itself, takes no more memory than is allowed.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import BAD_UTF8
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.quotation_marks import in_quotation_marks
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number

MORE_DOCUMENTS = translatable("YAML documents after the first, left out")

_MAX_DEPTH = 200
_MAX_VALUES = 5_000_000  # with each value counted as often as aliases repeat it
_MAX_REPEATED = 64 << 20  # characters that aliases repeat: each copy is written to the log
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE, _REAL = re.compile(r"[-+]?\d{1,18}"), re.compile(r"[-+]?\d{0,18}\.\d{1,18}(?:[eE][-+]?\d{1,3})?")
_BINARY = ("tag:yaml.org,2002:binary", "!binary")  # Ruby writes the second
_TEXT = "tag:yaml.org,2002:str"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MAX_REASON_CHARACTERS = 200  # of the parser's words, in which a text of the file may stand


class NotYaml(Exception):
    """The bytes are no YAML document, or one beyond the limits: where and why, in one line in the user's language."""


def yaml_value(raw: bytes, notes: ImportNotes) -> Any:
    """Return the value of the first document; `notes` counts a document after it, and bytes that are not UTF-8.

    Returns:
        dict (keys are text), list, str, int, float, bool, None, or bytes for ``!!binary``. A part that an alias repeats
        is one object. Numbers, truths and null are those of YAML 1.2; dates are text.

    Raises:
        NotYaml: for anything else.
    """
    import yaml  # few files need it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = _readable(raw, notes)
    try:
        events = yaml.parse(text, Loader=loader)
        value = _Reader(yaml).value(events)
        next(events)  # the end of the document
        if isinstance(next(events), yaml.DocumentStartEvent):
            notes.count(MORE_DOCUMENTS)
        return value
    except yaml.MarkedYAMLError as why:
        mark = why.problem_mark
        if mark is not None and why.problem and not _after(text, mark.line, mark.column).strip():
            raise NotYaml(
                tr(
                    "the YAML ends in the middle, at line {line}; perhaps the file was not written to its end",
                    line=whole_number(len(text.splitlines())),
                )
            ) from why
        raise NotYaml(_problem(mark, _quoted(why.problem or str(why)))) from why
    except (yaml.YAMLError, ValueError) as why:  # bytes or characters that are no text
        raise NotYaml(_problem(None, _quoted(getattr(why, "reason", None) or str(why)))) from why


def _after(text: bytes | str, line: int, column: int) -> str:
    """Return what follows a place, whose line and column count from 0; "" for UTF-16, whose end is not looked for."""
    lines = (text if isinstance(text, str) else text.decode("utf-8", "replace")).split("\n", line)
    return lines[line][column:] if len(lines) > line else ""


def _quoted(reason: str) -> str:
    return in_quotation_marks(one_line(reason, _MAX_REASON_CHARACTERS))


def _problem(mark: Any, reason: str) -> str:
    """Return the sentence on a reason, with the line and the column of a mark if there is one."""
    if mark is None:
        return tr("the YAML cannot be read: {reason}", reason=reason)
    return tr(
        "the YAML cannot be read at line {line}, column {column}: {reason}",
        line=whole_number(mark.line + 1),
        column=whole_number(mark.column + 1),
        reason=reason,
    )


def _readable(raw: bytes, notes: ImportNotes) -> bytes | str:
    if raw.startswith(_UTF_16):
        return raw
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        notes.count(BAD_UTF8)
        return raw.decode("utf-8", "replace")
    return raw


class _Reader:
    """Builds the value from the parser's events."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._open: list[tuple[Any, str | None, int, int]] = []  # a container, its anchor; the counts at its start
        self._keys: list[Any] = []  # for each open container the key that waits for its value
        self._anchored: dict[str, tuple[Any, int, int]] = {}  # anchor -> value; how many values and characters it has
        self._count = self._characters = self._repeated = 0

    def value(self, events: Any) -> Any:
        yaml = self._yaml
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                value, size, length = _scalar(event), 1, len(event.value)
                if event.anchor is not None:
                    self._anchored[event.anchor] = (value, 1, length)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                new: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                self._open.append((new, event.anchor, self._count, self._characters))
                self._keys.append(_NO_KEY)
                if len(self._open) > _MAX_DEPTH:
                    raise NotYaml(_problem(event.start_mark, tr("more than {limit} levels", limit=_MAX_DEPTH)))
                continue
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                value, anchor, count, characters = self._open.pop()
                self._keys.pop()
                size, length = 1, 0
                if anchor is not None:
                    self._anchored[anchor] = (value, self._count - count + 1, self._characters - characters)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._anchored:
                    alias = in_quotation_marks(one_line(event.anchor, _MAX_REASON_CHARACTERS))
                    raise NotYaml(
                        _problem(event.start_mark, tr("the alias {alias} names no part before it", alias=alias))
                    )
                value, size, length = self._anchored[event.anchor]
                self._repeated += length
            else:
                continue
            self._count += size
            self._characters += length
            if self._repeated > _MAX_REPEATED:
                limit = whole_number(_MAX_REPEATED)
                reason = tr("aliases repeat more than {limit} characters", limit=limit)
                raise NotYaml(_problem(event.start_mark, reason))
            if self._count > _MAX_VALUES:
                reason = tr("more than {limit} values", limit=whole_number(_MAX_VALUES))
                raise NotYaml(_problem(event.start_mark, reason))
            if not self._open:
                return value
            self._add(value, event.start_mark)
        raise NotYaml(tr("the YAML has no document"))

    def _add(self, value: Any, mark: Any) -> None:
        container = self._open[-1][0]
        if isinstance(container, list):
            container.append(value)
        elif self._keys[-1] is _NO_KEY:
            if isinstance(value, dict | list):  # as text, keys in keys would double at each level
                raise NotYaml(_problem(mark, tr("a key that is a map or a list")))
            self._keys[-1] = value if isinstance(value, str) else str(value)
        else:
            container[self._keys[-1]] = value
            self._keys[-1] = _NO_KEY


_NO_KEY: Any = object()


def _scalar(event: Any) -> Any:
    text = event.value
    if event.tag in _BINARY:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except binascii.Error as why:
            raise NotYaml(_problem(event.start_mark, tr("bytes that are no base64"))) from why
    if event.style or event.tag == _TEXT:
        return text
    if text in _WORDS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    return int(text) if _WHOLE.fullmatch(text) else float(text) if _REAL.fullmatch(text) else text
