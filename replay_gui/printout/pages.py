"""A report as pages: the document laid out on sheets, with the verdict and the page number on each page."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from replay_gui.core.report.document import Document, Facts, ReportSection
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import LIGHT, Bold, Normal, data_font, ui_font
from replay_gui.printout.blocks import MAX_UNBROKEN_HEIGHT, TONES, put_block
from replay_gui.printout.sheet import BOTTOM, HEIGHT, INNER_WIDTH, SIDE, TOP, WIDTH, Sheet, break_lines

TITLE, HEAD, SUBHEAD, TEXT, SMALL = 19.0, 14.5, 12.5, 11.5, 10.0  # font sizes, in units of a Sheet
_FOOT_Y = HEIGHT - BOTTOM + 28.0
_FACT_HEIGHT = 17.0  # height of most facts
_MIN_HEIGHT_BELOW_HEADING = 90.0  # a heading needs this distance from the end of a page


class Pages:
    """The pages of a document. They must be laid out and painted on one thread, with a QGuiApplication.

    Always in the light theme, for paper. `steps` lays them out; until it ends, the last page is not complete.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._sheet = Sheet()

    @property
    def title(self) -> str:
        """The title of the PDF."""
        return one_line(f"{self._document.title}: {self._document.verdict}")

    def steps(self) -> Iterator[None]:
        """Lay out a part at each step, so that a window can handle events in between."""
        self._put_head()
        for section in self._document.sections:
            self._put_title(section)
            for block in section.blocks:
                yield from put_block(self._sheet, block)

    def __len__(self) -> int:
        return len(self._sheet.pages)

    def paint(self, painter: QPainter, number: int) -> None:
        """Paint page `number`, from 0, in units of 1/96 inch from the corner of the paper."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for item in self._sheet.pages[number].items:
            item(painter)
        foot = Sheet()
        self._put_foot(foot, number)
        for item in foot.pages[0].items:
            item(painter)

    def _put_head(self) -> None:
        document, sheet = self._document, self._sheet
        text, back = TONES[document.tone]
        sheet.fill_rect(QRectF(SIDE, TOP - 14, INNER_WIDTH, 4), text)
        small = ui_font(Normal, SMALL)
        sheet.flow_lines(break_lines(visible(document.made), small, LIGHT.secondary, INNER_WIDTH))
        sheet.add_gap(4)
        sheet.flow_lines(break_lines(visible(document.title), ui_font(Bold, TITLE), LIGHT.text, INNER_WIDTH))
        sheet.add_gap(8)
        pill = break_lines(visible(document.verdict), ui_font(Bold, HEAD), text, INNER_WIDTH)
        width = pill.lines[0].naturalTextWidth() + 28
        sheet.fill_rect(QRectF(SIDE, sheet.y, width, 28), back, 14)
        sheet.put_lines(pill, SIDE + 14, sheet.y + (28 - pill.line_height) / 2)
        sheet.y += 36
        sheet.flow_lines(break_lines(visible(document.words), ui_font(Normal, TEXT), LIGHT.text, INNER_WIDTH))
        sheet.add_gap(4)
        for line in document.lines:
            sheet.flow_lines(break_lines(visible(line), data_font(Normal, SMALL), LIGHT.text, INNER_WIDTH))

    def _put_title(self, section: ReportSection) -> None:
        sheet, main = self._sheet, section.level == 1
        font = ui_font(Bold, HEAD if main else SUBHEAD)
        sheet.add_gap(20 if main else 12)
        first = section.blocks[0] if section.blocks else None
        facts = len(first.rows) * _FACT_HEIGHT if isinstance(first, Facts) else 0.0  # they stay together on one page
        sheet.ensure_room(
            max(_MIN_HEIGHT_BELOW_HEADING, _MIN_HEIGHT_BELOW_HEADING / 2 + min(facts, MAX_UNBROKEN_HEIGHT))
        )
        sheet.flow_lines(break_lines(visible(section.title), font, LIGHT.text, INNER_WIDTH))
        if main:
            sheet.draw_rule(sheet.y + 1, LIGHT.line)
        sheet.y += 7

    def _put_foot(self, foot: Sheet, number: int) -> None:
        document = self._document
        text, back = TONES[document.tone]
        small: QFont = ui_font(Normal, SMALL)
        foot.draw_rule(_FOOT_Y - 8, LIGHT.line)
        pill = break_lines(visible(document.verdict), ui_font(Bold, SMALL), text, INNER_WIDTH)
        width = pill.lines[0].naturalTextWidth() + 16
        foot.fill_rect(QRectF(SIDE, _FOOT_Y, width, 18), back, 9)
        foot.put_lines(pill, SIDE + 8, _FOOT_Y + (18 - pill.line_height) / 2)
        page = break_lines(
            tr("Page {number} of {count}", number=number + 1, count=len(self)),
            small,
            LIGHT.secondary,
            INNER_WIDTH,
            right=True,
        )
        foot.put_lines(page, SIDE, _FOOT_Y + 2)
        room = WIDTH - 2 * SIDE - width - 90
        caption = one_line(f"{document.title} · {document.made}", 300)
        fitting = QFontMetricsF(small).elidedText(caption, Qt.TextElideMode.ElideMiddle, room - 4)
        title = break_lines(fitting, small, LIGHT.secondary, room)
        foot.put_lines(title, SIDE + width + 10, _FOOT_Y + 2)
