"""The run on lanes over its events, with the position as one line: the scrubber."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import Position
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.bookmark import BOOKMARK_PX
from replay_gui.look.theme import GAP, LABELS, LANE_MIN, MARK, UNIT, theme_events
from replay_gui.models.session import Session
from replay_gui.models.timeline.lane_hit import event_near, events_within
from replay_gui.models.timeline.lane_words import SNAPSHOT_WORDS, lane_words
from replay_gui.models.timeline.lanes import MORE_TOOLS, Lane, Lanes, max_tool_lanes
from replay_gui.models.timeline.subagents import Subagents
from replay_gui.models.timeline.timeline_choice import ALL_LANES, BOOKKEEPING, LaneChoice
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.widgets.timeline.names_border import NamesBorder
from replay_gui.widgets.timeline.origin_arcs import paint_highlights
from replay_gui.widgets.timeline.timeline_gestures import TimelineGestures
from replay_gui.widgets.timeline.timeline_hover import TimelineHover
from replay_gui.widgets.timeline.timeline_layout import (
    WHEEL_NOTCH,
    TimelineLayout,
    height_of,
    names_px,
    tools_that_fit,
    wheel_factor,
)
from replay_gui.widgets.timeline.timeline_menu import TimelineMenu
from replay_gui.widgets.timeline.timeline_painter import (
    has_fold_triangle,
    names_width,
    paint_area,
    paint_focus_ring,
    paint_no_events,
    paint_position,
    paint_range,
    position_area,
    position_text,
)
from replay_gui.widgets.timeline.timeline_pictures import TimelinePictures

KEY_PAN_SHARE = 0.1  # of the visible range
HELP = translatable(
    "Left and Right step by events, with Shift within the lane; Home and End go to the ends; "
    "the menu View zooms and pans; the menu key chooses lanes."
)


class Timeline(QWidget):
    """All events of the session's run on lanes.

    Click a mark: go to its event; double click: zoom to it. Click or drag elsewhere: go there. Right button, or Shift,
    and drag: zoom to an area. Middle button, or Ctrl or Alt, and drag: pan. On the axis, drag: choose a range to sum
    up, double click in it: zoom to it. Wheel: zoom at the pointer, with Shift pan. A triangle beside a name folds; the
    menu of the names hides, and their border can be dragged. Keys: see HELP. `compact`: no numbers below.

    Everything but the position is drawn once into a pixmap; moving the position redraws only the line.

    Signals:
        lanes_changed(): the lanes and the wanted height have changed.
    """

    lanes_changed = Signal()

    def __init__(self, session: Session, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._compact = session, compact
        self._choice, self._lanes = ALL_LANES, Lanes()
        self._pictures = TimelinePictures(self, self._made_scene, self._layout, lambda: self.scale)
        self._position = session.position  # that is painted, or will be
        self._ring = False  # the focus came by the keyboard
        self._hands = TimelineGestures(self, session, lambda: self.scale, self._layout, self.event_at)
        self._names = NamesBorder(self, session, self._layout, lambda: names_width(self._shown()))
        self._hover = TimelineHover(session, self)
        self._hover.rested.connect(self.show_hover)
        self._hover.highlighted_changed.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(tr("Timeline"))
        self.setAccessibleDescription(tr(HELP))
        session.run_changed.connect(self.on_run_changed)
        session.index_changed.connect(self.on_index_changed)
        session.events_changed.connect(self.on_run_changed)
        session.totals_changed.connect(self.on_totals_changed)
        session.position_changed.connect(self.on_position_changed)
        for signal in (session.following.changed, theme_events().changed):
            signal.connect(self.on_scene_changed)
        for signal in (session.report_changed, session.marks_changed, session.run_marks.changed):
            signal.connect(self.on_marks_changed)
        session.view_changed.connect(self.redraw)
        session.axis_changed.connect(self.redraw)
        session.chosen_changed.connect(self.update)
        session.filter_changed.connect(self.on_scene_changed)
        session.names_changed.connect(self.on_names_changed)
        session.bookkeeping_changed.connect(self.on_bookkeeping_changed)
        self.on_run_changed()

    @property
    def _shown_choice(self) -> LaneChoice:
        return self._without_bookkeeping(self._choice)

    def _without_bookkeeping(self, choice: LaneChoice) -> LaneChoice:
        return choice.without(BOOKKEEPING) if self._session.hides_bookkeeping else choice

    @Slot()
    def on_bookkeeping_changed(self) -> None:
        self.choose(self._choice)

    # ---- content ----------------------------------------------------------------------------------
    @property
    def scale(self) -> TimelineScale:
        """The scale of the visible range, at the present size."""
        return self._layout().scale(self._session.view, self._session.timeline_axis)

    @property
    def rows(self) -> tuple[Lane, ...]:
        """The lanes from top to bottom."""
        return self._shown().lanes

    @property
    def choice(self) -> LaneChoice:
        """The lanes that the user has chosen; `choose` replaces it."""
        return self._choice

    @Slot(object)
    def choose(self, choice: LaneChoice) -> None:
        """Fold and hide lanes."""
        self._choice = choice
        self.updateGeometry()
        self.on_scene_changed()
        self.lanes_changed.emit()

    def x_of(self, position: float) -> float:
        """Return the x coordinate of a position, in pixels of this widget."""
        return self._layout().origin + self.scale.pixel(position)

    @Slot()
    def on_run_changed(self) -> None:
        self._lanes = Lanes()
        self.on_scene_changed()
        self.on_index_changed()

    @Slot()
    def on_index_changed(self) -> None:
        wanted = self._lanes.row_count(self._shown_choice)
        self._lanes = self._lanes.with_events(self._index)
        self.on_marks_changed()
        if self._lanes.row_count(self._shown_choice) != wanted:
            self.updateGeometry()
            self.lanes_changed.emit()

    @Slot()
    def on_totals_changed(self) -> None:
        totals = self._session.totals
        if totals is not None and totals.nesting.paths:
            self._lanes = self._lanes.with_subagents(Subagents.of(totals.nesting))
            self.choose(self._choice)

    @Slot(object)
    def on_position_changed(self, position: Position) -> None:
        if self.isVisible():
            self.update(position_area(self._layout(), self.scale, self._position, position))
        self._position = position

    @Slot()
    def on_scene_changed(self) -> None:
        self._pictures.forget_scene()
        self._names.fit()
        self.update()

    @Slot()
    def on_marks_changed(self) -> None:
        self._pictures.renew_scene()
        self._names.fit()

    @Slot()
    def on_names_changed(self) -> None:
        self._pictures.forget_names()
        self.update()

    @Slot()
    def redraw(self) -> None:
        self._pictures.forget_plot()
        self.update()

    @property
    def _index(self) -> RunIndex:
        return self._session.index

    def _layout(self) -> TimelineLayout:
        session = self._session
        names = names_px(session.names_width, self.width(), max(session.names_needed, session.names_needed_beside))
        return TimelineLayout(self.width(), self.height(), len(self._shown().lanes), self._compact, names)

    def _shown(self) -> TimelineScene:
        return self._pictures.scene()

    def _made_scene(self) -> TimelineScene:
        others = self._lanes.row_count(self._shown_choice, 1) - 1
        lanes = self._lanes.rows(
            self._shown_choice, tools_that_fit(self.height(), others, max_tool_lanes(self._choice), self._compact)
        )
        session, marks = self._session, self._session.marks
        of_run = session.run_marks
        marks = of_run.notes_on(marks) if self._compact else of_run.on_timeline(marks)
        broken = None if session.report is None else session.report.first_broken
        return TimelineScene(
            index=self._index,
            lanes=lanes,
            marks=marks,
            filter=session.listing.filter,
            broken=broken,
            goes_on=session.following.is_on,
        )

    def sizeHint(self) -> QSize:
        """Return the size with all lanes at their full height."""
        return QSize(6 * LABELS, height_of(self._lanes.row_count(self._shown_choice), self._compact))

    def minimumSizeHint(self) -> QSize:
        """Return the size with all lanes at their minimum height."""
        return QSize(2 * LABELS, height_of(self._lanes.row_count(self._shown_choice, 1), self._compact, LANE_MIN))

    # ---- painting -----------------------------------------------------------------------------------
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the cached pictures, and the position."""
        painter = QPainter(self)
        if not self._index.count:
            paint_no_events(painter, self._layout(), self._index.complete)
        else:
            plot, names = self._pictures.pictures()
            painter.drawPixmap(0, 0, plot)
            painter.drawPixmap(0, 0, names)
            words = position_text(self._index, self._session.position, self._session.axis)
            paint_position(painter, self._layout(), self.scale, self._session.position, words)
        if self._hover.highlighted:
            paint_highlights(painter, self._layout(), self.scale, self._shown(), self._hover.highlighted)
        if self._session.chosen is not None and self._index.count:
            paint_range(painter, self._layout(), self.scale, self._session.chosen)
        if self._hands.area:
            paint_area(painter, self._layout(), *self._hands.area)
        if self._ring:
            paint_focus_ring(painter, self._layout())
        painter.end()

    # ---- the pointer --------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture; fold a group at its triangle."""
        self._hover.leave()
        if self._hands.press(event) or event.button() != Qt.MouseButton.LeftButton:
            return
        if lane := self._triangle_at(event.position()):
            self.choose(self._choice.toggled(lane.group))
        elif lane := self._more_at(event.position()):
            if self._choice.many_tools:  # there is no room for more lanes
                self.lane_menu(lane).popup(event.globalPosition().toPoint())
            else:
                self.choose(replace(self._choice, many_tools=True))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Continue the gesture; else show the hover card of the point."""
        if not self._hands.move(event):
            over = (self._triangle_at(event.position()) or self._more_at(event.position())) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            self._hover.follow(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture."""
        self._hands.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom to an event or to the chosen range; elsewhere, it is a click."""
        if not self._hands.double_click(event):
            super().mouseDoubleClickEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse; sideways or with Shift, pan."""
        self._hover.leave()
        across, down = event.angleDelta().x(), event.angleDelta().y()
        if across or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            pixels = -(across or down) / WHEEL_NOTCH * KEY_PAN_SHARE * self.scale.width
            self._hands.view(self.scale.panned(pixels, self._index.count))
        else:
            self._hands.zoom(wheel_factor(down), event.position().x() - self._layout().origin)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu of the lanes; in the plot the right button draws an area."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        if not by_key and event.pos().x() >= self._layout().names:
            return  # there the right button draws an area
        row = None if by_key else self._layout().row_at(event.pos().y())
        menu = self.lane_menu(None if row is None else self.rows[row])
        menu.popup(self.mapToGlobal(QPoint(GAP, GAP)) if by_key else event.globalPos())

    def lane_menu(self, lane: Lane | None) -> TimelineMenu:
        """Return the menu of the lanes, opened at the name of this lane."""
        lanes = self._lanes.rows(self._without_bookkeeping(self._choice.with_all()))
        menu = TimelineMenu(self._choice, lanes, lane, self._session, self)
        menu.chosen.connect(self.choose)
        return menu

    def _triangle_at(self, point: QPointF) -> Lane | None:
        layout = self._layout()
        row = layout.row_at(point.y())
        if row is None or not layout.triangle(row).contains(point) or not has_fold_triangle(self.rows, row):
            return None
        return self.rows[row]

    def _more_at(self, point: QPointF) -> Lane | None:
        """Return the lane of the other tools, if its name is at this point."""
        layout = self._layout()
        row = layout.row_at(point.y())
        if row is None or point.x() >= layout.names or self.rows[row].key != MORE_TOOLS:
            return None
        return self.rows[row]

    # ---- hover ----------------------------------------------------------------------------------------
    def event_at(self, point: QPointF) -> Position | None:
        """Return the position of the event at a point, or None."""
        layout = self._layout()
        row = layout.row_at(point.y())
        if row is None or point.x() < layout.names or not self._index.count:
            return None
        lane = layout.lane(row)
        height, pixel = (point.y() - lane.top()) / lane.height(), point.x() - layout.origin
        return event_near(
            self.rows[row],
            self._index,
            self.scale,
            pixel=pixel,
            height=height,
            max_pixels=MARK,
            goes_on=self._shown().goes_on,
        )

    @Slot(QPoint)
    def show_hover(self, point: QPoint) -> None:
        """Show a card on the marks at the upper edge, on the event, or over the names on the lane."""
        layout, event = self._layout(), self.event_at(QPointF(point))
        row, pixel, at = layout.row_at(point.y()), point.x() - layout.origin, self.mapToGlobal(point)
        near = self.scale.position(pixel - UNIT), self.scale.position(pixel + UNIT)
        on_edge = not self._compact and point.y() < BOOKMARK_PX[1] and point.x() >= layout.names
        if on_edge and self._hover.show_marks(*near, at):
            return
        on_edge = not self._compact and abs(point.y() - layout.plot.bottom()) <= MARK / 2
        if on_edge and self._shown().has_snapshot(*near):
            self._hover.show_words(tr("Snapshot"), tr(SNAPSHOT_WORDS), at)
        elif event is not None and row is not None:
            self._hover.show_event(event, events_within(self.rows[row], self.scale, pixel, UNIT / 2) - 1, at)
        elif row is not None and point.x() < layout.names and self._index.count:
            words = lane_words(self.rows[row], self._shown().marks)
            self._hover.show_words(one_line(self.rows[row].title), words, at)

    @property
    def hover(self) -> TimelineHover:
        """The hover card."""
        return self._hover

    # ---- keys, and a ring while the focus came by key ------------------------------------------------------
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Paint the focus ring if the focus came by the keyboard."""
        self._ring = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remove the focus ring."""
        self._ring = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by the arrows, with Shift within the lane; the window's actions zoom and pan."""
        session = self._session
        in_lane = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right as key:
                delta = 1 if key == Qt.Key.Key_Right else -1
                if in_lane:
                    session.step_in_lane(delta)
                else:
                    session.step(delta)
            case Qt.Key.Key_Home:
                session.seek(Position(0))
            case Qt.Key.Key_End:
                session.seek(Position(self._index.count))
            case Qt.Key.Key_Escape if self._hands.give_up():
                pass
            case _:
                super().keyPressEvent(event)
