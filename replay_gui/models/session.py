"""The state of a window about one run: the open run, the position, the visible range.

Widgets read from the session and send requests through it; none is connected to the engine or to another widget.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import assert_never

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.importers.run_choice import possible_files
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import RUN_START, EventIndex, Position, position_moved
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.answers import (
    Alert,
    ComparisonAnswer,
    FactsChanged,
    IndexGrew,
    PositionState,
    Progress,
    Rows,
    RunFacts,
    RunOpened,
    SearchFailed,
    SearchResult,
    Totals,
)
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.evaluation_answer import RunsAnswer
from replay_gui.engine.follower.follow_messages import FileGrew, Followed, FollowState
from replay_gui.engine.marks_answer import EffectsCorrected, MarksFound
from replay_gui.engine.panels.panel_messages import PanelAnswer
from replay_gui.engine.queries.report_messages import MakeReport, NotReported, Reported, ReportProgress, StopReport
from replay_gui.engine.queries.value_messages import ValueAnswer
from replay_gui.engine.requests import (
    Answer,
    ClearCache,
    Close,
    Find,
    GetRows,
    GetTotals,
    Open,
    Request,
    RequestBody,
    RunAnswer,
    Seek,
    Side,
    StopWork,
    WorkEnded,
)
from replay_gui.engine.sessions_messages import SourceAnswer
from replay_gui.models.pacer import Pacer
from replay_gui.models.run.run_following import RunFollowing
from replay_gui.models.run.run_marks import RunMarks
from replay_gui.models.source_session import LastPositionsOf, SourceSession
from replay_gui.models.timeline.event_steps import next_error, next_in_lane, step_position
from replay_gui.models.timeline.visible_range import VisibleRange
from replay_gui.models.values.run_values import RunValues

SEEK_INTERVAL_MS = 100  # the longest time between two requests for states, so that moving does not wait for them


class Session(VisibleRange):
    """The open run of one side, as the window shows it.

    Attributes:
        side: A or B. facts: the open run's RunFacts, or None.
        bridge: to the engine, which the sessions of a window share; None for a session without one.
        index, position, view, axis, marks: see VisibleRange; `position_state` may lag behind `position`.
        position_state: the last PositionState that came, or None. report: the VerificationReport, or None before it.
        working: whether there is background work. totals: the run's usage, or None while it is not known.
        format: the importer that the user has chosen, or None. last_positions: at which the user left each run.
        sources: requests about files. run_marks, values: of the run. following: whether its file is followed.

    Signals:
        run_changed(): another run, or none, is open; everything else was reset.
        facts_changed(): `facts` of the same run has changed. index_changed(): `index` covers more events.
        events_changed(): the file was imported again, and some events have changed; index_changed() follows.
        position_changed(object): the user moved to this Position; panels that follow at once (scrubber, list) use this.
        position_state_changed(): `position_state` has changed; panels that need data use this.
        report_changed(): `report` has changed. rows_ready(object): Rows that were requested.
        progress_changed(object): Progress of the background work, or None at its end.
        totals_changed(): `totals` is known. reported(object): ReportAnswer. found(object): SearchResult, SearchFailed.
        panel_answered(object): a PanelAnswer. alert_raised(object): an Alert to show as a banner.
        alerts_cleared(): banners of the earlier run are void.
    """

    run_changed = Signal()
    facts_changed = Signal()
    index_changed = Signal()
    events_changed = Signal()
    position_changed = Signal(object)
    position_state_changed = Signal()
    report_changed = Signal()
    rows_ready = Signal(object)
    progress_changed = Signal(object)
    found = Signal(object)
    totals_changed = Signal()
    reported = Signal(object)
    panel_answered = Signal(object)
    alert_raised = Signal(object)
    alerts_cleared = Signal()

    def __init__(self, parent: QObject | None = None, bridge: EngineBridge | None = None, side: Side = Side.A) -> None:
        """Without a bridge no request is sent. The session of side A owns the bridge."""
        super().__init__(parent)
        self.side, self.bridge = side, bridge
        self.facts: RunFacts | None = None
        self.position_state: PositionState | None = None
        self.report: VerificationReport | None = None
        self.working = False
        self.totals: Totals | None = None
        self.format: str | None = None
        self._run = self._last_run = 0  # of the run shown, answers about earlier ones are stale; the last given out
        self.last_positions: LastPositionsOf | None = None
        self._pending_position: Position | None = None  # the position to begin at, which the index does not cover yet
        self.following = RunFollowing(self.send_request, side is Side.A, self)
        self.following.grew.connect(self._on_grown)
        self.facts_changed.connect(self.following.check)
        self._pacer = Pacer(SEEK_INTERVAL_MS, self)
        self._pacer.due.connect(self.request_state)
        self.sources, self.run_marks = SourceSession(bridge, self), RunMarks(self.send_request, self)
        self.values = RunValues(self.send_request, self)
        self.facts_changed.connect(self.values.trace_again)
        self.following.changed.connect(self.run_marks.keep_until_read)
        for signal in (self.progress_changed, self.index_changed):
            signal.connect(self._start_marks_if_read)
        if bridge is not None:
            if side is Side.A:
                bridge.setParent(self)
            bridge.answered.connect(self._on_answered)

    def close(self) -> None:
        """End the engine, if the session owns it. The session cannot be used afterwards."""
        self.following.watch("")
        self._pacer.stop()
        if self.bridge is not None and self.side is Side.A:
            self.bridge.close()

    @property
    def number(self) -> int:
        """The number of the run shown, in the order in which runs of this side were opened."""
        return self._run

    @property
    def is_latest(self) -> bool:
        """Whether the run shown is the last one that was requested."""
        return self._run == self._last_run

    # ---- moving: every method clamps to the run -------------------------------------------------
    @Slot(object)
    def seek(self, position: Position) -> None:
        """Make `position` the current one, and request its state."""
        self._pending_position = None
        if self._set_position(position):
            self._pacer.request()

    def follow(self, position: Position) -> None:
        """Make `position` the current one without requesting its state; `request_state` does that later."""
        self._pending_position = None
        self._set_position(position)

    @Slot()
    def request_state(self) -> None:
        """Request the state at the current position."""
        self.send_request("seek", Seek(self.position))

    def step(self, delta: int) -> None:
        """Move by a number of events; only listed events count."""
        if not self.listing.shows_all:
            self.seek(step_position(self.index, self.position, delta, self.is_listed))
        elif self.hides_bookkeeping:
            self.seek(step_position(self.index, self.position, delta))
        else:
            self.seek(position_moved(self.position, delta))

    def step_in_lane(self, delta: int) -> None:
        """Move to the next (delta > 0) or previous event of the current event's kind and tool."""
        self.seek(next_in_lane(self.index, self.position, forward=delta > 0))

    def step_to_error(self, forward: bool) -> None:
        """Move to the next or previous error of the agent, its tools or the log, among the listed events."""
        is_listed = None if self.listing.shows_all else self.is_listed
        self.seek(next_error(self.index, self.report, self.position, forward, is_listed))

    def _set_position(self, position: Position) -> bool:
        """Set the position, clamped to the run; return whether it has changed."""
        position = Position(min(max(position, 0), self.index.count))
        if position == self.position:
            return False
        self.position = position
        self.position_changed.emit(position)
        self.scroll_to(position)
        return True

    # ---- requests ---------------------------------------------------------------------------------
    def request_rows(self, start: EventIndex, stop: EventIndex) -> None:
        """Request the rows of the events start … stop - 1, for rows_ready. A newer request replaces a queued one."""
        if self.facts is not None:
            self.send_request("rows", GetRows(start, stop))

    def request_tip(self, start: EventIndex, stop: EventIndex) -> None:
        """Request rows for the tooltip; it neither replaces requests for rows nor is replaced by them."""
        if self.facts is not None:
            self.send_request("tip", GetRows(start, stop))

    def request_search(self, question: Find) -> None:
        """Request a search for a text; a newer one ends it."""
        if self.facts is not None:
            self.send_request("find", question)

    def request_report(self, question: MakeReport | StopReport) -> None:
        """Request a report instead of the current one, or end that; `reported` has the progress."""
        if self.facts is not None:
            self.send_request("report", question)

    def open(self, path: str, position: Position = RUN_START, format: str | None = None, paired: bool = False) -> None:
        """Open a run; emits run_changed, or alert_raised with the reason of the failure.

        Args:
            position: to begin at, clamped to the run; 0: the position at which the user left the run.
            format: an importer's name; None: recognised by the content. paired: see the request.
        """
        left = self.last_positions
        last = () if left is None else tuple(one for file in possible_files(path) for one in left(file).items())
        self._last_run += 1
        self.send_request("open", Open(path, format, position or None, last, paired), self._last_run)

    def request_totals(self) -> None:
        """Request tokens and cost of the run; emits `totals_changed`."""
        if self.facts is not None and self.totals is None:
            self.send_request("totals", GetTotals())

    def close_run(self) -> None:
        """Close the run; the welcome page is shown."""
        self._last_run += 1
        self.send_request("open", Close(), self._last_run)
        self._show_run(self._last_run, None)

    def reload(self) -> None:
        """Open the same file again, at the same position, clamped to the run."""
        if self.facts is not None:
            self.open(self.facts.given, self.position, self.format)

    def cancel_work(self) -> None:
        """Stop background work (the user's Cancel button)."""
        self.send_request("stop", StopWork())

    def clear_cache(self) -> None:
        """Clear the caches, except for the open runs; `alert_raised` reports the size."""
        self.send_request("cache", ClearCache())

    def send_request(self, key: Hashable, question: RequestBody, run: int | None = None) -> None:
        """Send a request about the open run; it replaces a waiting one with the same key."""
        if self.bridge is not None:
            self.bridge.send_request(key, Request(self._run if run is None else run, question, self.side))

    # ---- answers of the engine ----------------------------------------------------------------------
    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.side is not self.side:
            return
        value, is_current = answer.value, answer.run >= self._run  # of the run shown, or of one that is being opened
        match value:
            case RunOpened():
                if answer.run > self._run:
                    self._show_run(answer.run, value)
            case Alert():
                if is_current:
                    self.alert_raised.emit(value)
            case Progress() | WorkEnded():
                if is_current:
                    self._set_working(value if isinstance(value, Progress) else None)
            case ComparisonAnswer() | RunsAnswer() | SourceAnswer():
                pass  # answers to other sessions
            case _:
                if answer.run == self._run:
                    self._on_run_answer(value)

    def _on_run_answer(self, value: RunAnswer) -> None:
        """Handle an answer about the shown run."""
        match value:
            case FactsChanged(facts):
                self.facts = facts
                self.facts_changed.emit()
            case IndexGrew() | Followed() | FileGrew():
                self.following.on_following_message(value)
            case PositionState():
                self._pacer.on_answered()
                self._show_state(value)
            case Rows():
                self.rows_ready.emit(value)
            case SearchResult() | SearchFailed():
                self.found.emit(value)
            case Totals():
                self.totals = value
                self.totals_changed.emit()
            case ReportProgress() | Reported() | NotReported():
                self.reported.emit(value)
            case VerificationReport():
                self.report = value
                self.report_changed.emit()
            case MarksFound() | EffectsCorrected():
                self.run_marks.on_answer(value)
            case ValueAnswer():
                self.values.on_answer(value)
            case PanelAnswer():
                self.panel_answered.emit(value)
            case _:
                assert_never(value)

    def _show_run(self, number: int, opened: RunOpened | None) -> None:
        """Show another run, at the position at which it was opened, or none."""
        self._run = number
        state = None if opened is None else opened.state
        self.facts, self.index, self.format = None, RunIndex(), None
        if opened is not None:
            self.facts, self.index, self.format = opened.facts, opened.index, opened.format
        self.position = Position(0) if state is None else state.position
        self.position_state, self.report, self.totals = None, None, None
        self._pending_position = None if opened is None or opened.start == self.position else opened.start
        self.reset_view()
        self.following.watch("" if self.facts is None else self.facts.path)
        self._set_working(None)
        self.run_marks.forget()
        self.values.trace_again()
        self.alerts_cleared.emit()
        self.run_changed.emit()
        self.position_changed.emit(self.position)
        if opened is None:
            return
        if state is None:
            self.request_state()
        elif state.position == self.position:  # otherwise the user has moved meanwhile, and that state is requested
            self._show_state(state)
        self._seek_pending()

    def _show_state(self, state: PositionState) -> None:
        self.position_state = state
        self.position_state_changed.emit()

    @Slot(object)
    def _on_grown(self, grown: IndexGrew) -> None:
        before, at_end = self.position, self.following.is_on and 0 < self.position == self.index.count
        self.take_index(grown.index)
        if self.following.state is FollowState.GROWING and self.report is not None:  # it is out of date
            self.report = None
            self.report_changed.emit()
        if grown.first_changed is not None:
            self.events_changed.emit()
        self.index_changed.emit()
        self.follow_growth()
        if self.position != before:
            self.position_changed.emit(self.position)
            self.request_state()
        elif at_end:
            self.seek(Position(self.index.count))
        self._seek_pending()

    def _seek_pending(self) -> None:
        """Go to the position to begin at, once the index covers it, or is complete and ends before it."""
        pending = self._pending_position
        if pending is not None and (pending <= self.index.count or self.index.complete):
            self.seek(pending)

    def _set_working(self, progress: Progress | None) -> None:
        if progress is not None or self.working:
            self.working = progress is not None
            self.progress_changed.emit(progress)

    @Slot()
    def _start_marks_if_read(self) -> None:
        if self.index.complete and not self.working:
            self.run_marks.on_read()
