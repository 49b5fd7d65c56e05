"""The lines in which an event is shown: text with styles, without active markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace
from enum import Enum, Flag, auto
from typing import NamedTuple

from replay_gui.core.text.clock import clock_text, moment_text
from replay_gui.core.text.plain_text import visible, without_color_codes

TAB_COLUMNS = 4
_MAX_OTHER_CHARACTERS = 1_024  # of a laid-out line beyond ASCII: a font may have to be found for each of its letters
MAX_LINE_BYTES = 8_192  # UTF-8 bytes of one laid-out line: layout time of non-Latin letters grows with their bytes

_SHAPED = re.compile("[\u0700-\u07ff\u0900-\u0dff\u1780-\u17ff]")


class TextStyle(Enum):
    """The colour of a piece of text, by its meaning."""

    KEY = auto()
    VALUE = auto()
    QUIET = auto()
    ADDED = auto()
    REMOVED = auto()
    KEYWORD = auto()
    STRING = auto()
    NUMBER = auto()
    COMMENT = auto()


class LetterStyle(Flag):
    """The look of the letters of a piece of text."""

    BOLD = auto()
    ITALIC = auto()
    MONO = auto()
    STRUCK = auto()
    LINK = auto()


class LineKind(Enum):
    """The part of the event that a line belongs to."""

    HEAD = auto()  # speaker, time, duration
    PROSE = auto()
    HEADING = auto()
    CODE = auto()
    TABLE = auto()  # a row of a table
    RULE = auto()
    DATA = auto()  # a member of a value, a line of a text in it, of a diff


class Fold(Enum):
    """Whether the deeper lines after it are shown before the reader opens or closes them."""

    OPEN = auto()
    CLOSED = auto()


class StyledText(NamedTuple):
    """A piece of a line. `time`: the time that it shows in UTC, in ns since 1970; `in_local_time` converts it."""

    text: str
    style: TextStyle = TextStyle.VALUE
    form: LetterStyle = LetterStyle(0)
    time: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One line, or one row of a table.

    Attributes:
        style: of the whole line: ADDED and REMOVED colour all of it.
        depth: of a value in its tree, from 0. fold: if set, the deeper lines that follow can be hidden.
        name: of a line that can be folded, to find it again in other events.
        level: of a heading, 1 to 6. indent: number of lists around it. quotes: number of quotations around it.
        marker: of an item of a list: "•", "3."; "" if no item begins here.
        begins: whether a space belongs above it: before a paragraph or a block of code.
        cells: of a row of a table, instead of spans.
        source: the text from which the line was made, for copying; None: the visible text.
        goes_on: whether the line has the same source as the one before.
        is_rest: whether it continues the line before, which is too long for layout as one line.
    """

    spans: tuple[StyledText, ...] = ()
    kind: LineKind = LineKind.DATA
    _: KW_ONLY
    style: TextStyle = TextStyle.VALUE
    depth: int = 0
    fold: Fold | None = None
    name: str = ""
    level: int = 0
    indent: int = 0
    quotes: int = 0
    marker: str = ""
    begins: bool = False
    cells: tuple[tuple[StyledText, ...], ...] = ()
    source: str | None = None
    goes_on: bool = False
    is_rest: bool = False

    @property
    def visible_text(self) -> str:
        """The line without styles and without indentation."""
        if self.cells:
            return "\t".join("".join(span.text for span in cell) for cell in self.cells)
        return "".join(span.text for span in self.spans)

    @property
    def text(self) -> str:
        """The line as plain text, indented."""
        lead = "  " * (self.depth + self.indent)
        return lead + (f"{self.marker} " if self.marker else "") + self.visible_text


def in_local_time(line: ReadingLine) -> ReadingLine:
    """Return a line with its times in the time zone of this computer."""
    if all(span.time is None for span in line.spans):
        return line
    return replace(line, spans=tuple(map(_in_local_time, line.spans)))


def _in_local_time(span: StyledText) -> StyledText:
    if span.time is None:
        return span
    tells_day = span.text == moment_text(span.time, milliseconds=True)
    words = moment_text(span.time, True, milliseconds=True) if tells_day else clock_text(span.time, True)
    return span._replace(text=words)


def shown_text(text: str) -> str:
    """Return a line of a log in displayable form: invisible characters escaped, no terminal colours, no tabs."""
    return visible(without_color_codes(text), "\t").expandtabs(TAB_COLUMNS)


def note_line(text: str, depth: int = 0) -> ReadingLine:
    """Return a line about the text that is not a part of it."""
    return ReadingLine((StyledText(text, TextStyle.QUIET),), depth=depth)


def utf8_size(text: str) -> int:
    """Return the number of bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def shaped_systems(text: str) -> set[int]:
    """Return a number for each writing system in a text whose letters are shaped by rules of a font.

    Qt looks for such a font among all, once for each: up to 20 ms. These are Syriac to Sinhala, and Khmer.
    """
    return {ord(letter) >> 7 for letter in _SHAPED.findall(text)}


def pieces(line: ReadingLine) -> Iterator[ReadingLine]:
    """Yield a line, or the pieces of a line too long for layout; their sources together are the line's source."""
    visible = line.visible_text
    if line.cells or utf8_size(visible) <= MAX_LINE_BYTES:
        yield line
        return
    room = size = MAX_LINE_BYTES if visible.isascii() else _MAX_OTHER_CHARACTERS
    piece, spans, systems = line, list[StyledText](), set[int]()
    for span in line.spans:
        begin = 0
        while begin < len(span.text):
            text = _with_one_system(span.text[begin : begin + room], systems)
            spans.append(span._replace(text=text))
            begin += len(text)
            room -= len(text)
            if not room or begin < len(span.text):
                yield replace(piece, spans=tuple(spans))
                rest = None if line.source is None else ""
                piece = replace(line, source=rest, is_rest=True, begins=False, marker="", fold=None, name="")
                room, spans, systems = size, [], set()
    if spans:
        yield replace(piece, spans=tuple(spans))


def _with_one_system(text: str, systems: set[int]) -> str:
    """Return the beginning of a text up to a second writing system that is shaped; `systems`: those met before."""
    for letter in _SHAPED.finditer(text):
        systems.add(ord(letter[0]) >> 7)
        if len(systems) > 1:
            return text[: letter.start()]
    return text
