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

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.payloads import STRUCTURES
from replay_gui.core.log.positions import position_after
from replay_gui.core.text.plain_text import uncoloured, visible
from replay_gui.core.text.wording import duration_text
from replay_gui.models.run.event_words import meta_words
from replay_gui.models.run.value_rows import is_container, scalar_text

PAGE_CHARACTERS = 65_536  # characters shown at first, and more each time
_LINE_COST = 30  # characters that take as long to lay out as a line does beside its text
_MAX_DEPTH = 12  # levels that are unfolded
_MAX_MEMBERS = 200  # members of one container
_MAX_JSON_CHARACTERS = 65_536  # a text up to this long is looked into for JSON
_MAX_LINE_CHARACTERS = 120  # characters
_MAX_COMPARED_LINES = 400  # lines of the texts before and after a change that are compared
_HASH, _HASH_CHARACTERS = re.compile("[0-9a-f]{64}"), 16
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,\d+)? \+(\d{1,9})(?:,\d+)? @@")
_PATCH_HEADS = ("+++", "---", "diff ", "index ", "***")
_NUMBER_WIDTH = 4  # characters of a line number
_IN_TITLE = ("source", "tool_name")  # members of the payload
_NEEDED = ("tool_version", "capabilities", "agent_version")  # members that may be empty
_TYPES_IN_TITLE = {
    "obs_type": ("message", "command", "command-output", "input"),
    "decision_type": ("message", "thinking", "plan", "model"),
}
_EDIT_MEMBERS = (("old_string", "new_string"), ("old", "new"), ("before", "after"))


class TextStyle(Enum):
    """How a piece of the readable text is drawn."""

    KEY = auto()
    VALUE = auto()
    QUIET = auto()
    ADDED = auto()
    REMOVED = auto()


StyledText: TypeAlias = tuple[str, TextStyle]


@dataclass(frozen=True, slots=True)
class ReadableLine:
    """`style` is that of the whole line: ADDED and REMOVED tint all of it."""

    spans: tuple[StyledText, ...]
    style: TextStyle = TextStyle.VALUE

    @property
    def text(self) -> str:
        """The line without styles."""
        return "".join(text for text, _ in self.spans)


_BLANK = ReadableLine((("", TextStyle.VALUE),))


def readable(event: Event, limit: int = PAGE_CHARACTERS, pair: Event | None = None) -> tuple[list[ReadableLine], bool]:
    """Return (lines of about `limit` characters in all, whether that is all); invisible characters are escaped.

    `pair`: the answer to a request, or the request of an answer; it is shown after the event.
    """
    lines: list[ReadableLine] = []
    room = limit
    for line in _event_lines(event, limit, pair):
        if room <= 0:
            return lines, False
        lines.append(line)
        room -= len(line.text) + _LINE_COST
    return lines, True


def _event_lines(event: Event, limit: int, pair: Event | None) -> Iterator[ReadableLine]:
    writer = _Writer(limit)
    fields = STRUCTURES[event.kind].__struct_fields__ if event.kind in STRUCTURES else ()
    names = [name for name in fields if name in event.payload and name != "ops"]
    names += [name for name in event.payload if name not in names]
    names = [name for name in names if event.payload[name] is not None and not _is_in_title(event, name)]
    for name in islice(names, _MAX_MEMBERS):
        yield from writer.field(name, event.payload[name], 0)
    if pair is not None:
        yield _BLANK
        yield from _pair_lines(writer, pair)
    facts = meta_words(event.meta)
    rest = {name: value for name, value in event.meta.items() if name not in ("seq", "parent") and name not in facts}
    if rest or facts:
        yield _BLANK
        yield ReadableLine((("meta", TextStyle.QUIET),))
        for name, words in facts.items():
            yield ReadableLine(((f"  {name} ", TextStyle.KEY), (words, TextStyle.VALUE)))
        yield from writer.members(rest, 1)


def _is_in_title(event: Event, name: str) -> bool:
    """Whether the title of the detail says all of this member: who speaks, the kind of message, which tool."""
    if event.kind in STRUCTURES and name in _NEEDED and not event.payload[name]:
        return True  # the format wants it, and it says nothing
    if event.kind not in STRUCTURES or not isinstance(event.payload[name], str):
        return False
    return name in _IN_TITLE or event.payload[name] in _TYPES_IN_TITLE.get(name, ())


def _pair_lines(writer: _Writer, pair: Event) -> Iterator[ReadableLine]:
    """Lines for the other half of a call: its request or its answer."""
    asked = pair.kind == Kind.TOOL_REQUEST
    took = "" if asked or pair.duration is None else f" · {duration_text(pair.duration)}"
    yield ReadableLine(
        ((f"{'asked' if asked else 'answered'} in {position_after(pair.index):,}{took}", TextStyle.QUIET),)
    )
    for name in ("input",) if asked else ("error", "output"):
        if pair.payload.get(name) is not None:
            yield from writer.field(name, pair.payload[name], 1)


@dataclass(frozen=True, slots=True)
class _Writer:
    limit: int  # characters of a text that are looked at

    def field(self, name: str | int, value: Any, depth: int) -> Iterator[ReadableLine]:
        inner = _unfolded(value)
        note = "JSON" if inner is not value else ""
        names = [visible(str(name)[:_MAX_LINE_CHARACTERS])]
        while (
            isinstance(inner, Mapping) and len(inner) == 1 and len(names) < _MAX_DEPTH
        ):  # a member alone stands for all
            ((member, value),) = inner.items()
            names.append(visible(str(member)[:_MAX_LINE_CHARACTERS]))
            inner = _unfolded(value)
        key: StyledText = (f"{'  ' * depth}{'.'.join(names)} ", TextStyle.KEY)
        if is_container(inner):
            note = note if len(inner) else "(empty)"
            yield ReadableLine((key, (note, TextStyle.QUIET)) if note else (key,))
            if depth >= _MAX_DEPTH:
                yield ReadableLine((("  " * (depth + 1) + "…", TextStyle.QUIET),))
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
            yield ReadableLine((key, (value[:_HASH_CHARACTERS] + "…", TextStyle.QUIET)))
        elif isinstance(value, str) and (len(value) > _MAX_LINE_CHARACTERS or "\n" in value):
            yield ReadableLine((key,))
            yield from self._text(value, depth + 1)
        else:
            yield ReadableLine((key, (scalar_text(value), TextStyle.VALUE)))

    def members(self, value: Mapping[str, Any] | Sequence[Any], depth: int) -> Iterator[ReadableLine]:
        pairs: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, member in islice(pairs, _MAX_MEMBERS):
            yield from self.field(name, member, depth)
        if len(value) > _MAX_MEMBERS:
            yield ReadableLine((("  " * depth + f"… {len(value) - _MAX_MEMBERS:,} more", TextStyle.QUIET),))

    def _text(self, text: str, depth: int) -> Iterator[ReadableLine]:
        is_patch = text.startswith(("--- ", "diff --git ", "@@ ", "*** ")) or "\n@@ " in text[:_MAX_JSON_CHARACTERS]
        lines = text[: self.limit].splitlines()
        yield from _patch(lines, depth) if is_patch else (_line(line, depth) for line in lines)
        if len(text) > self.limit:
            yield ReadableLine((("  " * depth + f"… {len(text) - self.limit:,} characters more", TextStyle.QUIET),))

    def _difference(self, before: str, after: str, depth: int) -> Iterator[ReadableLine]:
        old, new = before[: self.limit].splitlines(), after[: self.limit].splitlines()
        if len(old) > _MAX_COMPARED_LINES or len(new) > _MAX_COMPARED_LINES:
            compared = [*(f"-{line}" for line in old), *(f"+{line}" for line in new)]
        else:
            compared = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
        yield from _patch(compared, depth)


def _line(text: str, depth: int) -> ReadableLine:
    return ReadableLine((("  " * depth + visible(uncoloured(text), "\t").expandtabs(4), TextStyle.VALUE),))


def _patch(lines: Iterable[str], depth: int) -> Iterator[ReadableLine]:
    """A unified diff: its lines numbered as its hunks say, removed ones as before, all others as after the change."""
    old: int | None = None
    new = 0
    for line in lines:
        if (hunk := _HUNK.match(line)) is not None:
            old, new = int(hunk[1]), int(hunk[2])
        ink = (
            TextStyle.QUIET if hunk is not None or (old is None and line.startswith(_PATCH_HEADS)) else _patch_ink(line)
        )
        number = ""
        if old is not None and hunk is None:
            if line.startswith(("diff ", "--- ")) and not line.startswith("--- -"):
                old, ink = None, TextStyle.QUIET  # the next file
            elif ink is TextStyle.REMOVED:
                number, old = f"{old:,}", old + 1
            elif line.startswith(("+", " ")) or not line:
                number, old, new = f"{new:,}", old + (ink is not TextStyle.ADDED), new + 1
        body = visible(line, "\t").expandtabs(4)
        yield ReadableLine((("  " * depth + f"{number:>{_NUMBER_WIDTH}} ", TextStyle.QUIET), (body, ink)), ink)


def _patch_ink(line: str) -> TextStyle:
    return TextStyle.ADDED if line.startswith("+") else TextStyle.REMOVED if line.startswith("-") else TextStyle.VALUE


def _unfolded(value: Any) -> Any:
    """What a text that is a JSON map or list says; else the value itself."""
    if not isinstance(value, str) or len(value) > _MAX_JSON_CHARACTERS or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _change(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """The texts before and after, where the map is an edit."""
    for old, new in _EDIT_MEMBERS:
        before, after = value.get(old), value.get(new)
        if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
            return before, after
    return None
