"""Pages and the items on them: lines of text, rectangles and pictures.

A page is A4; its unit is 1/96 inch, the logical pixel in which the theme gives font sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextLayout, QTextLine, QTextOption

WIDTH, HEIGHT = 793.7, 1122.5
SIDE, TOP, BOTTOM = 60.0, 64.0, 76.0  # margins
INNER_WIDTH = WIDTH - 2 * SIDE
CONTENT_END = HEIGHT - BOTTOM  # the content ends here

_LINE_SPACING = 1.32  # height of a line, relative to its font


_DISABLED_FEATURES = ("tnum", "calt")
"""Font features that replace glyphs: the text of a PDF could then not be searched or copied."""


@dataclass(frozen=True, slots=True)
class TextLines:
    """Text broken into lines of a width. `layout` keeps the lines valid."""

    layout: QTextLayout
    lines: tuple[QTextLine, ...]
    line_height: float
    color: QColor

    @property
    def height(self) -> float:
        """The height of all lines, in the units of the painter."""
        return self.line_height * len(self.lines)


def break_lines(text: str, font: QFont, color: QColor, width: float, right: bool = False) -> TextLines:
    """Break `text` into lines of at most `width`; `right`: align them to the right edge."""
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
    """The items of a page, in drawing order."""

    items: list[DrawFunction] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """Pages that are filled from top to bottom; `y` is the place of the next item.

    Attributes:
        on_new_page: called after a page was begun, to repeat the head of a table; or None.
    """

    pages: list[Page] = field(default_factory=lambda: [Page()])
    y: float = TOP
    on_new_page: Callable[[], None] | None = None

    def ensure_room(self, height: float) -> None:
        """Begin a new page if less than `height` is left on this one."""
        if self.y + height > CONTENT_END and self.y > TOP:
            self.new_page()

    def new_page(self) -> None:
        """Begin a new page."""
        self.pages.append(Page())
        self.y = TOP
        if self.on_new_page is not None:
            self.on_new_page()

    def add_gap(self, height: float) -> None:
        """Add space, except at the top of a page."""
        if self.y > TOP:
            self.y += height

    def flow_lines(self, words: TextLines, x: float = SIDE) -> None:
        """Put the lines, on as many pages as they need."""
        for line in words.lines:
            self.ensure_room(words.line_height)
            self._line(line, words, x, self.y)
            self.y += words.line_height

    def put_lines(self, words: TextLines, x: float, y: float) -> None:
        """Put all lines on this page, from `y` downwards."""
        for number, line in enumerate(words.lines):
            self._line(line, words, x, y + number * words.line_height)

    def _line(self, line: QTextLine, words: TextLines, x: float, y: float) -> None:
        lead = (words.line_height - line.height()) / 2

        def draw(painter: QPainter) -> None:
            painter.setPen(words.color)  # the closure keeps `words` and so the layout, which the line needs
            line.draw(painter, QPointF(x, y + lead - line.y()))

        self.add_drawing(draw)

    def fill_rect(self, rect: QRectF, color: QColor, radius: float = 0.0) -> None:
        """Add a filled rectangle to this page."""

        def draw(painter: QPainter) -> None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(rect, radius, radius)

        self.add_drawing(draw)

    def draw_rule(self, y: float, color: QColor, x: float = SIDE, width: float = INNER_WIDTH) -> None:
        """Add a thin horizontal line."""
        self.fill_rect(QRectF(x, y, width, 0.75), color)

    def add_drawing(self, item: DrawFunction) -> None:
        """Add an item to this page."""
        self.pages[-1].items.append(item)
