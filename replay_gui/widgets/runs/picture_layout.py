"""Where everything of the picture of many runs is: names, cells, heads of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

from PySide6.QtCore import QRectF

from replay_gui.core.contrast.runs_picture import RunsPicture
from replay_gui.look.theme import GAP, UNIT

ROW_HEIGHT = 26.0
COLUMN_WIDTH = 46.0
MIN_NAMES_WIDTH, MAX_NAMES_WIDTH = 11.0 * GAP, 30.0 * GAP
MARK_WIDTH = 4.0 * GAP
_MAX_HEAD_HEIGHT = 14.0 * GAP  # of the slanted names of the columns
COUNTS_HEIGHT = 2.5 * GAP  # of the counts below them
GROUP_GAP = 1.5 * GAP  # between groups of rows
HEAD_SLANT = -28.0  # degrees
HEAD_LENGTH = (_MAX_HEAD_HEIGHT - 2.0 * GAP) / sin(radians(-HEAD_SLANT))  # of a slanted name that fits
_HEAD_OVERHANG = HEAD_LENGTH * cos(radians(HEAD_SLANT))  # of the last slanted name


@dataclass(frozen=True, slots=True)
class PictureLayout:
    """The places in the picture, in logical pixels from its top left corner.

    Attributes:
        tops: y of each row. breaks: y of the lines between groups of rows. names: width of the rows' names.
        head: height of the columns' names.
    """

    picture: RunsPicture
    tops: tuple[float, ...]
    breaks: tuple[float, ...]
    names: float
    head: float

    @classmethod
    def of(cls, picture: RunsPicture, groups: Sequence[object], names: float, heads: float) -> PictureLayout:
        """Lay out a picture.

        Args:
            groups: of each row; rows that follow one another in another group stand apart.
            names, heads: widths of the longest name of a row, and of a column.
        """
        head = min(heads, HEAD_LENGTH) * sin(radians(-HEAD_SLANT)) + 2.0 * GAP
        tops, breaks, y = list[float](), list[float](), head + COUNTS_HEIGHT + UNIT
        for row, group in enumerate(groups):
            if row and group != groups[row - 1]:
                breaks.append(y + GROUP_GAP / 2)
                y += GROUP_GAP
            tops.append(y)
            y += ROW_HEIGHT
        return cls(picture, tuple(tops), tuple(breaks), min(max(names, MIN_NAMES_WIDTH), MAX_NAMES_WIDTH), head)

    @property
    def left(self) -> float:
        """The x of the first column."""
        return self.names + MARK_WIDTH

    @property
    def bottom(self) -> float:
        """The y below the last row."""
        return (self.tops[-1] if self.tops else self.head) + ROW_HEIGHT + UNIT

    @property
    def width(self) -> float:
        """The width of all columns with the names of the rows."""
        return self.left + COLUMN_WIDTH * len(self.picture.columns) + _HEAD_OVERHANG

    @property
    def height(self) -> float:
        """The height of all rows with the heads."""
        return self.bottom + GAP

    def cell(self, row: int, column: int) -> QRectF:
        """The rectangle of a cell."""
        return QRectF(self.left + column * COLUMN_WIDTH, self.tops[row], COLUMN_WIDTH, ROW_HEIGHT)

    def column(self, column: int) -> QRectF:
        """The rectangle of a column with its counts, without its slanted name."""
        return QRectF(self.left + column * COLUMN_WIDTH, self.head, COLUMN_WIDTH, self.bottom - self.head)

    def row_at(self, y: float) -> int:
        """The row at a height; -1 if there is none."""
        return next((row for row, top in enumerate(self.tops) if top <= y < top + ROW_HEIGHT), -1)

    def column_at(self, x: float) -> int:
        """The column at an x coordinate; -1 if there is none."""
        column = int((x - self.left) // COLUMN_WIDTH)
        return column if 0 <= column < len(self.picture.columns) else -1
