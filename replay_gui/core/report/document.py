"""A report laid out as sections of blocks, which HTML, PDF and Markdown each render.

Texts may contain text of a log, shortened to fit a page: a renderer must make it visible and escape it.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, TypeAlias

from replay_gui.core.report.model import TimelineCounts
from replay_gui.core.report.runs.contrast_model import RunsPicturePart
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number

Tone: TypeAlias = Literal["good", "bad", "warn", "plain"]
MAX_TEXT_LENGTH, MAX_CELL_LENGTH = 1_000, 300  # characters; a name in a log may be a million characters long


def shortened(text: str, limit: int) -> str:
    """Return `text`, or its beginning and the number of characters left out."""
    return (
        text
        if len(text) <= limit
        else trn("{text}… ({n} more character)", "{text}… ({n} more characters)", len(text) - limit, text=text[:limit])
    )


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences, with a background for a tone that is not plain."""

    text: str
    tone: Tone = "plain"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", shortened(self.text, MAX_TEXT_LENGTH))


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value; `data`: in a monospaced font, for hashes."""

    name: str
    value: str
    data: bool = False
    tone: Tone = "plain"

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", shortened(self.value, MAX_TEXT_LENGTH))


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, each on a line."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`share`: of the width, relative to the other shares. number: right-aligned. data: monospaced.

    `limit`: number of characters of a cell that are shown.
    """

    title: str
    share: float
    number: bool = False
    data: bool = False
    limit: int = MAX_CELL_LENGTH


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows with one text per column. `total`: number of all rows, of which these are the first; `what`: their noun.

    `tones`: one per row, or empty. narrow: the table needs about half the width.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    _: KW_ONLY
    total: int
    what: str
    tones: tuple[Tone, ...] = ()
    narrow: bool = False

    def __post_init__(self) -> None:
        cut = tuple(
            tuple(shortened(cell, column.limit) for cell, column in zip(row, self.columns, strict=True))
            for row in self.rows
        )
        object.__setattr__(self, "rows", cut)

    @property
    def more(self) -> str:
        """The line below a shortened table; "" for a complete one."""
        hidden = self.total - len(self.rows)
        if not hidden:
            return ""
        return tr(
            "{number} of {total} {what} are shown; {hidden} more are not.",
            number=whole_number(len(self.rows)),
            total=whole_number(self.total),
            what=self.what,
            hidden=whole_number(hidden),
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """The timeline. `words`: its description, for people who cannot see it."""

    timeline: TimelineCounts
    words: str


@dataclass(frozen=True, slots=True)
class DrawnRuns:
    """The picture of many runs. `words`: its description. `table`: the same as a table, if no picture can be drawn."""

    picture: RunsPicturePart
    words: str
    table: ReportTable


@dataclass(frozen=True, slots=True)
class Command:
    """A command line."""

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", shortened(self.text, 4 * MAX_TEXT_LENGTH))


Block: TypeAlias = Paragraph | Facts | ReportTable | Picture | DrawnRuns | Command


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A heading and its blocks. `level`: 1, or 2 for a part of the section of level 1 before it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole report, ready to be rendered.

    Attributes:
        title: its subject. verdict: in capitals. tone: its colour. words: the verdict in a sentence or two.
        lines: the verdict line of each run. made: the program and the time, in words.
    """

    title: str
    verdict: str
    tone: Tone
    words: str
    lines: tuple[str, ...]
    made: str
    sections: tuple[ReportSection, ...]
