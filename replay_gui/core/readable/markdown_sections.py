"""Split a text of any length into sections that can be parsed separately, so that no parser gets a long text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SECTION_CHARACTERS = 8_192
_LONG_SECTION_CHARACTERS = 4_096  # from here on, a section ends at the next empty line
_MAX_EMPTY_LINES = 100  # empty lines in a row; further ones are dropped, since nobody sees their number
_EMPTY_LINES = re.compile(r"(?:[ \t]*+\r?\n)++")
_SKIPPED_CHARACTERS = 1 << 16  # characters that are skipped at a time
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True)
class MarkdownSection:
    """Attributes: lines: without line breaks. fence: the line that opened a block of code above them; "" if none."""

    lines: tuple[str, ...]
    fence: str = ""


def sections(text: str) -> Iterator[MarkdownSection]:
    """Yield the sections of a text, reading lazily."""
    lines: list[str] = []
    size, opened, fence = 0, "", ""  # opened: the fence in which the section begins
    source = _Lines(text)
    for line in source:
        lines.append(line)
        size += len(line) + 1
        fence = _fence_after(line, fence)
        is_gap = not fence and not line.strip()
        source.gap = source.gap + 1 if is_gap else 0
        if size >= MAX_SECTION_CHARACTERS or (size >= _LONG_SECTION_CHARACTERS and is_gap):
            yield MarkdownSection(tuple(lines), opened)
            lines, size, opened = [], 0, fence
    if lines:
        yield MarkdownSection(tuple(lines), opened)


def _fence_after(line: str, fence: str) -> str:
    """Return the open fence after a line; "" if there is none."""
    match = _FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return "" if match[1][0] == "`" and "`" in match[2] else line.strip()
    opening = _FENCE.match(fence)
    closes = opening is not None and match[1][: len(opening[1])] == opening[1] and not match[2].strip()
    return "" if closes else fence


class _Lines:
    """Lines one by one; one that is longer than a section is split. `gap`: number of empty lines before it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.gap = 0

    def __iter__(self) -> Iterator[str]:
        text, begin = self._text, 0
        while begin < len(text):
            if self.gap >= _MAX_EMPTY_LINES and (empty := _EMPTY_LINES.match(text, begin, begin + _SKIPPED_CHARACTERS)):
                begin = empty.end()
                continue
            end = text.find("\n", begin, begin + MAX_SECTION_CHARACTERS)
            if end < 0:
                end = min(begin + MAX_SECTION_CHARACTERS, len(text))
                yield text[begin:end]
                begin = end
            else:
                yield text[begin:end].removesuffix("\r")
                begin = end + 1
