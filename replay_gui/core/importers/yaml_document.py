"""The value of a YAML document: maps, lists and scalars, with no tags that make objects.

PyYAML's parser only reports what it meets, so a document that is deep, that repeats one part a million times by its
aliases, or that contains itself, takes no more memory than is allowed.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

_MAX_DEPTH = 200
_MAX_VALUES = 5_000_000  # with each value counted as often as aliases repeat it
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE, _REAL = re.compile(r"[-+]?\d{1,18}"), re.compile(r"[-+]?\d{0,18}\.\d{1,18}(?:[eE][-+]?\d{1,3})?")
_BINARY, _TEXT = "tag:yaml.org,2002:binary", "tag:yaml.org,2002:str"


class NotYaml(Exception):
    """The bytes are no YAML document, or one beyond the limits."""


def yaml_value(raw: bytes) -> Any:
    """Return the value of the first document.

    Returns:
        dict (keys are text), list, str, int, float, bool, None, or bytes for ``!!binary``. A part that an alias repeats
        is one object. Numbers, truths and null are those of YAML 1.2; dates are text.

    Raises:
        NotYaml: for anything else.
    """
    import yaml  # few files need it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Reader(yaml).value(yaml.parse(raw, Loader=loader))
    except (yaml.YAMLError, ValueError) as why:  # ValueError: bytes that are no text
        raise NotYaml(" ".join(str(why).split())) from why


class _Reader:
    """Builds the value from the parser's events."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._open: list[tuple[Any, str | None, int]] = []  # each a container, its anchor, and the count at its start
        self._keys: list[Any] = []  # for each open container the key that waits for its value
        self._anchored: dict[str, tuple[Any, int]] = {}  # anchor -> value, and how many values it has
        self._count = 0

    def value(self, events: Any) -> Any:
        yaml = self._yaml
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                value, size = _scalar(event), 1
                if event.anchor is not None:
                    self._anchored[event.anchor] = (value, 1)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open.append(({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, self._count))
                self._keys.append(_NO_KEY)
                if len(self._open) > _MAX_DEPTH:
                    raise NotYaml(f"more than {_MAX_DEPTH} levels")
                continue
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                value, anchor, before = self._open.pop()
                self._keys.pop()
                size = 1
                if anchor is not None:
                    self._anchored[anchor] = (value, self._count - before + 1)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._anchored:
                    raise NotYaml(f"the alias {event.anchor} names no part before it")
                value, size = self._anchored[event.anchor]
            else:
                continue
            self._count += size
            if self._count > _MAX_VALUES:
                raise NotYaml(f"more than {_MAX_VALUES:,} values")
            if not self._open:
                return value
            self._add(value)
        raise NotYaml("no document")

    def _add(self, value: Any) -> None:
        container = self._open[-1][0]
        if isinstance(container, list):
            container.append(value)
        elif self._keys[-1] is _NO_KEY:
            self._keys[-1] = value if isinstance(value, str) else str(value)
        else:
            container[self._keys[-1]] = value
            self._keys[-1] = _NO_KEY


_NO_KEY: Any = object()


def _scalar(event: Any) -> Any:
    text = event.value
    if event.tag == _BINARY:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except binascii.Error as why:
            raise NotYaml(f"no base64: {why}") from why
    if event.style or event.tag == _TEXT:
        return text
    if text in _WORDS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    return int(text) if _WHOLE.fullmatch(text) else float(text) if _REAL.fullmatch(text) else text
