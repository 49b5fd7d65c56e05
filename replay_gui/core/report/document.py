"""A report laid out as sections of blocks: what HTML, PDF and Markdown each draw in their own way.

Texts may still hold what a log says, cut to a length that a page can hold: whoever draws them makes them visible, and
escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from replay_gui.core.report.model import TimelineCounts

Tone: TypeAlias = Literal["good", "bad", "warn", "plain"]
MAX_TEXT_LENGTH, MAX_CELL_LENGTH = 1_000, 300  # characters: a name in a log may have a million


def shortened(text: str, limit: int) -> str:
    """`text`, or its beginning, with how much is left away."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences; toned ones stand out."""

    text: str
    tone: Tone = "plain"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", shortened(self.text, MAX_TEXT_LENGTH))


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what belongs to it; `data`: in the monospaced face, as hashes are."""

    name: str
    value: str
    data: bool = False
    tone: Tone = "plain"

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", shortened(self.value, MAX_TEXT_LENGTH))


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one a line."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`share`: of the width, in parts of all shares. number: right-aligned. data: monospaced."""

    title: str
    share: float
    number: bool = False
    data: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows of texts, one a column. `total`: how many rows there are, of which these are the first; `what` they are.

    `tones`: one a row, or none at all. narrow: it needs half the width.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    what: str
    tones: tuple[Tone, ...] = ()
    narrow: bool = False

    def __post_init__(self) -> None:
        cut = tuple(tuple(shortened(cell, MAX_CELL_LENGTH) for cell in row) for row in self.rows)
        object.__setattr__(self, "rows", cut)

    @property
    def more(self) -> str:
        """What is said below a table that was cut; "" below a whole one."""
        hidden = self.total - len(self.rows)
        if not hidden:
            return ""
        return f"{len(self.rows):,} of {self.total:,} {self.what} are shown; {hidden:,} more are not."


@dataclass(frozen=True, slots=True)
class Picture:
    """The timeline. `words`: what it shows, for who cannot see it."""

    timeline: TimelineCounts
    words: str


@dataclass(frozen=True, slots=True)
class Command:
    """What to type."""

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", shortened(self.text, 4 * MAX_TEXT_LENGTH))


Block: TypeAlias = Paragraph | Facts | ReportTable | Picture | Command


@dataclass(frozen=True, slots=True)
class ReportSection:
    """`level` 1: of the report, 2: of the section above it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """The report as it is read.

    Attributes:
        title: what it is about. verdict: in capitals. tone: its colour. words: the verdict in a sentence or two.
        lines: the seed's line of each run, or how two runs compare. made: when and by what, in words.
    """

    title: str
    verdict: str
    tone: Tone
    words: str
    lines: tuple[str, ...]
    made: str
    sections: tuple[ReportSection, ...]
