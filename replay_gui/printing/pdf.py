"""A report as PDF, by Qt's writer."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter

from replay_gui.core.errors import NotWritten
from replay_gui.core.plain_text import one_line
from replay_gui.core.report.layout import document
from replay_gui.core.report.model import Report
from replay_gui.printing.pages import Pages
from replay_gui.version import VERSION

UNITS = 96  # an inch

_application: QGuiApplication | None = None  # kept alive: fonts go with it


def pdf(report: Report) -> bytes:
    """The whole file. Where no application runs one is started, which needs no display."""
    _need_application()
    laid_out = document(report)
    pages = Pages(laid_out)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = PageWriter(buffer, f"{laid_out.title}: {laid_out.verdict}")
    for number in range(len(pages)):
        writer.add(pages, number)
    writer.finish()
    return bytes(buffer.data().data())


class PageWriter:
    """Writes pages one at a time, so that a window can live on in between."""

    def __init__(self, device: QIODevice, title: str) -> None:
        self._writer = QPdfWriter(device)
        self._writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        self._writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point)
        self._writer.setResolution(UNITS)
        self._writer.setTitle(one_line(title))
        self._writer.setCreator(f"replay-gui {VERSION}")
        self._painter: QPainter | None = None

    def add(self, pages: Pages, number: int) -> None:
        """Writes page `number` of them behind those that are there; NotWritten where that fails."""
        if self._painter is None:
            self._painter = QPainter()
            sound = self._painter.begin(self._writer)
        else:
            sound = self._writer.newPage()
        if not sound:
            raise NotWritten("the pages of the report could not be made")
        pages.paint(self._painter, number)

    def finish(self) -> None:
        """The file is whole after this."""
        if self._painter is not None:
            self._painter.end()


def _need_application() -> None:
    global _application
    if QGuiApplication.instance() is None:
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _application = QGuiApplication(["replay-gui"])
