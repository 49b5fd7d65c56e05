"""Blocks of a document on sheets."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.report.document import Block, Column, Command, Fact, Facts, Paragraph, Picture, ReportTable, Tone
from replay_gui.core.report.model import TimelineCounts, TimelineLane
from replay_gui.look.theme import LIGHT
from replay_gui.printout.blocks import MAX_UNBROKEN_HEIGHT, put_block
from replay_gui.printout.sheet import CONTENT_END, SIDE, TOP, Sheet
from tests.core.translation.languages import in_language
from tests.printout.painted import painted

pytestmark = pytest.mark.usefixtures("qapp")


def sheet_with(block: Block, y: float = TOP) -> Sheet:
    sheet = Sheet(y=y)
    for _ in put_block(sheet, block):
        pass
    return sheet


def colors(sheet: Sheet, page: int = 0) -> set[int]:
    image = painted(sheet, page)
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def table(rows: int, tone: bool = False) -> ReportTable:
    columns = (Column("Number", 1, number=True), Column("What", 3))
    cells = tuple((f"{number:,}", "text") for number in range(rows))
    tones = tuple[Tone, ...]("bad" for _ in range(rows)) if tone else ()
    return ReportTable(columns, cells, total=rows, what="rows", tones=tones)


@pytest.mark.parametrize(
    ("tone", "background"), [("good", LIGHT.good_bg), ("bad", LIGHT.bad_bg), ("warn", LIGHT.warn_bg)]
)
def test_a_paragraph_with_a_tone_has_its_background(tone: Tone, background: QColor) -> None:
    assert background.rgb() in colors(sheet_with(Paragraph("text", tone)))
    assert background.rgb() not in colors(sheet_with(Paragraph("text")))


def test_a_command_is_on_a_background_over_all_its_lines() -> None:
    one, many = sheet_with(Command("b3sum run.rlog")), sheet_with(Command("b3sum run.rlog " * 40))
    assert LIGHT.raised.rgb() in colors(one)
    assert many.y - TOP > 5 * (one.y - TOP) / 2


def test_facts_that_fit_a_page_are_not_split() -> None:
    facts = Facts(tuple(Fact("Name", "value") for _ in range(8)))
    height = sheet_with(facts).y - TOP
    assert height < MAX_UNBROKEN_HEIGHT
    sheet = sheet_with(facts, CONTENT_END - height + 20)
    assert [bool(page.items) for page in sheet.pages] == [False, True]


def test_a_table_has_a_row_for_each_and_its_head_on_every_page() -> None:
    sheet = sheet_with(table(100))
    assert len(sheet.pages) > 1
    first, second = sheet_with(table(1)), sheet_with(table(2))
    per_row = len(second.pages[0].items) - len(first.pages[0].items)
    head = len(first.pages[0].items) - per_row
    assert sum(len(page.items) for page in sheet.pages) == 100 * per_row + head * len(sheet.pages)
    assert sheet.on_new_page is None


def test_a_row_with_a_tone_has_its_mark() -> None:
    plain, marked = sheet_with(table(3)), sheet_with(table(3, tone=True))
    assert len(marked.pages[0].items) == len(plain.pages[0].items) + 3


def test_a_shortened_table_says_how_many_rows_are_missing() -> None:
    whole, short = table(3), ReportTable(table(3).columns, table(3).rows, total=9, what="rows")
    assert len(sheet_with(short).pages[0].items) == len(sheet_with(whole).pages[0].items) + 1


def test_a_table_is_laid_out_a_row_at_a_time() -> None:
    assert sum(1 for _ in put_block(Sheet(), table(50))) == 51


def test_a_timeline_has_the_colours_of_its_lanes_and_of_what_cannot_be_trusted() -> None:
    lanes = (TimelineLane("Decisions", "Decision", (1, 2, 3, 4), (0, 0, 0, 0)),)
    whole = colors(sheet_with(Picture(TimelineCounts(4, lanes, None), "Timeline")))
    broken = colors(sheet_with(Picture(TimelineCounts(4, lanes, EventIndex(2)), "Timeline")))
    assert LIGHT.decision.rgb() in whole & broken
    assert LIGHT.bad_bg.rgb() in broken - whole


@pytest.mark.parametrize(("kind", "is_translated"), [("Observation", True), ("ToolRequest", False)])
def test_the_name_of_a_lane_is_in_the_users_language_and_that_of_a_tool_stays(kind: str, is_translated: bool) -> None:
    picture = Picture(TimelineCounts(4, (TimelineLane("Input", kind, (1, 2, 3, 4), (0, 0, 0, 0)),), None), "Timeline")

    def name() -> QImage:
        return painted(sheet_with(picture)).copy(0, 0, round(SIDE) + 100, round(TOP) + 40)

    english = name()
    with in_language("de"):
        assert (name() != english) == is_translated
