"""Looks for a text in the events of a log: first in the bytes as they are, then, where it may be, in what they say.

What is looked into: the kind, and every string of payload and meta, keys within them included; not the field names of
the format itself, which every event has. Numbers and bytes are not text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from replay_gui.core.log.event import Event, event_of_record
from replay_gui.core.log.framing import Record
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Block
from replay_gui.core.text.plain_text import visible

_CHARACTERS_BEFORE, _CHARACTERS_AFTER = 32, 160  # characters of a snippet before and from the hit
_WHITESPACE = re.compile(r"\s+")
_CASE_WITHIN_ASCII = re.compile(
    r"[^\W\d_iIkKsS\x80-\U0010ffff]+"
)  # letters that none beyond ASCII is the other case of


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An event that holds the text. `text`: one visible line about the first place; start, stop: the hit in it."""

    index: int
    text: str
    start: int
    stop: int


class SearchText:
    """A text that is looked for, literally. Without `match_case`, case is passed over (letter by letter)."""

    def __init__(self, text: str, match_case: bool = False) -> None:
        """ValueError: the text is empty."""
        if not text:
            raise ValueError("nothing to look for")
        exact = match_case or text.lower() == text.upper()
        flags = re.NOFLAG if exact else re.IGNORECASE | (re.ASCII if text.isascii() else re.NOFLAG)
        self._pattern = re.compile(re.escape(text), flags)
        # Of what is not ASCII the other case has other bytes; then a part that has not must do to find candidates.
        part = text if exact or text.isascii() else max(_CASE_WITHIN_ASCII.findall(text), key=len, default="")
        self._bytes = part.encode("utf-8", "surrogatepass")
        self._exact = exact

    def find_candidates(self, texts: Sequence[bytes]) -> list[int]:
        """Which of these pieces of msgpack may hold the text: ascending, and none that does is missing.

        Strings are UTF-8 in msgpack, and what stands before one never takes its first bytes along, so neither the
        bytes nor, decoded with replacements, the text of a string can be missed.
        """
        data = b"".join(texts)
        if not self._bytes:
            if not self._pattern.search(data.decode("utf-8", "replace")):
                return []
            return [i for i, text in enumerate(texts) if self._pattern.search(text.decode("utf-8", "replace"))]
        needle = self._bytes
        if not self._exact:
            data, needle = data.lower(), needle.lower()
        at = data.find(needle)
        if at < 0:
            return []
        ends, found = list(accumulate(map(len, texts))), []
        while at >= 0:
            found.append(bisect_right(ends, at))
            at = data.find(needle, ends[found[-1]])
        return found

    def find_hit(self, event: Event) -> SearchHit | None:
        """Where the event holds the text, if it does."""
        for text in _texts(event):
            if (match := self._pattern.search(text)) is not None:
                return _snippet(event.index, text, *match.span())
        return None


def search_events(log: EventLog, needle: SearchText) -> Iterator[tuple[int, list[SearchHit]]]:
    """(the byte reached, the hits since the last): often, and in order."""
    run_id = log.header.run_id
    for part in log.parts():
        if not isinstance(part, Block):
            continue
        hits = []
        for i in sorted({*needle.find_candidates(part.contents), *needle.find_candidates(part.metas)}):
            record = Record(part.contents[i], part.states[i], part.metas[i], part.hashes[i])
            offset, end = int(part.offsets[i]), int(part.offsets[i + 1])
            hit = needle.find_hit(
                event_of_record(record, run_id, EventIndex(part.first_index + i), offset, end - offset)
            )
            if hit is not None:
                hits.append(hit)
        yield part.end, hits


def _texts(event: Event) -> Iterator[str]:
    for value in event.payload.values():
        yield from _strings(value)
    yield event.kind
    for value in event.meta.values():
        yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case Mapping() as inner:
                for name in reversed(list(inner)):
                    waiting += (inner[name], name)
            case list() | tuple() as items:
                waiting += reversed(items)


def _snippet(index: int, text: str, start: int, stop: int) -> SearchHit:
    before = _shown(text[max(0, start - _CHARACTERS_BEFORE) : start]).lstrip()
    if start > _CHARACTERS_BEFORE:
        before = "…" + before
    hit = _shown(text[start : min(stop, start + _CHARACTERS_AFTER)])
    after = _shown(text[stop : max(stop, start + _CHARACTERS_AFTER)]).rstrip()
    if len(text) > max(stop, start + _CHARACTERS_AFTER):
        after += "…"
    return SearchHit(index, before + hit + after, len(before), len(before) + len(hit))


def _shown(text: str) -> str:
    return visible(_WHITESPACE.sub(" ", text))
