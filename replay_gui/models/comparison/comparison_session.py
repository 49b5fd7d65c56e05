"""The one owner of what the window shows of a comparison: two sessions, what engine makes of both, the row chosen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.divergence.comparison import GAP, Cause, Comparison
from replay_gui.engine.answers import Alert, AlignedRows, Compared, Progress, Step
from replay_gui.engine.requests import (
    Answer,
    Close,
    Compare,
    GetAligned,
    GetStep,
    Request,
    RequestBody,
    Side,
    StopWork,
    WorkEnded,
)
from replay_gui.models.comparison.compared_places import NO_ROW, first_row, next_point, places_at, point_at
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.models.comparison.run_pair import RunPair
from replay_gui.models.event_loop_queue import EventLoopQueue
from replay_gui.models.session import Session
from replay_gui.models.timeline.timeline_marks import TimelineMarks, divergence_marks

Anchors: TypeAlias = tuple[tuple[int, int], ...]


class ComparisonSession(QObject):
    """What a window shows of the runs in both seats of the engine, side by side.

    A *row* is one of the alignment. Where the cursors are linked, the positions of both runs and the row go together.

    Attributes:
        a, b: the sessions of the two runs. rules: the RuleBook that is in force.
        active: whether two runs are being compared; else `b` is closed and all of this is empty.
        compared: the last Compared, or None. fresh: whether it is of these runs, rules and anchors, as they are now.
        row: the chosen row, or NO_ROW. step: the last Step that came, or None.
        anchors: pairs of places that are the same step, set by hand.
        linked: whether a move in one run moves the other.

    Signals:
        active_changed(): `active` is another. compared_changed(): `compared` or `fresh` is another.
        row_changed(object): another row is chosen. step_changed(): `step` is another. rows_ready(object): AlignedRows.
        linked_changed(): `linked` is another. anchors_changed(): `anchors` are others.
        progress_changed(object), troubled(object), trouble_cleared(): as of a Session.
    """

    active_changed = Signal()
    compared_changed = Signal()
    row_changed = Signal(object)
    step_changed = Signal()
    rows_ready = Signal(object)
    linked_changed = Signal()
    anchors_changed = Signal()
    progress_changed = Signal(object)
    alert_raised = Signal(object)
    alerts_cleared = Signal()

    def __init__(self, a: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.a = a
        self.b = Session(self, a.bridge, Side.B)
        self.rules = RuleBook(self)
        self.active = False
        self.compared: Compared | None = None
        self.fresh = False
        self.row = NO_ROW
        self.step: Step | None = None
        self.anchors: Anchors = ()
        self.linked = True
        self.working = False
        self._number = 0
        self._pair = RunPair(a, self.b, self)
        self._begin_at: tuple[int, int] | None = None  # places in A and B where the next comparison is looked at first
        self._rules_stay = False  # those in force are for the runs that are being opened, too
        self._moving = False
        self._showing = EventLoopQueue(self)  # of a comparison, after its causes and rows
        self._asking = EventLoopQueue(self)  # of a step, after its events
        for session in (self.a, self.b):
            session.position_changed.connect(self._on_position_changed)
        self._pair.opened.connect(self._on_opened)
        self._pair.replaced.connect(self.end)
        self._pair.alert_raised.connect(self._on_b_troubled)
        self._pair.refused.connect(self._on_refused)
        self.b.progress_changed.connect(self._on_b_progress)
        self.rules.changed.connect(self.compare)
        self.rules.alert_raised.connect(self.alert_raised)
        if a.bridge is not None:
            a.bridge.answered.connect(self._on_answered)

    # ---- beginning and ending ---------------------------------------------------------------------
    def start(self, path_b: str, path_a: str | None = None, position: int = 0, format: str | None = None) -> None:
        """Compares the run open in A, or the one at `path_a`, with the one at `path_b`.

        `position`: of A, where to begin; 0: at the first cause. `format`: what both are read as; None: see RunPair.
        """
        was_active = self.active
        self.active = True
        self._forget()
        self.anchors = ()
        self._begin_at = (position - 1, GAP) if position else None
        self._rules_stay = False
        self.alerts_cleared.emit()
        if not was_active:
            self.active_changed.emit()
        self._pair.open(path_b, path_a, format)
        self._set_progress(Progress("Reading", 0, 0, None))
        self.anchors_changed.emit()

    @Slot()
    def end(self) -> None:
        """Back to the run in A alone."""
        if self.active:
            self.active = False
            self._pair.forget()
            self._forget()
            self._ask("compare", Close())
            self.b.close_run()
            self.a.set_marks(TimelineMarks(found=self.a.marks.found))
            self.alerts_cleared.emit()
            self._set_progress(None)
            self.active_changed.emit()

    def close(self) -> None:
        """The window closes, and the engine with it."""
        self.b.close()

    @Slot()
    def swap(self) -> None:
        """A becomes B and the reverse; the same step stays chosen, the same rules stay in force."""
        pair = places_at(self.comparison, self.row)
        turned = tuple((b, a) for a, b in self.anchors)
        self._restart(self.b, self.a, None if pair is None else (pair[1], pair[0]), turned)

    @Slot()
    def reload(self) -> None:
        """Reads both files again and compares anew."""
        self._restart(self.a, self.b, places_at(self.comparison, self.row), self.anchors)

    def _restart(self, a: Session, b: Session, begin: tuple[int, int] | None, anchors: Anchors) -> None:
        if a.facts is not None and b.facts is not None:
            self.start(b.facts.given, a.facts.given)
            self._begin_at, self.anchors, self._rules_stay = begin, anchors, True
            self.anchors_changed.emit()

    @Slot()
    def cancel_work(self) -> None:
        """Stops comparing; while a run is still being opened, there is nothing but the run in A to go back to."""
        if self._ready:
            self._ask("stop", StopWork())
        else:
            self.end()

    @Slot()
    def compare(self) -> None:
        """Compares anew, with the rules and anchors there are now; what is shown stays until that is done."""
        if self._ready:
            self._number += 1
            self.fresh = False
            if self.row != NO_ROW:
                self._begin_at = places_at(self.comparison, self.row)
            question = Compare(self.a.number, self.b.number, self.rules.in_force, self.anchors)
            self._ask("compare", question)
            self._set_progress(Progress("Comparing", 0, 0, None))
            self.compared_changed.emit()

    @property
    def _ready(self) -> bool:
        return self.active and self._pair.complete

    @property
    def comparison(self) -> Comparison | None:
        return None if self.compared is None else self.compared.comparison

    @property
    def settled(self) -> bool:
        """Whether everything there is to show has come."""
        if not self.active or not self.fresh or self.working or self.b.working or self._showing.pending:
            return not self.active
        return self.row == NO_ROW or (self.step is not None and self.step.row == self.row and self.step.has_states)

    # ---- moving -----------------------------------------------------------------------------------
    def select(self, row: int) -> None:
        """Chooses a row, clamped to those there are; both runs go there."""
        if self.compared is None or not len(self.compared.comparison.alignment.a):
            return
        row = min(max(row, 0), len(self.compared.comparison.alignment.a) - 1)
        if row == self.row:
            return
        self._choose(row)
        places = self.compared.places
        self._move(self.a, int(places.last_a[row]) + 1)
        self._move(self.b, int(places.last_b[row]) + 1)

    def _choose(self, row: int) -> None:
        self.row = row
        self._ask("step", GetStep(row))
        self.row_changed.emit(row)

    def _move(self, session: Session, position: int) -> None:
        self._moving = True
        session.follow(position)
        self._moving = False

    def _show_step(self, step: Step) -> None:
        """First the events, then the states, which take longer; then what the window of one run shows."""
        self.step = step
        self.step_changed.emit()
        if step.row != self.row:
            return
        if step.has_states:
            self.a.catch_up()
            self.b.catch_up()
        else:
            self._asking.begin(self._ask_states)

    def _ask_states(self) -> None:
        if self.row != NO_ROW:
            self._ask("states", GetStep(self.row, states=True))

    def select_cause(self, cause: Cause) -> None:
        if self.comparison is not None:
            self.select(int(self.comparison.points.row[cause.point]))

    def select_point(self, point: int) -> None:
        """Chooses a divergence by its place among them, clamped; -1 is the last."""
        if self.comparison is not None and (count := self.point_count):
            self.select(int(self.comparison.points.row[count - 1 if point < 0 else min(point, count - 1)]))

    def step_point(self, delta: int) -> None:
        """To the next (delta > 0) or previous divergence, if there is one."""
        if self.comparison is None:
            return
        if (point := next_point(self.comparison, self.row, forward=delta > 0)) is not None:
            self.select_point(point)

    @property
    def point_count(self) -> int:
        return 0 if self.comparison is None else len(self.comparison.points.row)

    @property
    def point(self) -> int | None:
        """Which divergence the chosen row is, or None."""
        return None if self.comparison is None else point_at(self.comparison, self.row)

    def set_linked(self, on: bool) -> None:
        if on != self.linked:
            self.linked = on
            self.linked_changed.emit()
            if on and self.row != NO_ROW and self.compared is not None:
                self._move(self.b, int(self.compared.places.last_b[self.row]) + 1)

    @Slot(object)
    def _on_position_changed(self, position: int) -> None:
        """The user moved in one of the timelines."""
        if self._moving or not self.linked or self.compared is None or not self.fresh or position == 0:
            return
        places, of_a = self.compared.places, self.sender() is self.a
        rows = places.row_of_a if of_a else places.row_of_b
        if position > len(rows):
            return
        row = int(rows[position - 1])
        if row != self.row:
            self._choose(row)
            other, last = (self.b, places.last_b) if of_a else (self.a, places.last_a)
            self._move(other, int(last[row]) + 1)

    # ---- anchors ----------------------------------------------------------------------------------
    def set_anchor(self, place_a: int, place_b: int) -> None:
        """These two are the same step; anchors that cross or share a side with it give way."""
        kept = [(a, b) for a, b in self.anchors if (a < place_a and b < place_b) or (a > place_a and b > place_b)]
        self.anchors = tuple(sorted([*kept, (place_a, place_b)]))
        self.anchors_changed.emit()
        self.compare()
        self._begin_at = place_a, place_b

    def remove_anchor(self, anchor: tuple[int, int]) -> None:
        self.anchors = tuple(one for one in self.anchors if one != anchor)
        self.anchors_changed.emit()
        self.compare()

    # ---- asking -----------------------------------------------------------------------------------
    def request_rows(self, start: int, stop: int) -> None:
        """Asks for rows start … stop - 1; rows_ready brings them. A newer request replaces a queued one."""
        self._ask("rows", GetAligned(start, stop))

    def _ask(self, key: str, question: RequestBody) -> None:
        if self.a.bridge is not None:
            self.a.bridge.send_request(key, Request(self._number, question, None))

    # ---- what is heard ------------------------------------------------------------------------------
    @Slot()
    def _on_opened(self) -> None:
        if self._ready:
            if not self._rules_stay and self.a.facts is not None:
                self.rules.open_for(self.a.facts.path)
            self.compare()

    @Slot(object)
    def _on_b_troubled(self, trouble: Alert) -> None:
        if self.active:
            self.alert_raised.emit(trouble)

    @Slot(object)
    def _on_refused(self, trouble: Alert | None) -> None:
        if self.active:
            self.end()
            if trouble is not None:
                self.alert_raised.emit(trouble)

    @Slot(object)
    def _on_b_progress(self, progress: Progress | None) -> None:
        """Until B is read that is what is waited for."""
        if self.active and progress is not None and not self.b.index.complete:
            self._set_progress(replace(progress, job=f"B: {progress.job}"))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.side is not None or answer.run != self._number or not self.active:
            return
        match answer.value:
            case Compared() as compared:
                self._show(compared)
            case AlignedRows() as rows:
                self.rows_ready.emit(rows)
            case Step() as step if step.has_states or step.row == self.row:
                self._show_step(step)
            case Alert() as trouble:
                self.alert_raised.emit(trouble)
            case Progress() as progress:
                self._set_progress(progress)
            case WorkEnded():
                self._set_progress(None)

    def _show(self, compared: Compared) -> None:
        """First causes and rows, then marks and the row to look at: all at once would hold the window."""
        self.compared, self.fresh = compared, True
        self.row = NO_ROW
        self._set_progress(None)
        self.compared_changed.emit()
        sides = (self.a, compared.places.last_a), (self.b, compared.places.last_b)
        marking = [partial(_mark, session, compared.comparison, last) for session, last in sides]
        self._showing.begin(*marking, partial(self._look_first, compared))

    def _look_first(self, compared: Compared) -> None:
        begin, self._begin_at = self._begin_at, None
        if self.row == NO_ROW:
            self.select(first_row(compared, begin))

    def partner(self, row: int) -> int | None:
        """For a moved event of A, the row in which its counterpart stands; None for any other."""
        return None if self.compared is None else self.compared.places.partner(self.compared.comparison.alignment, row)

    def _forget(self) -> None:
        self._number += 1
        self._showing.stop()
        self._asking.stop()
        self.compared, self.step, self.row, self.fresh = None, None, NO_ROW, False
        self.compared_changed.emit()
        self.row_changed.emit(NO_ROW)
        self.step_changed.emit()

    def _set_progress(self, progress: Progress | None) -> None:
        if progress is not None or self.working:
            self.working = progress is not None
            self.progress_changed.emit(progress)


def _mark(session: Session, comparison: Comparison, last: NDArray[np.int32]) -> None:
    session.set_marks(replace(divergence_marks(comparison, last), found=session.marks.found))
