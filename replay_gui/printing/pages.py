"""A report as pages: the document laid out on sheets, with verdict and page number on each."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from replay_gui.core.report.document import Document, Facts, Section
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.look.theme import LIGHT, Bold, Normal, data_font, ui_font
from replay_gui.printing.blocks import TOGETHER, TONES, put_block
from replay_gui.printing.sheet import BOTTOM, HEIGHT, INNER, SIDE, TOP, WIDTH, Sheet, broken

TITLE, HEAD, SUBHEAD, TEXT, SMALL = 19.0, 14.5, 12.5, 11.5, 10.0
_FOOT = HEIGHT - BOTTOM + 28.0
_FACT = 17.0  # height of most facts
_HEAD_ROOM = 90.0  # a heading does not stand closer than this to the end of a page


class Pages:
    """The pages of a document. To be laid out and painted on one thread, with a QGuiApplication.

    Always in the light theme: it is for paper. `steps` lays them out; the last page may still grow until it is through.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._sheet = Sheet()

    def steps(self) -> Iterator[None]:
        """Lays out a little at each step, so that a window can live on in between."""
        self._put_head()
        for section in self._document.sections:
            self._put_title(section)
            for block in section.blocks:
                yield from put_block(self._sheet, block)

    def __len__(self) -> int:
        return len(self._sheet.pages)

    def paint(self, painter: QPainter, number: int) -> None:
        """Page `number`, from 0, in units of 1/96 inch from the paper's corner."""
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
        sheet.fill(QRectF(SIDE, TOP - 14, INNER, 4), text)
        small = ui_font(Normal, SMALL)
        sheet.flow(broken(visible(document.made), small, LIGHT.secondary, INNER))
        sheet.gap(4)
        sheet.flow(broken(visible(document.title), ui_font(Bold, TITLE), LIGHT.text, INNER))
        sheet.gap(8)
        pill = broken(visible(document.verdict), ui_font(Bold, HEAD), text, INNER)
        width = pill.lines[0].naturalTextWidth() + 28
        sheet.fill(QRectF(SIDE, sheet.y, width, 28), back, 14)
        sheet.put(pill, SIDE + 14, sheet.y + (28 - pill.line_height) / 2)
        sheet.y += 36
        sheet.flow(broken(visible(document.words), ui_font(Normal, TEXT), LIGHT.text, INNER))
        sheet.gap(4)
        for line in document.lines:
            sheet.flow(broken(visible(line), data_font(Normal, SMALL), LIGHT.text, INNER))

    def _put_title(self, section: Section) -> None:
        sheet, main = self._sheet, section.level == 1
        font = ui_font(Bold, HEAD if main else SUBHEAD)
        sheet.gap(20 if main else 12)
        first = section.blocks[0] if section.blocks else None
        facts = len(first.rows) * _FACT if isinstance(first, Facts) else 0.0  # they go to the next page together
        sheet.need(max(_HEAD_ROOM, _HEAD_ROOM / 2 + min(facts, TOGETHER)))
        sheet.flow(broken(visible(section.title), font, LIGHT.text, INNER))
        if main:
            sheet.rule(sheet.y + 1, LIGHT.line)
        sheet.y += 7

    def _put_foot(self, foot: Sheet, number: int) -> None:
        document = self._document
        text, back = TONES[document.tone]
        small: QFont = ui_font(Normal, SMALL)
        foot.rule(_FOOT - 8, LIGHT.line)
        pill = broken(visible(document.verdict), ui_font(Bold, SMALL), text, INNER)
        width = pill.lines[0].naturalTextWidth() + 16
        foot.fill(QRectF(SIDE, _FOOT, width, 18), back, 9)
        foot.put(pill, SIDE + 8, _FOOT + (18 - pill.line_height) / 2)
        page = broken(f"Page {number + 1} of {len(self)}", small, LIGHT.secondary, INNER, right=True)
        foot.put(page, SIDE, _FOOT + 2)
        room = WIDTH - 2 * SIDE - width - 90
        said = one_line(f"{document.title} · {document.made}", 300)
        fitting = QFontMetricsF(small).elidedText(said, Qt.TextElideMode.ElideMiddle, room - 4)
        title = broken(fitting, small, LIGHT.secondary, room)
        foot.put(title, SIDE + width + 10, _FOOT + 2)
