"""The geometry of the picture of many runs in a report: HTML, the printed page and the image draw the same cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import Literal

from replay_gui.core.report.runs.contrast_model import PictureColumnPart, RunsPicturePart
from replay_gui.core.text.plain_text import one_line

# In the units of the SVG picture:
WIDTH = 960
SLANT = -28.0  # degrees, of the heads of columns
CELL = (24.0, 15.0)  # width, height
_NAMES_WIDTH, _MARK_WIDTH = 150.0, 28.0
_HEAD, _COUNTS, _ROW, _GAP, _BELOW = 106.0, 16.0, 20.0, 10.0, 6.0  # heights; gap: between groups of rows
_MAX_COLUMN_WIDTH = 46.0
_CHARACTER_WIDTH = 6.4  # width of a character at 11 units, in a wide font
_MAX_NAME_CHARACTERS = 24
_MIN_NAME_CHARACTERS, _VALUES_AFTER = 8, " · "  # of a tool in a head; what follows it
MAX_TITLE = int((_HEAD - 14) / sin(radians(-SLANT)) / _CHARACTER_WIDTH)  # characters of a head
_OVERHANG = MAX_TITLE * _CHARACTER_WIDTH * cos(radians(SLANT))  # width of the last head

CellKind = Literal["same", "other", "error", "none"]
CellTone = Literal["read", "good", "bad", "unknown"]
_KINDS: dict[str, CellKind] = {"■": "same", "□": "other", "✗": "error", "·": "none"}
_TONES: dict[str, CellTone] = {"passed": "good", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class HeadDrawing:
    """The head of a column, slanted by SLANT around (x, y)."""

    x: float
    y: float
    text: str
    strong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDrawing:
    """The frame of a column that separates. counts: at its top. tone: of the outcome that it is associated with."""

    x: float
    y: float
    width: float
    height: float
    counts: str
    tone: CellTone


@dataclass(frozen=True, slots=True)
class RowDrawing:
    """A run: the y of its middle, its name, and its outcome in a word."""

    y: float
    name: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDrawing:
    """What a run did of a column's call; x, y: of its middle. number: of the call, "" if there is none."""

    x: float
    y: float
    kind: CellKind
    number: str
    tone: CellTone


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsDrawing:
    """All shapes of the drawing. left, right: of the columns. mark_x: of the outcomes. breaks: y between groups."""

    height: float
    left: float
    right: float
    mark_x: float
    heads: tuple[HeadDrawing, ...]
    frames: tuple[FrameDrawing, ...]
    rows: tuple[RowDrawing, ...]
    cells: tuple[CellDrawing, ...]
    breaks: tuple[float, ...]


def runs_drawing(picture: RunsPicturePart) -> RunsDrawing:
    """Return the geometry of a picture."""
    left = _NAMES_WIDTH + _MARK_WIDTH
    width = min(_MAX_COLUMN_WIDTH, (WIDTH - left - _OVERHANG) / max(len(picture.columns), 1))
    centers = [left + (number + 0.5) * width for number in range(len(picture.columns))]
    rows, breaks, cells = list[RowDrawing](), list[float](), list[CellDrawing]()
    y = _HEAD + _COUNTS
    for number, (name, outcome, texts) in enumerate(picture.rows):
        if number and outcome != picture.rows[number - 1][1]:
            breaks.append(y + _GAP / 2)
            y += _GAP
        rows.append(RowDrawing(y + _ROW / 2, one_line(name, _MAX_NAME_CHARACTERS), outcome))
        for column, x, text in zip(picture.columns, centers, texts, strict=True):
            tone = _TONES.get(outcome, "unknown") if column.acts else "read"
            kind, _, count = text.partition(" ")
            cells.append(CellDrawing(x=x, y=y + _ROW / 2, kind=_KINDS.get(kind, "none"), number=count, tone=tone))
        y += _ROW
    frames = tuple(
        _frame(column, x - width / 2, width, y)
        for column, x in zip(picture.columns, centers, strict=True)
        if column.separated is not None
    )
    heads = tuple(
        HeadDrawing(x, _HEAD - 4, _head_text(column.title), column.separates)
        for column, x in zip(picture.columns, centers, strict=True)
    )
    return RunsDrawing(
        height=y + _BELOW,
        left=left,
        right=left + width * len(picture.columns),
        mark_x=_NAMES_WIDTH + _MARK_WIDTH / 3,
        heads=heads,
        frames=frames,
        rows=tuple(rows),
        cells=tuple(cells),
        breaks=tuple(breaks),
    )


def _head_text(title: str) -> str:
    """Return the head of a column; in a long one the tool's name is cut, since the first value distinguishes calls."""
    name, dot, values = one_line(title).partition(_VALUES_AFTER)
    value = f"{dot}{values.partition(', ')[0]}"
    room = MAX_TITLE - len(value)
    if len(title) <= MAX_TITLE or not dot or room < _MIN_NAME_CHARACTERS:
        return one_line(title, MAX_TITLE)
    return f"{one_line(name, room)}{value}"


def _frame(column: PictureColumnPart, x: float, width: float, bottom: float) -> FrameDrawing:
    assert column.separated is not None  # the column has a frame
    (passing, of_passing), (failing, of_failing) = column.separated
    counts = f"{passing}/{of_passing}·{failing}/{of_failing}"
    return FrameDrawing(
        x=x + 1,
        y=_HEAD,
        width=width - 2,
        height=bottom - _HEAD + 2,
        counts=counts if len(counts) * _CHARACTER_WIDTH <= width else f"{passing}·{failing}",
        tone="good" if passing * of_failing >= failing * of_passing else "bad",
    )


def drawn_parts(picture: RunsPicturePart, max_rows: int) -> Iterator[RunsPicturePart]:
    """Yield the picture in parts of at most `max_rows` rows, to fit on pages."""
    for first in range(0, len(picture.rows), max_rows):
        yield replace(picture, rows=picture.rows[first : first + max_rows])
