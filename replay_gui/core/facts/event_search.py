"""Search the events of a log for a text: first the encoded bytes, then, if those match, the decoded events.

The kind and every string in payload and meta are searched, also keys inside their values; the field names of the
format, which every event has, numbers and bytes are not.
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

_CHARACTERS_BEFORE, _CHARACTERS_AFTER = 32, 160  # characters of a snippet before the hit, and from its start on
_WHITESPACE = re.compile(r"\s+")
# ASCII letters whose other case is in ASCII only; "K", for instance, is also the upper case of the Kelvin sign.
_CASE_WITHIN_ASCII = re.compile(r"[^\W\d_iIkKsS\x80-\U0010ffff]+")


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An event that contains the text.

    Attributes:
        index: EventIndex. text: one line around the first match; start_character, stop_character: the match in it.
    """

    index: EventIndex
    text: str
    start_character: int
    stop_character: int


class SearchText:
    """A text to search for, taken literally."""

    def __init__(self, text: str, match_case: bool = False) -> None:
        """Without `match_case`, upper and lower case of single letters are equal. ValueError: the text is empty."""
        if not text:
            raise ValueError("nothing to look for")
        exact = match_case or text.lower() == text.upper()
        flags = re.NOFLAG if exact else re.IGNORECASE | (re.ASCII if text.isascii() else re.NOFLAG)
        self._pattern = re.compile(re.escape(text), flags)
        # Outside ASCII, the other case has other bytes; then candidates are found by the longest part within ASCII.
        part = text if exact or text.isascii() else max(_CASE_WITHIN_ASCII.findall(text), key=len, default="")
        self._bytes = part.encode("utf-8", "surrogatepass")
        self._exact = exact

    def find_candidates(self, texts: Sequence[bytes]) -> list[int]:
        """Return the indexes of all msgpack values that may contain the text, ascending; false positives are possible.

        msgpack has strings as UTF-8, and the byte before a string is never the start of a UTF-8 sequence that would
        take in the first bytes of the string. So a search in the bytes, or in the bytes decoded with replacements,
        misses no string.
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
        ends, candidates = list(accumulate(map(len, texts))), []
        while at >= 0:
            candidates.append(bisect_right(ends, at))
            at = data.find(needle, ends[candidates[-1]])
        return candidates

    def find_hit(self, event: Event) -> SearchHit | None:
        """Return the first match in the event; None if it does not contain the text."""
        for text in _texts(event):
            if (match := self._pattern.search(text)) is not None:
                return _snippet(event.index, text, *match.span())
        return None


def search_events(log: EventLog, needle: SearchText) -> Iterator[tuple[int, list[SearchHit]]]:
    """Yield (byte offset reached, the hits since the last one yielded) for each block of the log, in order.

    Cost: one pass over the log; only events whose bytes match are decoded.
    """
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
        yield part.end_offset, hits


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


def _snippet(index: EventIndex, text: str, first_character: int, end_character: int) -> SearchHit:
    before = _shown(text[max(0, first_character - _CHARACTERS_BEFORE) : first_character]).lstrip()
    if first_character > _CHARACTERS_BEFORE:
        before = "…" + before
    hit = _shown(text[first_character : min(end_character, first_character + _CHARACTERS_AFTER)])
    after = _shown(text[end_character : max(end_character, first_character + _CHARACTERS_AFTER)]).rstrip()
    if len(text) > max(end_character, first_character + _CHARACTERS_AFTER):
        after += "…"
    return SearchHit(index, before + hit + after, len(before), len(before) + len(hit))


def _shown(text: str) -> str:
    return visible(_WHITESPACE.sub(" ", text))
