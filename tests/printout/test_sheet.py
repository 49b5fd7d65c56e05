"""Sheets: lines broken to a width, and pages begun where the content needs them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from replay_gui.look.theme import LIGHT, Normal, ui_font
from replay_gui.printout.sheet import CONTENT_END, HEIGHT, INNER_WIDTH, SIDE, TOP, Sheet, TextLines, break_lines
from tests.printout.painted import painted

pytestmark = pytest.mark.usefixtures("qapp")
_FONT_SIZE = 11.0


def lines_of(text: str, width: float = INNER_WIDTH, right: bool = False) -> TextLines:
    return break_lines(text, ui_font(Normal, _FONT_SIZE), LIGHT.text, width, right)


def test_text_is_broken_to_the_width_even_within_a_long_word() -> None:
    for text in ("many short words " * 20, "x" * 300):
        lines = lines_of(text, 200)
        assert len(lines.lines) > 5
        assert all(line.naturalTextWidth() <= 200 for line in lines.lines)
        assert sum(line.textLength() for line in lines.lines) == len(text)
        assert lines.height == pytest.approx(len(lines.lines) * lines.line_height)


def test_lines_flow_over_as_many_pages_as_they_need() -> None:
    sheet, lines = Sheet(), lines_of("word " * 6_000)
    sheet.flow_lines(lines)
    per_page = int((CONTENT_END - TOP) / lines.line_height)
    assert len(sheet.pages) == -(-len(lines.lines) // per_page)
    assert sum(len(page.items) for page in sheet.pages) == len(lines.lines)
    assert TOP < sheet.y <= CONTENT_END


def test_a_page_begins_only_where_there_is_no_room_and_something_above() -> None:
    sheet = Sheet()
    sheet.ensure_room(2 * HEIGHT)  # nothing is gained by an empty page
    assert len(sheet.pages) == 1
    sheet.y = CONTENT_END - 50
    sheet.ensure_room(50)
    assert len(sheet.pages) == 1
    sheet.ensure_room(51)
    assert len(sheet.pages) == 2
    assert sheet.y == TOP


def test_a_gap_is_left_out_at_the_top_of_a_page() -> None:
    sheet = Sheet()
    sheet.add_gap(20)
    assert sheet.y == TOP
    sheet.y += 1
    sheet.add_gap(20)
    assert sheet.y == TOP + 21


def test_what_repeats_on_a_new_page_is_put_there_first() -> None:
    sheet = Sheet()
    sheet.on_new_page = lambda: sheet.flow_lines(lines_of("head"))
    sheet.y = CONTENT_END
    sheet.flow_lines(lines_of("row"))
    assert len(sheet.pages[1].items) == 2
    assert sheet.y == pytest.approx(TOP + 2 * lines_of("head").line_height)


def test_a_rectangle_has_its_place_and_colour(qapp: QApplication) -> None:
    sheet = Sheet()
    sheet.fill_rect(QRectF(100, 200, 30, 40), LIGHT.bad_bg)
    image = painted(sheet)
    assert image.pixel(115, 220) == LIGHT.bad_bg.rgb()
    for x, y in ((98, 220), (132, 220), (115, 198), (115, 242)):
        assert image.pixel(x, y) == LIGHT.panel.rgb()


def test_text_to_the_right_ends_at_the_right_edge() -> None:
    extents = []
    for right in (False, True):
        sheet = Sheet()
        sheet.put_lines(lines_of("1,234", 200, right), SIDE, TOP)
        image = painted(sheet)
        blank = LIGHT.panel.rgb()
        columns = [x for x in range(image.width()) if any(image.pixel(x, y) != blank for y in range(60, 100))]
        extents.append((min(columns), max(columns)))
    (left_start, _), (_, right_end) = extents
    assert left_start == pytest.approx(SIDE, abs=3)
    assert right_end == pytest.approx(SIDE + 200, abs=3)
