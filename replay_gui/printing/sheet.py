"""What lies on pages, and where: lines of text, filled and outlined shapes, and pictures, each drawn by itself.

A page is A4; its unit is 1/96 inch, the logical pixel that the theme's font sizes are in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextLayout, QTextLine, QTextOption

WIDTH, HEIGHT = 793.7, 1122.5
SIDE, TOP, BOTTOM = 60.0, 64.0, 76.0
INNER = WIDTH - 2 * SIDE
END = HEIGHT - BOTTOM  # nothing of the content lies below

_LINE_SPACING = 1.32  # height of a line, of that of its font


_DISABLED_FEATURES = ("tnum", "calt")
"""Features that draw other glyphs for characters: a page's text could then not be searched or copied."""


@dataclass(frozen=True, slots=True)
class TextLines:
    """Text broken into lines for a width. The layout keeps the lines alive."""

    layout: QTextLayout
    lines: tuple[QTextLine, ...]
    line_height: float
    color: QColor

    @property
    def height(self) -> float:
        return self.line_height * len(self.lines)


def break_lines(text: str, font: QFont, color: QColor, width: float, right: bool = False) -> TextLines:
    """`text` in lines of at most `width`; `right`: they end at its right edge."""
    font = QFont(font)
    for feature in _DISABLED_FEATURES:
        font.setFeature(QFont.Tag(feature), 0)
    layout = QTextLayout(text, font)
    option = QTextOption(Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    layout.beginLayout()
    lines, height = [], 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
        height = max(height, line.height())
        lines.append(line)
    layout.endLayout()
    return TextLines(layout, tuple(lines), round(height * _LINE_SPACING, 1), color)


DrawFunction = Callable[[QPainter], None]


@dataclass(slots=True)
class Page:
    """What is drawn, in this order."""

    items: list[DrawFunction] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """Pages being filled from top to bottom; `y` is where the next thing goes.

    Attributes:
        on_new_page: called once a page was begun by the content, to repeat what heads a table; None otherwise.
    """

    pages: list[Page] = field(default_factory=lambda: [Page()])
    y: float = TOP
    on_new_page: Callable[[], None] | None = None

    def ensure_room(self, height: float) -> None:
        """Begins another page where less than `height` is left of this one."""
        if self.y + height > END and self.y > TOP:
            self.new_page()

    def new_page(self) -> None:
        self.pages.append(Page())
        self.y = TOP
        if self.on_new_page is not None:
            self.on_new_page()

    def add_gap(self, height: float) -> None:
        """Space that is left away at the top of a page."""
        if self.y > TOP:
            self.y += height

    def flow_lines(self, words: TextLines, x: float = SIDE) -> None:
        """The lines, over as many pages as they take."""
        for line in words.lines:
            self.ensure_room(words.line_height)
            self._line(line, words, x, self.y)
            self.y += words.line_height

    def put_lines(self, words: TextLines, x: float, y: float) -> None:
        """All lines on this page, from `y` down."""
        for number, line in enumerate(words.lines):
            self._line(line, words, x, y + number * words.line_height)

    def _line(self, line: QTextLine, words: TextLines, x: float, y: float) -> None:
        lead = (words.line_height - line.height()) / 2

        def draw(painter: QPainter) -> None:
            painter.setPen(words.color)  # keeping `words` keeps the layout, without which a line is not there
            line.draw(painter, QPointF(x, y + lead - line.y()))

        self.add_drawing(draw)

    def fill_rect(self, rect: QRectF, color: QColor, radius: float = 0.0) -> None:
        """A filled rectangle on this page."""

        def draw(painter: QPainter) -> None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(rect, radius, radius)

        self.add_drawing(draw)

    def draw_rule(self, y: float, color: QColor, x: float = SIDE, width: float = INNER) -> None:
        """A hairline across."""
        self.fill_rect(QRectF(x, y, width, 0.75), color)

    def add_drawing(self, item: DrawFunction) -> None:
        self.pages[-1].items.append(item)
