"""The layout of the picture of many runs: names, cells, heads of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from math import cos, radians, sin

from PySide6.QtCore import QRectF

from replay_gui.core.contrast.runs_picture import RunsPicture
from replay_gui.look.theme import GAP, UNIT

# In logical pixels:
ROW_HEIGHT = 26.0
_COLUMN_WIDTHS = 41.0, 46.0  # minimum and maximum
MIN_NAMES_WIDTH, MAX_NAMES_WIDTH = 8.0 * GAP, 30.0 * GAP
MARK_WIDTH = 4.0 * GAP
_MAX_HEAD_HEIGHT = 14.0 * GAP  # of the slanted names of the columns
COUNTS_HEIGHT = 2.5 * GAP  # of the counts below them
GROUP_GAP = 1.5 * GAP  # between groups of rows
HEAD_SLANT = -28.0  # degrees
HEAD_LENGTH = (_MAX_HEAD_HEIGHT - 2.0 * GAP) / sin(radians(-HEAD_SLANT))  # of a slanted name that fits
_PER_LENGTH = cos(radians(HEAD_SLANT))  # of a slanted name to the right
_MIN_HEAD_SHARE = 0.6  # least shown share of a name; if it is cut more, the picture scrolls


@dataclass(frozen=True, slots=True)
class PictureLayout:
    """The coordinates in the picture, in logical pixels from its top left corner.

    Attributes:
        tops: y of each row. breaks: y of the lines between groups of rows. names: width of the rows' names.
        head: height of the columns' names. heads: the drawn length of each of them. step: width of a column.
    """

    picture: RunsPicture
    _: KW_ONLY
    tops: tuple[float, ...]
    breaks: tuple[float, ...]
    names: float
    head: float
    heads: tuple[float, ...]
    step: float = _COLUMN_WIDTHS[1]

    @classmethod
    def of(cls, picture: RunsPicture, groups: Sequence[object], names: float, heads: Sequence[float]) -> PictureLayout:
        """Lay out a picture.

        Args:
            groups: of each row; there is space between consecutive rows of different groups.
            names: width of the longest name of a row. heads: width of the name of each column.
        """
        lengths = tuple(min(length, HEAD_LENGTH) for length in heads)
        head = max(lengths, default=0.0) * sin(radians(-HEAD_SLANT)) + 2.0 * GAP
        tops, breaks, y = list[float](), list[float](), head + COUNTS_HEIGHT + UNIT
        for row, group in enumerate(groups):
            if row and group != groups[row - 1]:
                breaks.append(y + GROUP_GAP / 2)
                y += GROUP_GAP
            tops.append(y)
            y += ROW_HEIGHT
        width = min(max(names, MIN_NAMES_WIDTH), MAX_NAMES_WIDTH)
        return cls(picture, tops=tuple(tops), breaks=tuple(breaks), names=width, head=head, heads=lengths)

    def fitted(self, room: float) -> PictureLayout:
        """Return the layout fitted to this width: columns a little narrower, names at the right end cut."""
        per_column = [(room - self.left - over) / (at + 0.5) for at, over in enumerate(self._overhangs)]
        least, most = _COLUMN_WIDTHS
        step = min(max(min(per_column, default=most), least), most)
        rooms = [(room - self.left - UNIT - (at + 0.5) * step) / _PER_LENGTH for at in range(len(self.heads))]
        if any(inside < _MIN_HEAD_SHARE * length for inside, length in zip(rooms, self.heads, strict=True)):
            return replace(self, step=step)  # the picture must be scrolled anyway
        return replace(self, step=step, heads=tuple(map(min, self.heads, rooms)))

    @property
    def _overhangs(self) -> list[float]:
        """Return how far each slanted name extends to the right of the middle of its column."""
        return [length * _PER_LENGTH + UNIT for length in self.heads]

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
        reach = max(((at + 0.5) * self.step + over for at, over in enumerate(self._overhangs)), default=0.0)
        return self.left + max(reach, self.step * len(self.picture.columns) + UNIT)

    @property
    def height(self) -> float:
        """The height of all rows with the heads."""
        return self.bottom + GAP

    def cell(self, row: int, column: int) -> QRectF:
        """Return the rectangle of a cell."""
        return QRectF(self.left + column * self.step, self.tops[row], self.step, ROW_HEIGHT)

    def column(self, column: int) -> QRectF:
        """Return the rectangle of a column with its counts, without its slanted name."""
        return QRectF(self.left + column * self.step, self.head, self.step, self.bottom - self.head)

    def row_at(self, y: float) -> int:
        """Return the row at a height; -1 if there is none."""
        return next((row for row, top in enumerate(self.tops) if top <= y < top + ROW_HEIGHT), -1)

    def column_at(self, x: float) -> int:
        """Return the column at an x coordinate; -1 if there is none."""
        column = int((x - self.left) // self.step)
        return column if 0 <= column < len(self.picture.columns) else -1
