"""Tokens and cost below the timeline's lanes, along the same axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from replay_gui.core.log.positions import Position
from replay_gui.core.text.wording import cost_text
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, LABELS, LANE, LINE, SMALL_SIZE, TICKS, UNIT, theme, theme_events, ui_font
from replay_gui.models.session import Session
from replay_gui.models.timeline.spending_plot import SpendingPlot, round_up, token_words
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.widgets.parts.direction import left_to_right_painter
from replay_gui.widgets.timeline.timeline_density import column_edges
from replay_gui.widgets.timeline.timeline_hover import TimelineHover
from replay_gui.widgets.timeline.timeline_layout import names_px, plot_scale, wheel_factor
from replay_gui.widgets.timeline.timeline_painter import paint_triangle

if TYPE_CHECKING:
    from replay_gui.models.timeline.timeline_axis import FloatArray

TOKEN_WIDTHS = (1.0, 0.5, 1.0)  # of uncached input, cached input and output tokens, in shares of a column
_MIN_COLUMN_PX = 3 * UNIT  # average pixels per event from which each event has its own column
_TOKEN_WORDS = translatable(
    "Blue, at the bottom: input that is not from the cache. Grey and thin: input from the cache. Pink: output."
)
_COST_WORDS = translatable("The line is the cost so far.")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SpendingBand(QWidget):
    """Columns of the tokens used, and a line of the cost so far; empty if the run has neither.

    Each column stacks input, cached and output tokens. The columns are scaled to the visible range, whose maximum is
    shown at the top left; the line ends at the top, and the total is beside the name. A click seeks; the wheel zooms
    at the pointer. The triangle folds the band.

    Signals:
        fold_asked(): the triangle was clicked. known_changed(): `known` has changed.
    """

    fold_asked = Signal()
    known_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._plot: SpendingPlot | None = None
        self._folded = False
        self._still: QPixmap | None = None
        self._position = session.position  # that is painted, or will be
        self._scrubbing = False
        self._hover = TimelineHover(session, self)
        self._hover.rested.connect(self.show_hover)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(tr("Tokens and cost"))
        session.run_changed.connect(self.on_totals_changed)
        session.totals_changed.connect(self.on_totals_changed)
        session.report_changed.connect(self.request_totals)
        session.progress_changed.connect(self.request_totals)
        session.index_changed.connect(self.redraw)
        session.view_changed.connect(self.redraw)
        session.axis_changed.connect(self.redraw)
        session.names_changed.connect(self.redraw)
        session.position_changed.connect(self.on_position_changed)
        theme_events().changed.connect(self.redraw)
        self.on_totals_changed()

    @property
    def known(self) -> bool:
        """Whether the tokens or the cost of the run are known."""
        return self._plot is not None

    @property
    def hover(self) -> TimelineHover:
        """The hover card."""
        return self._hover

    def set_folded(self, folded: bool) -> None:
        """Show one line, or two with their scales."""
        if folded != self._folded:
            self._folded = folded
            self.updateGeometry()
            self.redraw()

    @Slot()
    def request_totals(self) -> None:
        """Request the totals after more urgent work."""
        session = self._session
        if session.index.complete and not session.working and session.totals is None:
            session.request_totals()

    @Slot()
    def on_totals_changed(self) -> None:
        totals = self._session.totals
        self._plot = SpendingPlot.of(totals.spending) if totals is not None and totals.spending.known else None
        if self._plot is not None:
            self.setAccessibleDescription(self._words())
        self._hover.leave()
        self.redraw()
        self.known_changed.emit()

    @Slot(object)
    def on_position_changed(self, position: Position) -> None:
        """Paint the line at the last position and at this one anew."""
        scale = self._scale
        for at in (self._position, position) if self.isVisible() else ():
            x = min(max(self._origin + scale.pixel(at), 0), self.width())
            self.update(round(x) - 2 * LINE, 0, 4 * LINE, self.height())
        self._position = position

    @Slot()
    def redraw(self) -> None:
        self._still = None
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of two lanes, or one if folded."""
        return QSize(6 * LABELS, LANE if self._folded else 2 * LANE)

    def minimumSizeHint(self) -> QSize:
        """Return the height of one lane."""
        return QSize(2 * LABELS, LANE)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Draw the picture again at the new size."""
        self.redraw()

    # ---- painting -----------------------------------------------------------------------------------
    @property
    def _scale(self) -> TimelineScale:
        return plot_scale(self.width(), self._session.view, self._session.timeline_axis, self._names)

    @property
    def _names(self) -> float:
        return names_px(self._session.names_width, self.width(), self._session.names_needed)

    @property
    def _origin(self) -> float:
        return self._names + GAP

    @property
    def _low(self) -> bool:
        """Whether there is only space for one line of text."""
        return self.height() < 2 * LANE - UNIT

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the cached picture, and the position."""
        if self._plot is None:
            return
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatioF() != ratio:
            self._still = self._picture(self._plot, ratio)
        painter = left_to_right_painter(self)
        painter.drawPixmap(0, 0, self._still)
        pixel = self._scale.pixel(self._session.position)
        if -GAP <= pixel <= self._scale.width + GAP:
            painter.fillRect(QRectF(round(self._origin + pixel) - LINE, 0, 2 * LINE, self.height()), theme().accent)
        painter.end()

    def _picture(self, plot: SpendingPlot, ratio: float) -> QPixmap:
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter, colors, room = (
            left_to_right_painter(pixmap),
            theme(),
            QRectF(self._names, 0, self.width() - self._names, self.height()),
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self._scale
        for pixel, _ in scale.ticks(TICKS):
            painter.fillRect(QRectF(round(self._origin + pixel), 0, LINE, self.height()), colors.grid)
        painter.fillRect(QRectF(self._names, 0, LINE, self.height()), colors.line)
        painter.fillRect(QRectF(self._names, self.height() - LINE, room.width(), LINE), colors.line)
        painter.setClipRect(room.adjusted(LINE, 0, 0, 0))
        most = self._paint_tokens(painter, plot, scale)
        if plot.cost:
            self._paint_cost(painter, plot, scale)
        if most and not self._low:
            self._paint_most(painter, token_words(most))
        painter.setClipping(False)
        self._paint_names(painter, plot)
        painter.end()
        return pixmap

    def _paint_tokens(self, painter: QPainter, plot: SpendingPlot, scale: TimelineScale) -> float:
        """Draw the columns; return the number of tokens at the top of their scale."""
        left, wide, counts = self._columns(plot, scale)
        most = float(counts.sum(axis=0).max(initial=0.0))
        if not most:
            return 0.0
        most, tall = round_up(most), self.height() - UNIT - LINE
        bottom = np.full(len(left), float(self.height() - LINE))
        painter.setPen(Qt.PenStyle.NoPen)
        for part, color, share in zip(counts, token_colors(), TOKEN_WIDTHS, strict=True):
            height = np.where(part > 0, np.maximum(part * (tall / most), LINE), 0.0)
            bottom = bottom - height
            painter.setBrush(color)
            boxes = np.column_stack((left + (1 - share) / 2 * wide, bottom, share * wide, height))[part > 0]
            painter.drawRects([QRectF(*box) for box in boxes.tolist()])
        return most

    def _columns(self, plot: SpendingPlot, scale: TimelineScale) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return (left edges, widths, counts) of the columns: one per event if they fit, else one per few pixels."""
        first, last = scale.position(-GAP), scale.position(scale.width + GAP)
        visible = plot.positions_between(first, last)
        if len(visible) * _MIN_COLUMN_PX <= scale.width:
            left = self._origin + scale.pixels(visible) - UNIT
            return left, np.full(len(visible), 2.0 * UNIT), plot.used_at(visible)
        edges = column_edges(scale)
        left = self._origin + scale.pixels_at(edges)
        return left[:-1], np.diff(left) - LINE, plot.used(scale.axis.positions(edges))

    def _paint_cost(self, painter: QPainter, plot: SpendingPlot, scale: TimelineScale) -> None:
        edges = column_edges(scale)
        spent = plot.cost_before(scale.axis.positions(edges))
        x = self._origin + scale.pixels_at(edges)
        y = self.height() - LINE - spent / max(plot.cost, float(spent.max())) * (self.height() - UNIT - 2 * LINE)
        painter.setPen(QPen(theme().memory, 1.5 * LINE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in np.column_stack((x, y)).tolist()]))

    def _paint_most(self, painter: QPainter, words: str) -> None:
        """Paint the maximum of the columns' scale on a readable background."""
        painter.setFont(ui_font(size=SMALL_SIZE))
        measure, ground = painter.fontMetrics(), QColor(theme().panel)
        ground.setAlphaF(0.8)
        box = QRectF(self._origin + LINE, 0, measure.horizontalAdvance(words) + 2 * UNIT, measure.height())
        painter.fillRect(box, ground)
        painter.setPen(theme().secondary)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_names(self, painter: QPainter, plot: SpendingPlot) -> None:
        colors = theme()
        lines = [(tr("Tokens"), token_words(plot.tokens))] if len(plot.positions) else []
        lines += [(tr("Cost"), cost_text(plot.cost))] if len(plot.paid) else []
        if self._low and len(lines) == 2:
            lines = [(tr("Tokens"), f"{lines[0][1]}, {lines[1][1]}")]
        high = self.height() / len(lines)
        for number, (name, total) in enumerate(lines):
            room = QRectF(GAP + UNIT, number * high, self._names - 2 * GAP - UNIT, high)
            painter.setFont(ui_font(size=SMALL_SIZE))
            painter.setPen(colors.secondary)
            painter.drawText(room, _RIGHT, total)
            painter.setFont(ui_font())
            painter.setPen(colors.text)
            painter.drawText(room, _LEFT, name)
        paint_triangle(painter, QPointF((GAP + UNIT) / 2, high / 2), self._folded)

    # ---- the pointer --------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move the position, or fold the band at its triangle."""
        self._hover.leave()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.position().x() >= self._names:
            self._scrubbing = True
            self._seek(event.position().x())
        elif event.position().x() <= GAP + UNIT:
            self.fold_asked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the position while the button is held; else show the hover card of the point."""
        if self._scrubbing:
            self._seek(event.position().x())
            return
        over = event.position().x() <= GAP + UNIT
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        self._hover.follow(event.position().toPoint())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End moving the position."""
        self._scrubbing = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse."""
        self._hover.leave()
        factor = wheel_factor(event.angleDelta().y())
        pixel = event.position().x() - self._origin
        self._session.set_view(*self._scale.zoomed(factor, pixel, self._session.index.count).view)
        event.accept()

    def leaveEvent(self, _event: QEvent) -> None:
        """Hide the hover card."""
        self._hover.leave()

    def _seek(self, x: float) -> None:
        self._session.seek(self._scale.nearest(x - self._origin, self._session.index.count))

    @Slot(QPoint)
    def show_hover(self, point: QPoint) -> None:
        """Show the usage in the column at a point, and the cost until then."""
        if self._plot is None:
            return
        if point.x() < self._names:
            self._hover.show_words(tr("Tokens and cost"), self._words(), self.mapToGlobal(point))
            return
        scale = self._scale
        pixel = point.x() - self._origin
        left, wide, counts = self._columns(self._plot, scale)
        there = np.flatnonzero((left <= point.x() + UNIT / 2) & (point.x() - UNIT / 2 <= left + wide))
        used = counts[:, there].sum(axis=1)
        parts = _token_parts(*used.tolist()) if used.any() else []
        if len(self._plot.paid):
            spent = self._plot.cost_before(np.array([scale.position(pixel) + 0.5]))[0]
            parts.append(tr("{cost} so far", cost=cost_text(float(spent))))
        if not parts:
            self._hover.hide()
            return
        self._hover.show_words(tr("Tokens used here"), " · ".join(parts), self.mapToGlobal(point))

    def _words(self) -> str:
        """Return the usage of the whole run, in words."""
        assert self._plot is not None, "nothing is said without a plot"
        parts = _token_parts(*self._plot.sums[:, -1].tolist()) if len(self._plot.positions) else []
        sums = " · ".join([*parts, cost_text(self._plot.cost)] if len(self._plot.paid) else parts)
        meanings = [tr(_TOKEN_WORDS)] * bool(parts) + [tr(_COST_WORDS)] * bool(len(self._plot.paid))
        return "\n".join([sums, *meanings])


def _token_parts(uncached: float, cached: float, output: float) -> list[str]:
    read, written = whole_number(round(uncached + cached)), whole_number(round(output))
    if cached:
        words = tr("{tokens} in ({cached} cached)", tokens=read, cached=whole_number(round(cached)))
    else:
        words = tr("{tokens} in", tokens=read)
    return [words, tr("{tokens} out", tokens=written)]


def token_colors() -> tuple[QColor, QColor, QColor]:
    """Return the colours of uncached input, cached input and output tokens."""
    colors = theme()
    return colors.observation, colors.faint, colors.decision
