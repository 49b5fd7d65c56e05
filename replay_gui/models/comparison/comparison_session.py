"""The state of a comparison in the window: two sessions, the result of the engine, the chosen row."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from functools import partial, reduce
from typing import assert_never

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.log.positions import NO_EVENT, RUN_START, EventIndex, Position, index_before, position_after
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import (
    Alert,
    AlignedRows,
    Compared,
    ComparisonAnswer,
    EarlyDifferenceFound,
    Progress,
    Step,
)
from replay_gui.engine.requests import (
    Answer,
    Close,
    Compare,
    GetAligned,
    Request,
    RequestBody,
    Side,
    StopWork,
    WorkEnded,
)
from replay_gui.models.comparison.aligned_timelines import AlignedTimelines
from replay_gui.models.comparison.comparison_cursor import ComparisonCursor
from replay_gui.models.comparison.comparison_following import ComparisonFollowing
from replay_gui.models.comparison.comparison_navigation import NO_ROW, events_at, first_row, mark_divergences
from replay_gui.models.comparison.comparison_states import (
    Anchors,
    Comparing,
    ComparisonState,
    ComparisonValue,
    EventPair,
    Idle,
    Opening,
    Shown,
    Stopped,
    with_anchor,
)
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.models.comparison.run_pair import RunPair
from replay_gui.models.event_loop_queue import EventLoopQueue
from replay_gui.models.session import Session
from replay_gui.models.timeline.timeline_marks import TimelineMarks


class ComparisonSession(ComparisonCursor):
    """The comparison of the runs of both sides, as the window shows it.

    A *row* is a row of the alignment.

    Attributes:
        rules: the RuleBook. state: one of comparison_states.
        number: of the comparison; answers about earlier ones are stale.
        anchors: pairs of event indexes that the user aligned by hand.
        first_difference: index of the first event whose content differs, before the result is known; otherwise None.
        b_grows: whether the log in B is still being written, so that its end may follow.
        following: reads growing runs again.

    Signals:
        active_changed(): `active` has changed. compared_changed(): `compared` or `fresh` has changed.
        first_difference_seen(): `first_difference` is known.
        rows_ready(object): AlignedRows. anchors_changed(): `anchors` have changed.
        progress_changed(object), alert_raised(object), alerts_cleared(): as of a Session.
    """

    active_changed = Signal()
    compared_changed = Signal()
    first_difference_seen = Signal()
    rows_ready = Signal(object)
    anchors_changed = Signal()
    progress_changed = Signal(object)
    alert_raised = Signal(object)
    alerts_cleared = Signal()

    def __init__(self, a: Session, parent: QObject | None = None) -> None:
        super().__init__(a, Session(None, a.bridge, Side.B), parent)
        self.b.setParent(self)
        self.rules = RuleBook(a.sources, self)
        self.state: ComparisonState = Idle()
        self.first_difference: EventIndex | None = None
        self.anchors: Anchors = ()
        self.number = 0
        self.b_grows = False
        self._first_row = NO_ROW  # the step that was shown first automatically
        self._pair = RunPair(a, self.b, self)
        self._timelines = AlignedTimelines(a, self.b, self)
        self.following = ComparisonFollowing(
            a, self.b, self, read_again=self.read_again, is_working=lambda: self.working
        )
        self.following.alert_raised.connect(self.alert_raised)
        for signal in (self.compared_changed, self.progress_changed):
            signal.connect(self.following.on_progress)
        self._showing = EventLoopQueue(self)  # marks and the first row of a result, after its causes and rows
        self._pair.opened.connect(self._on_opened)
        self._pair.replaced.connect(self.end)
        self._pair.alert_raised.connect(self._on_b_alert)
        self._pair.refused.connect(self._on_refused)
        self.b.progress_changed.connect(self._on_b_progress)
        self.rules.loaded.connect(self._on_rules_loaded)
        self.rules.changed.connect(self.compare)
        self.rules.changed.connect(self._use_effects)
        self.rules.alert_raised.connect(self.alert_raised)
        a.run_marks.rules_wanted.connect(self._read_rules)
        a.run_marks.correction_made.connect(self.rules.set_effect)
        if a.bridge is not None:
            a.bridge.answered.connect(self._on_answered)

    @property
    def active(self) -> bool:
        """Whether two runs are compared or about to be; if not, `b` is closed and there is no result."""
        return not isinstance(self.state, Idle)

    @property
    def fresh(self) -> bool:
        """Whether `compared` is of these runs, rules and anchors."""
        return isinstance(self.state, Shown)

    @property
    def working(self) -> bool:
        """Whether runs are being opened or compared."""
        return isinstance(self.state, Opening | Comparing)

    # ---- beginning and ending ---------------------------------------------------------------------
    def start(
        self, path_b: str, path_a: str | None = None, position: Position = RUN_START, format: str | None = None
    ) -> None:
        """Compare the run open in A, or the one at `path_a`, with the one at `path_b`.

        `position`: of A, to begin at; 0: at the first cause. `format`: the importer for both; None: see RunPair.
        """
        first = (index_before(position), NO_EVENT) if position else None
        self._start(Opening(path_b, path_a, format, first), ())

    def restore(self, path_b: str, first: EventPair | None, anchors: Anchors) -> None:
        """Compare the run open in A with another one again, with these anchors; `first`: the step to begin at."""
        self._start(Opening(path_b, None, None, first), reduce(with_anchor, anchors, ()))

    def _start(self, opening: Opening, anchors: Anchors) -> None:
        was_active, self.state = self.active, opening
        self._forget()
        self.anchors = anchors
        self.alerts_cleared.emit()
        if not was_active:
            self.active_changed.emit()
        self._pair.open(opening.path_b, opening.path_a, opening.format)
        self.progress_changed.emit(Progress(tr("Reading"), 0, 0, None))
        self.anchors_changed.emit()

    @Slot()
    def end(self) -> None:
        """End the comparison, and show the run in A alone."""
        if self.active:
            was_working, self.state = self.working, Idle()
            self._pair.forget()
            self._forget()
            self._send_request("compare", Close())
            self.b.close_run()
            self.a.set_marks(TimelineMarks(found=self.a.marks.found))
            self.alerts_cleared.emit()
            if was_working:
                self.progress_changed.emit(None)
            self.active_changed.emit()
            self._read_rules()

    def close(self) -> None:
        """Close the engine, because the window closes."""
        self.b.close()

    @Slot()
    def swap(self) -> None:
        """Exchange A and B; the same step stays chosen, the same rules stay in force."""
        pair = events_at(self.comparison, self.row)
        self._restart(self.b, self.a, pair and (pair[1], pair[0]), tuple((b, a) for a, b in self.anchors))

    @Slot()
    def reload(self) -> None:
        """Read both files again and compare again."""
        self._restart(self.a, self.b, events_at(self.comparison, self.row), self.anchors)

    def read_again(self, sides: Set[Side]) -> bool:
        """Read the grown runs of these sides, and compare again; the present result stays until then.

        Return whether that was begun: not while the runs are being opened or compared.
        """
        if not isinstance(self.state, Comparing | Stopped | Shown) or not (self.a.facts and self.b.facts):
            return False
        waits = all(run.working or run.index.complete for run in (self.a, self.b))
        if isinstance(self.state, Comparing) and waits:  # otherwise it would wait forever
            return False
        self.number += 1  # later answers are about the old log
        first = self.state.first if self.row == self._first_row else events_at(self.comparison, self.row)
        keeps_rules = not self.rules.is_loading
        self.state = Opening(self.b.facts.given, None, None, first, keeps_rules=keeps_rules)
        given_a, given_b = self.a.facts.given, self.b.facts.given
        self._pair.open(given_b if Side.B in sides else None, given_a if Side.A in sides else None)
        self.alerts_cleared.emit()
        self.progress_changed.emit(Progress(tr("Reading"), 0, 0, None))
        return True

    def set_b_grows(self, on: bool) -> None:
        """Set whether the log in B is still being written."""
        if on != self.b_grows:
            self.b_grows = on
            self.compared_changed.emit()

    def _restart(self, a: Session, b: Session, first: EventPair | None, anchors: Anchors) -> None:
        if a.facts is not None and b.facts is not None:
            keeps_rules = not self.rules.is_loading  # otherwise none is in force yet
            self._start(Opening(b.facts.given, a.facts.given, None, first, keeps_rules=keeps_rules), anchors)

    @Slot()
    def cancel_work(self) -> None:
        """Stop comparing; while a run is still being opened, go back to the run in A."""
        if isinstance(self.state, Opening) and self.compared is None:
            self.end()
        elif self.active:
            self._send_request("stop", StopWork())

    @Slot()
    def compare(self) -> None:
        """Compare again, with the present rules and anchors; the earlier result stays until that is done."""
        if isinstance(self.state, Comparing | Stopped | Shown):
            self._compare(events_at(self.comparison, self.row) or self.state.first)

    def _compare(self, first: EventPair | None) -> None:
        self.number += 1
        self.state = Comparing(first)
        self._send_request("compare", Compare(self.a.number, self.b.number, self.rules.in_force, self.anchors))
        self.progress_changed.emit(Progress(tr("Comparing"), 0, 0, None))
        self.compared_changed.emit()

    @property
    def settled(self) -> bool:
        """Whether all requested answers have arrived."""
        if not self.fresh or self.b.working or self._showing.pending:
            return not self.active
        return self.row == NO_ROW or (self.step is not None and self.step.row == self.row and self.step.has_states)

    # ---- anchors ----------------------------------------------------------------------------------
    def set_anchor(self, index_a: EventIndex, index_b: EventIndex) -> None:
        """Align these two events as the same step; remove anchors that cross it or share an event with it."""
        self.anchors = with_anchor(self.anchors, (index_a, index_b))
        self.anchors_changed.emit()
        if isinstance(self.state, Opening):
            self.state = replace(self.state, first=(index_a, index_b))
        elif self.active:
            self._compare((index_a, index_b))

    def remove_anchor(self, anchor: EventPair) -> None:
        """Remove an anchor and compare again."""
        self.set_anchors(tuple(kept for kept in self.anchors if kept != anchor))

    def set_anchors(self, anchors: Anchors) -> None:
        """Replace all anchors and compare again."""
        self.anchors = anchors
        self.anchors_changed.emit()
        self.compare()

    # ---- requests ---------------------------------------------------------------------------------
    def request_rows(self, start_row: int, stop_row: int) -> None:
        """Request rows start_row … stop_row - 1; rows_ready brings them. A newer request replaces a queued one."""
        self._send_request("rows", GetAligned(start_row, stop_row))

    def _send_request(self, key: str, request: RequestBody) -> None:
        if self.a.bridge is not None:
            self.a.bridge.send_request(key, Request(self.number, request, None))

    # ---- answers ------------------------------------------------------------------------------------
    @Slot()
    def _on_opened(self) -> None:
        if not isinstance(self.state, Opening) or self.a.facts is None:
            return
        if self.state.keeps_rules:
            self._compare(self.state.first)
        else:
            self.rules.open_for(self.a.facts.path)  # _on_rules_loaded follows

    @Slot()
    def _read_rules(self) -> None:
        """Correct the effects of the tools of the run in A by the rules, while no other run is open."""
        if not self.active and self.a.facts is not None and self.a.index.complete:
            self.rules.open_for(self.a.facts.path)  # _use_effects follows

    @Slot()
    def _use_effects(self) -> None:
        if not self.active:
            self.a.run_marks.use_rules(self.rules.effects)

    @Slot()
    def _on_rules_loaded(self) -> None:
        self._use_effects()
        if isinstance(self.state, Opening) and self._pair.complete:
            self._compare(self.state.first)

    @Slot(object)
    def _on_b_alert(self, alert: Alert) -> None:
        if self.active and not self.b_grows:  # the change of the file is known, and the file is read again
            self.alert_raised.emit(alert)

    @Slot(object)
    def _on_refused(self, alert: Alert | None) -> None:
        if self.active:
            self.end()
            if alert is not None:
                self.alert_raised.emit(alert)

    @Slot(object)
    def _on_b_progress(self, progress: Progress | None) -> None:
        """Show the progress of reading B, which must end before the runs can be compared."""
        if self.working and progress is not None and not self.b.index.complete:
            self.progress_changed.emit(msgspec.structs.replace(progress, job=f"B: {progress.job}"))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.side is not None or answer.run != self.number or not self.active:
            return
        if isinstance(answer.value, ComparisonAnswer | Alert | Progress | WorkEnded):
            self._on_comparison_answer(answer.value)

    def _on_comparison_answer(self, value: ComparisonValue) -> None:
        match value:
            case Compared():
                self._show(value)
            case EarlyDifferenceFound(index):
                if isinstance(self.state, Comparing):
                    self._show_first_difference(index, is_free=self.state.first is None)
            case AlignedRows():
                self.rows_ready.emit(value)
            case Step():
                if value.has_states or value.row == self.row:
                    self._show_step(value)
            case ComparisonAnswer():
                pass  # to the WhySession
            case Alert():
                self._on_b_alert(value)
            case Progress():
                if isinstance(self.state, Comparing):
                    self.progress_changed.emit(value)
            case WorkEnded():
                if isinstance(self.state, Comparing):  # without a result
                    self.state = Stopped(self.state.first)
                    self.progress_changed.emit(None)
            case _:
                assert_never(value)

    def _show_first_difference(self, index: EventIndex, is_free: bool) -> None:
        """Report the difference, and go to it in both runs unless the user has already moved (`is_free`)."""
        self.first_difference = index
        self.first_difference_seen.emit()
        for session in (self.a, self.b):
            if is_free and session.position == RUN_START:
                session.seek(position_after(index))

    def _show(self, compared: Compared) -> None:
        """Show causes and rows first, then marks and the chosen row: all at once would block the window."""
        first = None if isinstance(self.state, Idle) else self.state.first
        was_working, self.state = self.working, Shown(first)
        self.compared, self.row, self.first_difference = compared, NO_ROW, None
        if was_working:
            self.progress_changed.emit(None)
        self.compared_changed.emit()
        self._timelines.align(compared.row_indexes)
        sides = (self.a, compared.row_indexes.last_a), (self.b, compared.row_indexes.last_b)
        marking = [partial(mark_divergences, session, compared.comparison, last) for session, last in sides]
        self._showing.begin(*marking, partial(self._select_first, compared, first))

    def _select_first(self, compared: Compared, first: EventPair | None) -> None:
        if self.row == NO_ROW:
            self._first_row = first_row(compared, first)
            self.select(self._first_row)

    def _forget(self) -> None:
        self.number += 1
        self.following.forget()
        self._showing.stop()
        self._step_requests.stop()
        self.compared, self.step, self.row, self.first_difference = None, None, NO_ROW, None
        self._timelines.align(None)
        self.compared_changed.emit()
        self.row_changed.emit(NO_ROW)
        self.step_changed.emit()
