"""An event as text for people: fields in order, real line breaks, JSON inside texts unfolded, patches as diffs."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import Any, TypeAlias

from replay_gui.core import kinds
from replay_gui.core.event import Event
from replay_gui.core.plain_text import visible
from replay_gui.models.value_rows import count, is_container, scalar

PAGE = 65_536  # characters shown at first, and more each time
_DEEPEST = 12  # levels that are unfolded
_ITEMS = 200  # members of one container
_PARSED = 65_536  # a text up to this long is looked into for JSON
_ON_ONE_LINE = 120  # characters
_COMPARED = 400  # lines of the texts before and after a change that are compared
_HASH, _HASH_SHOWN = re.compile("[0-9a-f]{64}"), 16
_PAIRS = (("old_string", "new_string"), ("old", "new"), ("before", "after"))


class Ink(Enum):
    KEY = auto()
    VALUE = auto()
    QUIET = auto()
    ADDED = auto()
    REMOVED = auto()


Span: TypeAlias = tuple[str, Ink]


@dataclass(frozen=True, slots=True)
class Line:
    """`ink` is the line's own: ADDED and REMOVED tint all of it."""

    spans: tuple[Span, ...]
    ink: Ink = Ink.VALUE

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.spans)


def readable(event: Event, limit: int = PAGE) -> tuple[list[Line], bool]:
    """(lines of about `limit` characters in all, whether that is all). Nothing in them is invisible."""
    lines: list[Line] = []
    room = limit
    for line in _event_lines(event, limit):
        if room <= 0:
            return lines, False
        lines.append(line)
        room -= len(line.text) + 1
    return lines, True


def _event_lines(event: Event, limit: int) -> Iterator[Line]:
    writer = _Writer(limit)
    fields = getattr(kinds, event.kind).__struct_fields__ if event.kind in kinds.KINDS else ()
    names = [name for name in fields if name in event.payload and name != "ops"]
    names += [name for name in event.payload if name not in names]
    for name in islice(names, _ITEMS):
        yield from writer.field(name, event.payload[name], 0)
    rest = {name: value for name, value in event.meta.items() if name not in ("seq", "parent", "time", "duration")}
    if rest:
        yield Line((("", Ink.VALUE),))
        yield Line((("meta", Ink.QUIET),))
        yield from writer.members(rest, 1)


@dataclass(frozen=True, slots=True)
class _Writer:
    limit: int  # characters of a text that are looked at

    def field(self, name: str | int, value: Any, depth: int) -> Iterator[Line]:
        key: Span = (f"{'  ' * depth}{visible(str(name)[:_ON_ONE_LINE])} ", Ink.KEY)
        inner = _unfolded(value)
        note = "JSON, " if inner is not value else ""
        if is_container(inner):
            yield Line((key, (note + count(inner), Ink.QUIET)))
            if depth >= _DEEPEST:
                yield Line((("  " * (depth + 1) + "…", Ink.QUIET),))
            elif isinstance(inner, Mapping) and (pair := _change(inner)):
                before, after = pair
                others = {
                    name: member for name, member in inner.items() if member is not before and member is not after
                }
                yield from self.members(others, depth + 1)
                yield from self._difference(before, after, depth + 1)
            else:
                yield from self.members(inner, depth + 1)
        elif isinstance(value, str) and _HASH.fullmatch(value):
            yield Line((key, (value[:_HASH_SHOWN] + "…", Ink.QUIET)))
        elif isinstance(value, str) and (len(value) > _ON_ONE_LINE or "\n" in value):
            yield Line((key,))
            yield from self._text(value, depth + 1)
        else:
            yield Line((key, (scalar(value), Ink.VALUE)))

    def members(self, value: Mapping[str, Any] | Sequence[Any], depth: int) -> Iterator[Line]:
        pairs: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, member in islice(pairs, _ITEMS):
            yield from self.field(name, member, depth)
        if len(value) > _ITEMS:
            yield Line((("  " * depth + f"… {len(value) - _ITEMS:,} more", Ink.QUIET),))

    def _text(self, text: str, depth: int) -> Iterator[Line]:
        is_patch = text.startswith(("--- ", "diff --git ", "@@ ", "*** ")) or "\n@@ " in text[:_PARSED]
        for line in text[: self.limit].splitlines():
            yield _line(line, depth, _patch_ink(line) if is_patch else Ink.VALUE)
        if len(text) > self.limit:
            yield Line((("  " * depth + f"… {len(text) - self.limit:,} characters more", Ink.QUIET),))

    def _difference(self, before: str, after: str, depth: int) -> Iterator[Line]:
        old, new = before[: self.limit].splitlines(), after[: self.limit].splitlines()
        if len(old) > _COMPARED or len(new) > _COMPARED:
            compared = [*(f"-{line}" for line in old), *(f"+{line}" for line in new)]
        else:
            compared = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
        for line in compared:
            yield _line(line, depth, _patch_ink(line))


def _line(text: str, depth: int, ink: Ink) -> Line:
    return Line((("  " * depth + visible(text, "\t").expandtabs(4), ink),), ink)


def _patch_ink(line: str) -> Ink:
    if line.startswith(("+++", "---", "@@", "diff ", "index ", "***")):
        return Ink.QUIET
    return Ink.ADDED if line.startswith("+") else Ink.REMOVED if line.startswith("-") else Ink.VALUE


def _unfolded(value: Any) -> Any:
    """What a text that is a JSON map or list says; else the value itself."""
    if not isinstance(value, str) or len(value) > _PARSED or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _change(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """The texts before and after, where the map is an edit."""
    for old, new in _PAIRS:
        before, after = value.get(old), value.get(new)
        if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
            return before, after
    return None
