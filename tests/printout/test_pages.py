"""Reports as pages: whole, numbered, with the verdict on each, and nothing beyond the edges."""

from __future__ import annotations

import errno
import os
import re
import zlib
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.report.building import run_part
from replay_gui.core.report.document import (
    Column,
    Command,
    Document,
    Fact,
    Facts,
    Paragraph,
    ReportSection,
    ReportTable,
)
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.model import Report
from replay_gui.core.verification.verify_log import verify
from replay_gui.look.theme import LIGHT
from replay_gui.printout.pages import Pages
from replay_gui.printout.pdf import pdf_report
from replay_gui.printout.report_saver import ReportSaver
from replay_gui.printout.sheet import CONTENT_END, HEIGHT, SIDE, WIDTH
from tests.helpers import logs

LONG = "wide\u202e\x1b[31m<b>" * 40


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> QApplication:
    return qapp


def report(path: Path) -> Report:
    with EventLog.open(path) as log:
        part = run_part(log, verify(log), "rlog", log.source.size, lambda done, total: None)
    return Report(version="1", made=0, command="replay-gui verify", runs=(part,))


def laid_out(made: Document) -> Pages:
    pages = Pages(made)
    for _ in pages.steps():
        pass
    return pages


def picture(pages: Pages, number: int) -> QImage:
    image = QImage(round(WIDTH), round(HEIGHT), QImage.Format.Format_RGB32)
    image.fill(LIGHT.panel)
    painter = QPainter(image)
    pages.paint(painter, number)
    painter.end()
    return image


def long_document(rows: int = 400) -> Document:
    columns = (Column("Number", 1, number=True), Column("What", 3), Column("Hash", 3, data=True))
    table = ReportTable(
        columns,
        tuple((f"{n:,}", LONG if n % 7 == 0 else "short", "ab" * 32) for n in range(rows)),
        total=rows,
        what="rows",
    )
    facts = Facts((Fact("Name", LONG), Fact("Hash", "cd" * 900, data=True, tone="bad")))
    blocks = (Paragraph(LONG * 20), Paragraph(LONG * 20, "bad"), facts, table, Command(LONG * 9))
    return Document(
        title=LONG[:200],
        verdict="INVALID",
        tone="bad",
        words=LONG,
        lines=(LONG,),
        made="made",
        sections=(ReportSection("All", blocks),),
    )


def test_nothing_is_drawn_beyond_the_edges_and_every_page_has_its_foot() -> None:
    pages = laid_out(long_document())
    assert len(pages) > 10
    blank = LIGHT.panel.rgb()
    for number in (0, 1, len(pages) // 2, len(pages) - 1):
        image = picture(pages, number)
        columns = [
            x for x in range(image.width()) if any(image.pixel(x, y) != blank for y in range(0, image.height(), 2))
        ]
        assert min(columns) >= SIDE - 3
        assert max(columns) <= WIDTH - SIDE + 3
        verdict = QColor(LIGHT.bad_bg).rgb()
        foot = {
            image.pixel(x, y)
            for x in range(round(SIDE), 140)
            for y in range(round(CONTENT_END) + 28, round(HEIGHT) - 20)
        }
        assert verdict in foot, number


def test_the_head_of_a_table_is_repeated() -> None:
    pages = laid_out(long_document())
    heads = [picture(pages, number).copy(0, 0, round(WIDTH), 90) for number in (len(pages) // 2, len(pages) // 2 + 1)]
    assert heads[0].pixel(round(WIDTH) // 2, 85) == heads[1].pixel(round(WIDTH) // 2, 85)
    assert any(heads[0].pixel(x, y) != LIGHT.panel.rgb() for x in range(60, 700) for y in range(66, 84))


def test_a_pdf_has_all_pages_and_our_fonts(tmp_path: Path) -> None:
    made = report(logs.write_log(tmp_path / "run.rlog", turns=40))
    whole = pdf_report(made)
    assert len(re.findall(rb"/Type /Page\b", whole)) == len(laid_out(layout_document(made)))
    assert b"Inter" in whole
    assert b"JetBrainsMono" in whole
    streams = re.findall(rb"stream\r?\n(.*?)endstream", whole, re.DOTALL)
    assert any(zlib.decompressobj().decompress(stream) for stream in streams if stream[:1] == b"x")


def test_a_saver_writes_beside_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    saver, file = ReportSaver(), tmp_path / "r.pdf"
    with qtbot.waitSignal(saver.saved) as caught:
        saver.save(report(logs.write_log(tmp_path / "run.rlog")), file)
    assert caught.args == [str(file)]
    assert file.read_bytes().startswith(b"%PDF-")


def test_a_saver_says_why_there_is_no_file(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saver, file = ReportSaver(), tmp_path / "r.html"
    file.write_text("old", "utf-8")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with qtbot.waitSignal(saver.failed) as caught:
        saver.save(report(logs.write_log(tmp_path / "run.rlog")), file)
    assert "the disk is full" in caught.args[0]
    assert file.read_text("utf-8") == "old"
