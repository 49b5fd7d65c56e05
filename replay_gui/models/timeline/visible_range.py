"""The part of a run that its timeline shows, and its axis."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.index.run_clock import RunClock
from replay_gui.core.index.run_index import NO_PAIR, RunIndex
from replay_gui.core.log.positions import EventIndex, Position, index_before
from replay_gui.core.numpy_on_demand import np
from replay_gui.models.run.listing import ALL_EVENTS, Listing
from replay_gui.models.timeline.aligned_axis import AlignedAxis
from replay_gui.models.timeline.timeline_axis import NUMBERS, TimeAxis, TimelineAxis, why_no_times
from replay_gui.models.timeline.timeline_marks import TimelineMarks
from replay_gui.models.timeline.timeline_scale import TimelineScale

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EVENTS_AROUND = 6  # shown on either side when zooming to an event


class VisibleRange(QObject):
    """The index of a run, the current position, and the range of positions that is visible.

    Attributes:
        position: the current position, 0 … index.count.
        view: the visible range of positions (start, end), floats, start < end.
        chosen: the first and the last position of a range to sum up, or None.
        axis: "number" or "time": the unit of the timeline.
        names_width: the width of the column of names beside the timeline, in pixels; None: the default.
        names_needed: the width at which no name would be cut, in pixels; 0 if it is not known.
        names_needed_beside: the same for the run with which this one is compared; 0 without one.
        waited: ns since the last event of a running run, by which its clock is advanced; 0 for an ended run.
        hides_bookkeeping: whether bookkeeping events are left out. listing: the events that the list shows.

    Signals:
        view_changed(): `view` has changed. chosen_changed(): `chosen` has changed.
        axis_changed(): `axis` has changed. names_changed(): `names_width` or what names need has changed.
        marks_changed(): `marks` have changed.
        bookkeeping_changed(): `hides_bookkeeping` has changed. filter_changed(): the filter of `listing` has changed.
    """

    view_changed = Signal()
    chosen_changed = Signal()
    axis_changed = Signal()
    names_changed = Signal()
    marks_changed = Signal()
    bookkeeping_changed = Signal()
    filter_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.position = Position(0)
        self.view: tuple[float, float] = (0.0, 1.0)
        self.chosen: tuple[Position, Position] | None = None
        self.axis = "number"
        self.names_width: int | None = None
        self.names_needed = self.names_needed_beside = 0
        self.hides_bookkeeping = True
        self.listing = ALL_EVENTS
        self._requested_axis = "number"
        self.waited = 0
        self._aligned: AlignedAxis | None = None
        self._shows_all = True  # the view shows the whole run, also while the index grows

    # Made when they are first used: the first window needs no arrays.
    @cached_property
    def index(self) -> RunIndex:
        """The columns of the events so far; empty if no run is open."""
        return RunIndex()

    @cached_property
    def marks(self) -> TimelineMarks:
        """The marks of a search or a comparison on the timeline."""
        return TimelineMarks()

    # ---- the visible range ------------------------------------------------------------------------
    def set_view(self, start: float, end: float) -> None:
        """Show positions start … end, clamped to the run and to the least span of its axis."""
        self._show_scale(self._scale(start, end).clamped(self.index.count))

    def fit_view(self) -> None:
        """Show the whole run, or both aligned runs."""
        self._show_scale(self._whole_scale())

    def zoom_to_event(self, position: Position) -> None:
        """Show the event from its request to its answer, with a margin."""
        pair = int(self.index.pair[index_before(position)])
        other = position if pair == NO_PAIR else pair + 1
        self.set_view(min(position, other) - _EVENTS_AROUND, max(position, other) + _EVENTS_AROUND)

    def scroll_to(self, position: Position) -> None:
        """Move the view just enough to show the position."""
        start, end = self.view
        if not start <= position <= end:
            self._show_scale(self._scale(start, end).showing(position, self.index.count))

    def take_index(self, index: RunIndex) -> None:
        """Use another index of the same run; the position stays, clamped to the run."""
        self.index, self.position = index, Position(min(self.position, index.count))
        self.update_axis()

    def follow_growth(self) -> None:
        """Show the whole run again, if it was shown before the index grew."""
        if self._shows_all:
            self.fit_view()

    @property
    def shows_all(self) -> bool:
        """Whether the view shows the whole run."""
        return self._shows_all

    def reset_view(self) -> None:
        """Show the whole of another run, without marks; only a change of the axis is emitted."""
        self.marks, self.chosen = TimelineMarks(), None
        self._shows_all = True
        self.update_axis()
        self.view = self._whole_scale().view

    def zoom(self, factor: float) -> None:
        """Show `factor` times as many events; the position keeps its place on the screen, or else the middle does."""
        start, end = self.view
        scale = self._scale(start, end)
        fixed = scale.pixel(self.position) if start <= self.position <= end else 0.5
        self._show_scale(scale.zoomed(factor, fixed, self.index.count))

    def pan(self, share: float) -> None:
        """Move the view by `share` of its length, towards the end (or, below 0, the start) of the run."""
        self._show_scale(self._scale(*self.view).panned(share, self.index.count))

    def _whole_scale(self) -> TimelineScale:
        axis = self.timeline_axis
        return TimelineScale(0.0, axis.extent(self.index.count), 1.0, axis)

    def _scale(self, start: float, end: float) -> TimelineScale:
        return TimelineScale.showing_range((start, end), 1.0, self.timeline_axis)

    def _show_scale(self, scale: TimelineScale) -> None:
        self._shows_all = scale.start <= 0.0 and scale.end >= scale.axis.extent(self.index.count) * (1 - 1e-12)
        view = scale.view
        if view != self.view:
            self.view = view
            self.view_changed.emit()

    # ---- a range to sum up ------------------------------------------------------------------------
    def choose_range(self, start: float, end: float) -> None:
        """Choose the events from one position to another, clamped to the run; none if no event is between them."""
        low, high = sorted((start, end))
        first, last = max(math.ceil(low), 1), min(math.floor(high), self.index.count)
        self._set_chosen((Position(first), Position(last)) if first <= last else None)

    @Slot()
    def forget_range(self) -> None:
        """Choose no range."""
        self._set_chosen(None)

    @Slot()
    def zoom_to_range(self) -> None:
        """Show the chosen range."""
        if self.chosen is not None:
            self.set_view(self.chosen[0] - 0.5, self.chosen[1] + 0.5)

    def _set_chosen(self, chosen: tuple[Position, Position] | None) -> None:
        if chosen != self.chosen:
            self.chosen = chosen
            self.chosen_changed.emit()

    # ---- the axis -------------------------------------------------------------------------------------
    def set_axis(self, axis: str) -> None:
        """Draw along event numbers ("number") or the clock ("time"); the latter once the run has times."""
        self._requested_axis = axis
        self.update_axis()

    @property
    def why_no_time(self) -> str:
        """Why the run cannot be drawn along the clock, in a sentence; "" if it can."""
        return why_no_times(self.index)

    @property
    def timeline_axis(self) -> TimelineAxis:
        """The mapping between positions and the coordinates of `axis`, or of the rows of a comparison."""
        if self._aligned is not None:
            return self._aligned
        clock = self.index.clock
        return NUMBERS if self.axis == "number" or not isinstance(clock, RunClock) else TimeAxis(clock, self.waited)

    def set_waited(self, ns: int) -> None:
        """Extend the clock after the last event by this many ns, for pending calls; 0: it ends there."""
        if ns != self.waited:
            self.waited = ns
            self.follow_growth()
            if self.axis == "time":
                self.view_changed.emit()

    def update_axis(self) -> None:
        """Draw along the requested axis, once the index has the data for it."""
        axis = "number" if self._requested_axis == "number" or self.why_no_time else "time"
        if axis != self.axis:
            self.axis = axis
            self.axis_changed.emit()
            self._show_again(self.view)

    # ---- along the rows of a comparison ---------------------------------------------------------------
    def align(self, aligned: AlignedAxis | None) -> None:
        """Draw along the rows of a comparison instead of `axis`, or along `axis` again; the view stays."""
        if aligned is not self._aligned:
            view, self._aligned = self.view, aligned
            self._show_again(view)
            self.axis_changed.emit()

    def show_coordinates(self, start: float, end: float) -> None:
        """Show the range between two coordinates of `timeline_axis`."""
        self._show_scale(TimelineScale(start, end, 1.0, self.timeline_axis).clamped(self.index.count))

    def _show_again(self, view: tuple[float, float]) -> None:
        """Show the same positions along another axis; if all were shown, all again."""
        if self._shows_all:
            self.fit_view()
        else:
            self.set_view(*view)

    def set_names_width(self, width: int | None) -> None:
        """Set the width of the column of names, in pixels, for later runs too; None: the default."""
        if width != self.names_width:
            self.names_width = width
            self.names_changed.emit()

    def set_names_needed(self, width: int) -> None:
        """Set the width that the names of the present run need, in pixels."""
        if width != self.names_needed:
            self.names_needed = width
            self.names_changed.emit()

    def set_names_needed_beside(self, width: int) -> None:
        """Set the width that the names of the other compared run need, in pixels; 0 without one."""
        if width != self.names_needed_beside:
            self.names_needed_beside = width
            self.names_changed.emit()

    def set_marks(self, marks: TimelineMarks) -> None:
        """Mark these events instead of those marked before; another run begins without any."""
        self.marks = marks
        self.marks_changed.emit()

    # ---- hidden events ----------------------------------------------------------------------------
    @Slot(bool)
    def show_bookkeeping(self, on: bool) -> None:
        """Show bookkeeping events in the list and on the timeline, or hide them, in later runs too."""
        if self.hides_bookkeeping == on:
            self.hides_bookkeeping = not on
            self.bookkeeping_changed.emit()

    def set_listing(self, listing: Listing) -> None:
        """Make steps go through the events that a list shows."""
        before, self.listing = self.listing.filter, listing
        if listing.filter != before:
            self.filter_changed.emit()

    def is_listed(self, start: EventIndex, stop: EventIndex) -> NDArray[np.bool_]:
        """Return whether each of the events start … stop - 1 is shown by the list."""
        filter_ = replace(self.listing.filter, bookkeeping=not self.hides_bookkeeping)
        return replace(self.listing, filter=filter_).shows(self.index, start, stop, self.marks.found)
