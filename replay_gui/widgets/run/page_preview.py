"""The pages of a report as they will be on paper, one below the other."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from replay_gui.core.report.document import Document
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, LIGHT, LINE, theme
from replay_gui.printout.pages import Pages
from replay_gui.printout.sheet import HEIGHT, WIDTH

_SLICE_S = 0.006  # of layout between two turns of the event loop
_MAX_PICTURES = 12  # cached pictures of pages


class PagePreview(QScrollArea):
    """Lays a document out in steps, and paints the visible pages.

    Attributes:
        laid_out: whether all pages are laid out.

    Signals:
        finished(): all pages are laid out.
    """

    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.laid_out = False
        self._paper = _Paper()
        self.setWidget(self._paper)
        self.setWidgetResizable(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setAccessibleName(tr("Preview of the pages"))
        self._steps: Iterator[None] | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_idle)

    @property
    def page_count(self) -> int:
        """The number of pages; 0 until the document is laid out."""
        return len(self._paper.pages) if self._paper.pages is not None else 0

    @property
    def laid_out_pages(self) -> Pages | None:
        """The pages once all are laid out; None before."""
        return self._paper.pages if self.laid_out else None

    def show_document(self, document: Document) -> None:
        """Show another document, at its first page."""
        pages = Pages(document)
        self.laid_out, self._steps = False, pages.steps()
        self._paper.show_pages(pages)
        self._timer.start()

    def stop(self) -> None:
        """Stop the layout."""
        self._timer.stop()

    @Slot()
    def _on_idle(self) -> None:
        until = time.perf_counter() + _SLICE_S
        while self._steps is not None and time.perf_counter() < until:
            if next(self._steps, self) is self:
                self._steps = None
        if self._steps is None:
            self.laid_out = True
            self._timer.stop()
        self._paper.grow()
        if self.laid_out:
            self.finished.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale the pages to the new width."""
        super().resizeEvent(event)
        self._paper.set_width(self.viewport().width())


class _Paper(QWidget):
    """The pages, at the full width."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: Pages | None = None
        self._count = 0
        self._pictures: dict[int, QPixmap] = {}

    def show_pages(self, pages: Pages) -> None:
        self.pages = pages
        self._count = 0
        self.grow()

    def grow(self) -> None:
        """Show new pages, and repaint the last one; page numbers include the total."""
        self._pictures.clear()
        self._count = 0 if self.pages is None else len(self.pages)
        self.set_width(self.width())
        self.update()

    def set_width(self, width: int) -> None:
        self.resize(QSize(width, max(1, self._count) * self._step(width) + GAP))
        self._pictures.clear()

    @staticmethod
    def _step(width: int) -> int:
        """Return the distance from one page to the next."""
        return round((width - 2 * GAP) * HEIGHT / WIDTH) + GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme().window)
        step = self._step(self.width())
        first = max(0, (event.rect().top() - GAP) // step)
        for number in range(first, min(self._count, (event.rect().bottom() - GAP) // step + 1)):
            page = QRectF(GAP, GAP + number * step, self.width() - 2 * GAP, step - GAP)
            painter.drawPixmap(page.topLeft(), self._picture(number, page))
            painter.setPen(theme().line)
            painter.drawRect(page.adjusted(0, 0, -LINE, -LINE))
        painter.end()

    def _picture(self, number: int, page: QRectF) -> QPixmap:
        picture = self._pictures.get(number)
        if picture is None:
            ratio = self.devicePixelRatioF()
            picture = QPixmap(round(page.width() * ratio), round(page.height() * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(LIGHT.panel)
            painter = QPainter(picture)
            painter.scale(page.width() / WIDTH, page.width() / WIDTH)
            assert self.pages is not None
            self.pages.paint(painter, number)
            painter.end()
            if len(self._pictures) >= _MAX_PICTURES:
                self._pictures.pop(next(iter(self._pictures)))
            self._pictures[number] = picture
        return picture
