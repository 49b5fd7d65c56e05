"""A report as PDF, by Qt's writer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter

from replay_gui.core.errors import NotWritten
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.model import Report
from replay_gui.core.translation.messages import tr
from replay_gui.printout.pages import Pages
from replay_gui.version import VERSION

_UNITS_PER_INCH = 96


def pdf_report(report: Report) -> bytes:
    """Return the whole file. Without a running application one is created, which needs no display."""
    if QGuiApplication.instance() is None:
        own_application()
    pages = Pages(layout_document(report))
    for _ in pages.steps():
        pass
    painting = PdfPainting(pages)
    for _ in painting.steps():
        pass
    return painting.data


class PdfPainting:
    """Pages that are painted into a PDF file, on the thread that laid them out.

    Attributes:
        data: the whole file, once `steps` is exhausted; empty before.
    """

    def __init__(self, pages: Pages) -> None:
        """`pages`: completely laid out."""
        self.data = b""
        self._pages = pages

    def steps(self) -> Iterator[None]:
        """Paint one page per step; raise NotWritten if Qt cannot begin."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point)
        writer.setResolution(_UNITS_PER_INCH)
        writer.setTitle(self._pages.title)
        writer.setCreator(f"replay-gui {VERSION}")
        painter = QPainter()
        if not painter.begin(writer):
            raise NotWritten(tr("the pages of the report could not be made"))
        try:
            for number in range(len(self._pages)):
                if number:
                    writer.newPage()
                self._pages.paint(painter, number)
                yield
        finally:
            painter.end()  # even if the caller stops early: before its device is deleted
        self.data = bytes(buffer.data().data())


@cache
def own_application() -> QGuiApplication:
    """Create the application of this process; it is kept, because the loaded fonts belong to it."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication(["replay-gui"])
