"""A report as PDF, by Qt's writer."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter

from replay_gui.core.errors import NotWritten
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.model import Report
from replay_gui.core.text.plain_text import one_line
from replay_gui.printing.pages import Pages
from replay_gui.version import VERSION

UNITS = 96  # an inch

_application: QGuiApplication | None = None  # kept alive: fonts go with it


def pdf(report: Report) -> bytes:
    """The whole file. Where no application runs one is started, which needs no display."""
    _need_application()
    laid_out = layout_document(report)
    pages = Pages(laid_out)
    for _ in pages.steps():
        pass
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point)
    writer.setResolution(UNITS)
    writer.setTitle(one_line(f"{laid_out.title}: {laid_out.verdict}"))
    writer.setCreator(f"replay-gui {VERSION}")
    painter = QPainter()
    if not painter.begin(writer):
        raise NotWritten("the pages of the report could not be made")
    for number in range(len(pages)):
        if number:
            writer.newPage()
        pages.paint(painter, number)
    painter.end()
    return bytes(buffer.data().data())


def _need_application() -> None:
    global _application
    if QGuiApplication.instance() is None:
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _application = QGuiApplication(["replay-gui"])
