"""Puts each kind of block of a document on sheets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import assert_never

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from replay_gui.core.report.document import Block, Command, DrawnRuns, Facts, Paragraph, Picture, ReportTable, Tone
from replay_gui.core.report.runs.runs_drawing import drawn_parts, runs_drawing
from replay_gui.core.text.plain_text import visible
from replay_gui.look.theme import LIGHT, Medium, Normal, data_font, ui_font
from replay_gui.printout.runs_picture import drawn_height, paint_runs
from replay_gui.printout.sheet import INNER_WIDTH, SIDE, Sheet, TextLines, break_lines
from replay_gui.printout.timeline_picture import paint_timeline, picture_height

TONES: dict[Tone, tuple[QColor, QColor]] = {
    "good": (LIGHT.good_text, LIGHT.good_bg),
    "bad": (LIGHT.bad_text, LIGHT.bad_bg),
    "warn": (LIGHT.warn_text, LIGHT.warn_bg),
    "plain": (LIGHT.text, LIGHT.raised),
}
"""Tone: colours of text and background."""

_MARKS: dict[Tone, str] = {"good": "✓", "bad": "✗", "warn": "–", "plain": ""}
_TEXT, _SMALL, _DATA = 11.0, 10.0, 9.8  # font sizes, in units of a Sheet, as all lengths here
_NAMES_WIDTH = 130.0  # width of the column with the names of facts
_PAD, _CELL, _MARK = 8.0, 4.0, 14.0  # margins of a box and of a cell; width of a mark
_NARROW_PICTURE_SHARE = 0.6
_MAX_RUN_ROWS = 40  # of a picture of runs on a page
MAX_UNBROKEN_HEIGHT = 300.0  # facts up to this height stay on one page


def put_block(sheet: Sheet, block: Block) -> Iterator[None]:
    """Put a block at the current place of the sheet, a part at each step."""
    match block:
        case Paragraph():
            _put_paragraph(sheet, block)
        case Facts():
            _put_facts(sheet, block)
        case ReportTable():
            yield from _put_table(sheet, block)
        case Picture():
            _put_picture(sheet, block)
        case DrawnRuns():
            _put_runs(sheet, block)
        case Command():
            _put_boxed(sheet, _text_lines(block.text, INNER_WIDTH - 2 * _PAD, data=True), LIGHT.raised)
        case _:
            assert_never(block)
    yield


def _text_lines(
    text: str, width: float, data: bool = False, color: QColor = LIGHT.text, right: bool = False
) -> TextLines:
    font = data_font(Normal, _DATA) if data else ui_font(Normal, _TEXT)
    return break_lines(visible(text), font, color, width, right)


def _put_paragraph(sheet: Sheet, block: Paragraph) -> None:
    if block.tone == "plain":
        sheet.flow_lines(_text_lines(block.text, INNER_WIDTH))
        sheet.add_gap(4)
        return
    text, back = TONES[block.tone]
    _put_boxed(sheet, _text_lines(block.text, INNER_WIDTH - 2 * _PAD, color=text), back)


def _put_boxed(sheet: Sheet, words: TextLines, back: QColor) -> None:
    """Put lines on a background; each line has its own box, so that the block can continue on the next page."""
    sheet.ensure_room(words.line_height + _PAD)
    last = len(words.lines) - 1
    for number, line in enumerate(words.lines):
        above, below = (_PAD / 2 if number == 0 else 0.0), (_PAD / 2 if number == last else 0.0)
        height = words.line_height + above + below
        sheet.ensure_room(height)
        sheet.fill_rect(QRectF(SIDE, sheet.y, INNER_WIDTH, height + (0.5 if number < last else 0.0)), back)
        sheet.put_lines(TextLines(words.layout, (line,), words.line_height, words.color), SIDE + _PAD, sheet.y + above)
        sheet.y += height
    sheet.add_gap(6)


def _put_facts(sheet: Sheet, facts: Facts) -> None:
    """Put facts on one page, if they fit."""
    pairs = [
        (
            _text_lines(fact.name, _NAMES_WIDTH - 10, color=LIGHT.secondary),
            _text_lines(fact.value, INNER_WIDTH - _NAMES_WIDTH, fact.data, TONES[fact.tone][0]),
        )
        for fact in facts.rows
    ]
    together = sum(max(name.height, value.height) + 2 for name, value in pairs)
    sheet.ensure_room(min(together, MAX_UNBROKEN_HEIGHT))
    for name, value in pairs:
        sheet.ensure_room(name.line_height)
        sheet.put_lines(name, SIDE, sheet.y)
        page, below = len(sheet.pages), sheet.y + name.height
        sheet.flow_lines(value, SIDE + _NAMES_WIDTH)
        sheet.y = (max(sheet.y, below) if len(sheet.pages) == page else sheet.y) + 2
    sheet.add_gap(6)


def _put_picture(sheet: Sheet, block: Picture) -> None:
    height = picture_height(block.timeline)
    sheet.ensure_room(height + 24)
    sheet.add_gap(4)
    rect = QRectF(SIDE, sheet.y, INNER_WIDTH, height)
    sheet.add_drawing(partial(paint_timeline, timeline=block.timeline, rect=rect))
    sheet.y += height + 2
    sheet.flow_lines(break_lines(visible(block.words), ui_font(Normal, _SMALL), LIGHT.secondary, INNER_WIDTH))
    sheet.add_gap(8)


def _put_runs(sheet: Sheet, block: DrawnRuns) -> None:
    """Put the picture, in parts if it is higher than a page."""
    for part in drawn_parts(block.picture, _MAX_RUN_ROWS):
        drawing = runs_drawing(part)
        height = drawn_height(drawing, INNER_WIDTH)
        sheet.ensure_room(height + 8)
        rect = QRectF(SIDE, sheet.y, INNER_WIDTH, height)
        sheet.add_drawing(partial(paint_runs, drawing=drawing, rect=rect))
        sheet.y += height + 4
    if block.table.more:
        sheet.flow_lines(break_lines(block.table.more, ui_font(Normal, _SMALL), LIGHT.secondary, INNER_WIDTH))
    sheet.add_gap(8)


def _put_table(sheet: Sheet, table: ReportTable) -> Iterator[None]:
    """Put a table; its head is repeated on each page, and no row is split."""
    whole = INNER_WIDTH * (_NARROW_PICTURE_SHARE if table.narrow else 1.0)
    shares = sum(column.share for column in table.columns)
    widths = [whole * column.share / shares for column in table.columns]
    small = ui_font(Medium, _SMALL)
    head = [
        break_lines(visible(column.title), small, LIGHT.secondary, width - 2 * _CELL, column.number)
        for column, width in zip(table.columns, widths, strict=True)
    ]

    def put_head() -> None:
        _put_row(sheet, head, widths, whole, "plain")

    sheet.ensure_room(60)
    put_head()
    sheet.on_new_page = put_head
    for at, row in enumerate(table.rows):
        tone = table.tones[at] if table.tones else "plain"
        cells = []
        for number, (column, text, width) in enumerate(zip(table.columns, row, widths, strict=True)):
            room = width - 2 * _CELL - (_MARK if number == 0 and tone != "plain" else 0.0)
            cells.append(_text_lines(text, room, column.data, right=column.number))
        sheet.ensure_room(max(cell.height for cell in cells) + 2 * _CELL)
        _put_row(sheet, cells, widths, whole, tone)
        yield
    sheet.on_new_page = None
    if table.more:
        sheet.add_gap(3)
        sheet.flow_lines(break_lines(table.more, ui_font(Normal, _SMALL), LIGHT.secondary, INNER_WIDTH))
    sheet.add_gap(10)


def _put_row(sheet: Sheet, cells: list[TextLines], widths: list[float], whole: float, tone: Tone) -> None:
    height = max(cell.height for cell in cells) + 2 * _CELL
    x = SIDE
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        left = x + _CELL
        if number == 0 and tone != "plain":
            mark = break_lines(_MARKS[tone], ui_font(Medium, _TEXT), TONES[tone][0], _MARK)
            sheet.put_lines(mark, left, sheet.y + _CELL)
            left += _MARK
        sheet.put_lines(cell, left, sheet.y + _CELL)
        x += width
    sheet.y += height
    sheet.draw_rule(sheet.y - 0.75, LIGHT.line, width=whole)
