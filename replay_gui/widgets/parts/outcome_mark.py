"""The mark of an outcome: a filled circle with a tick, an open one with a cross, or a small ring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPen, QPixmap, QPolygonF

from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.icons import PIXEL_RATIOS
from replay_gui.look.theme import ICON, UNIT, theme, ui_font

OUTCOME_SIZE = 13.0  # logical pixels
_STEP_PX = int(OUTCOME_SIZE) + UNIT  # distance of the marks


def outcome_color(outcome: bool | None) -> QColor:
    """Return the colour of an outcome, for its mark and for text."""
    colors = theme()
    return colors.secondary if outcome is None else colors.tools[0] if outcome else colors.error


def paint_outcome(painter: QPainter, center: QPointF, outcome: bool | None, size: float = OUTCOME_SIZE) -> None:
    """Draw the mark around a point. Passed and failed differ in shape, not only in colour."""
    color, radius = outcome_color(outcome), size / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if outcome is True:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(center, radius, radius)
        painter.setPen(QPen(theme().panel, size * 0.13))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        tick = ((-0.42, 0.02), (-0.1, 0.34), (0.44, -0.3))
        painter.drawPolyline(QPolygonF([QPointF(center.x() + x * radius, center.y() + y * radius) for x, y in tick]))
    elif outcome is False:
        painter.setPen(QPen(color, size * 0.1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, radius - 0.5, radius - 0.5)
        arm = radius * 0.38
        for sign in (1, -1):
            painter.drawLine(
                QPointF(center.x() - arm, center.y() - sign * arm), QPointF(center.x() + arm, center.y() + sign * arm)
            )
    else:
        painter.setPen(QPen(color, size * 0.1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, radius * 0.45, radius * 0.45)
    painter.restore()


def outcomes_width(counts: Iterable[int], max_marks: int) -> int:
    """Return the pixels that `paint_outcomes` needs for rows with these numbers of outcomes."""
    metrics = QFontMetrics(ui_font())
    return max(
        (
            count * _STEP_PX
            if count <= max_marks
            else 3 * (_STEP_PX + UNIT + metrics.horizontalAdvance(whole_number(count)))
            for count in set(counts)
        ),
        default=0,
    )


def paint_outcomes(painter: QPainter, rect: QRect, outcomes: Sequence[bool | None], max_marks: int) -> None:
    """Draw a mark for each outcome, from the left; if there are more than `max_marks`, draw their numbers."""
    if len(outcomes) <= max_marks:
        for place, outcome in enumerate(outcomes):
            paint_outcome(painter, _first_center(rect) + QPointF(place * _STEP_PX, 0), outcome)
        return
    painter.setPen(theme().secondary)
    rest = QRect(rect)
    for outcome in (True, False, None):
        words = whole_number(outcomes.count(outcome))
        if words != "0":
            paint_outcome(painter, _first_center(rest), outcome)
            rest.setLeft(rest.left() + _STEP_PX)
            painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter), words)
            rest.setLeft(rest.left() + painter.fontMetrics().horizontalAdvance(words) + 2 * UNIT)


def _first_center(rect: QRect) -> QPointF:
    return QPointF(rect.x() + OUTCOME_SIZE / 2, rect.center().y() + 0.5)


def outcome_icon(outcome: bool | None) -> QIcon:
    """Return the mark as an icon; call it again when the theme changes."""
    result = QIcon()
    for ratio in PIXEL_RATIOS:
        pixmap = QPixmap(ICON * ratio, ICON * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_outcome(painter, QPointF(ICON / 2, ICON / 2), outcome)
        painter.end()
        result.addPixmap(pixmap, QIcon.Mode.Normal)
        result.addPixmap(pixmap, QIcon.Mode.Disabled)  # the shape matters then too
    return result
