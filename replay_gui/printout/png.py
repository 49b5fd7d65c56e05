"""The pictures of many runs of a report as one image."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QImage, QPainter

from replay_gui.core.errors import NotWritten
from replay_gui.core.report.model import Report
from replay_gui.core.report.runs.contrast_model import ContrastPart
from replay_gui.core.report.runs.runs_drawing import WIDTH, RunsDrawing, runs_drawing
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import LIGHT, Bold, Normal, ui_font
from replay_gui.printout.pdf import own_application
from replay_gui.printout.runs_picture import drawn_height, paint_runs

_PIXELS_PER_UNIT = 2  # pixels per unit
_MARGIN, _TITLE, _LINE = 24.0, 26.0, 18.0  # units; heights of the title and of a line
_MAX_HEIGHT = 12_000.0  # units; pictures beyond it are counted
_MAX_TEXT_CHARACTERS = 200
_LEGEND = translatable("filled: as in most runs that passed · hollow: other arguments · ✕ error · dot: not done")


def png_report(report: Report) -> bytes:
    """Return the whole file; raise NotWritten for a report without such a picture. Needs no display."""
    contrast = report.contrast
    if contrast is None or not contrast.pictures:
        raise NotWritten(tr("there is no picture: these runs do not have both outcomes within a task, or made no call"))
    if QGuiApplication.instance() is None:
        own_application()
    shown, height = _fitting(contrast)
    image = QImage(
        int((WIDTH + 2 * _MARGIN) * _PIXELS_PER_UNIT), int(height * _PIXELS_PER_UNIT), QImage.Format.Format_RGB32
    )
    image.setDevicePixelRatio(_PIXELS_PER_UNIT)
    image.fill(LIGHT.panel)
    painter = QPainter(image)
    y = _put_text(painter, _MARGIN, _heading(contrast), strong=True)
    y = _put_text(painter, y, visible(contrast.note))
    for picture, drawing in zip(contrast.pictures, shown, strict=False):
        title = tr("Task {task}", task=picture.task) if picture.task else tr("The runs")
        y = _put_text(painter, y + _LINE, title, strong=True)
        rect = QRectF(_MARGIN, y, WIDTH, drawn_height(drawing, WIDTH))
        paint_runs(painter, drawing, rect)
        y = rect.bottom()
    y = _put_text(painter, y + _LINE / 2, tr(_LEGEND))
    hidden = len(contrast.pictures) - len(shown)
    if hidden:
        _put_text(
            painter, y, trn("{n} more picture in the other formats", "{n} more pictures in the other formats", hidden)
        )
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stubs know no device
        raise NotWritten(tr("the picture of the report could not be made"))
    return bytes(buffer.data().data())


def _heading(contrast: ContrastPart) -> str:
    runs = trn("{n} run", "{n} runs", contrast.total)
    passed, failed = whole_number(contrast.passed), whole_number(contrast.failed)
    if not contrast.unknown:
        return tr("{runs}: {passed} passed, {failed} failed", runs=runs, passed=passed, failed=failed)
    return tr(
        "{runs}: {passed} passed, {failed} failed, {unknown} unknown",
        runs=runs,
        passed=passed,
        failed=failed,
        unknown=whole_number(contrast.unknown),
    )


def _fitting(contrast: ContrastPart) -> tuple[list[RunsDrawing], float]:
    """Return the first pictures that fit, at least one, and the height of the image."""
    shown, height = list[RunsDrawing](), 2 * _MARGIN + _TITLE + 4 * _LINE
    for picture in contrast.pictures:
        drawing = runs_drawing(picture)
        more = drawn_height(drawing, WIDTH) + _TITLE + _LINE
        if shown and height + more > _MAX_HEIGHT:
            break
        shown.append(drawing)
        height += more
    return shown, height


def _put_text(painter: QPainter, y: float, words: str, *, strong: bool = False) -> float:
    """Draw one line; return the y below it."""
    height = _TITLE if strong else _LINE
    font = ui_font(Bold if strong else Normal, 13.0 if strong else 11.0)
    painter.setFont(font)
    painter.setPen(LIGHT.text if strong else LIGHT.secondary)
    line = QFontMetricsF(font).elidedText(one_line(words, _MAX_TEXT_CHARACTERS), Qt.TextElideMode.ElideRight, WIDTH)
    painter.drawText(QRectF(_MARGIN, y, WIDTH, height), int(Qt.AlignmentFlag.AlignVCenter), line)
    return y + height
