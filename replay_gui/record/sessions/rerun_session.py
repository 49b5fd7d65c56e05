"""A re-run: every call is answered from the log of a recorded run, and written to a log of its own.

Calls come in any order where the recorded run made them at once; they are then held back until it is their turn, so
that the agent sees the answers in the order in which they came. Where that order cannot come about any more (the agent
was changed), a call waits for as long as `patience` at most.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.errors import ReplayError
from replay_gui.core.log.positions import position_after
from replay_gui.record.calls.call import CallAnswer, CallRequest
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.matching.answer_edits import edit_answers
from replay_gui.record.matching.first_difference import (
    DifferenceKind,
    DiffersFromRecord,
    FirstDifference,
    place_in_agent,
)
from replay_gui.record.matching.matcher import CallMatcher
from replay_gui.record.matching.past_run import PastCall, PastRun, with_calls_inside
from replay_gui.record.matching.request_differences import request_differences
from replay_gui.record.matching.turns import Moment, Turns
from replay_gui.record.sessions.call_log import CallLog, WrittenRequest
from replay_gui.record.sessions.call_session import log_failure
from replay_gui.record.sessions.open_call import (
    CallerLanes,
    OpenCall,
    SameCall,
    calling_frames,
    current_call,
    running_task,
)
from replay_gui.record.sessions.rerun_options import RerunOptions

_T = TypeVar("_T")

_TICK = 0.001  # seconds between two looks whether it is a call's turn


class RerunSession:
    """Answers the calls of this process from a recorded run. Safe from any thread.

    Attributes:
        first_difference: the verdict; None while every request is as recorded.
        is_edited: whether an edited answer was given.
        answered: calls that were answered from the log. made: calls that were made for real.
        unseen: how often the agent did what no hook records. problem: why a call could not be answered; None: none.
        on_difference: called once, when there is a verdict.
    """

    is_rerun = True

    def __init__(self, run: PastRun, log: CallLog, options: RerunOptions, *, is_commanded: bool = False) -> None:
        self.log = log
        self.is_commanded = is_commanded
        self.first_difference: FirstDifference | None = None
        self.answered = self.made = 0
        self.unseen = Counter[str]()
        self.problem: str | None = None
        self.on_difference: Callable[[], None] = _do_nothing
        self.is_edited = False
        self._edited_calls = edit_answers(run, options.edits)
        self._run = run
        self._options = options
        self._matcher = CallMatcher(run, options.rules)
        self._turns = Turns(run)
        self._lanes = CallerLanes()
        self._lock = threading.RLock()
        self._given: dict[int, WrittenRequest] = {}  # by number: calls that are answered from the log, and those inside

    @property
    def secrets(self) -> Secrets:
        """What never reaches the log."""
        return self.log.secrets

    def begin(self, request: CallRequest) -> OpenCall:
        """Begin a call; DiffersFromRecord where the recorded run has none like it."""
        call = self._open(request)
        if isinstance(call, CallOfRerun):
            if call.past is not None:
                wait(self.turns_to_wait_for(call.past, is_answer=False))
            self._write_request(call)
        return call

    async def begin_async(self, request: CallRequest) -> OpenCall:
        """Do as `begin`, without blocking the event loop."""
        call = self._open(request)
        if isinstance(call, CallOfRerun):
            if call.past is not None:
                await wait_async(self.turns_to_wait_for(call.past, is_answer=False))
            self._write_request(call)
        return call

    def report_failure(self, where: str, error: Exception) -> None:
        """Take notice that a call could not be answered; the hook raises, for no call may go on unseen."""
        log_failure(where, error)
        if self.problem is None:
            self.problem = f"{where}: {error}" if isinstance(error, ReplayError) else f"{where}: {type(error).__name__}"

    def draw(self, source: str, real: Callable[[], _T]) -> _T:
        """Return the recorded value; the real one where the run drew none here, and inside a call made anew."""
        outer = current_call()
        past = outer.past if isinstance(outer, CallOfRerun) else None
        lane = self._lanes.current()
        is_new = isinstance(outer, CallOfRerun) and past is None
        caller = lane, None if past is None else past.number
        value: _T = real() if is_new else self._run.drawn.draw(caller, source, real)
        self.log.drawn.add((lane, None if outer is None else outer.seq), source, value)
        return value

    def note_unseen(self, what: str) -> None:
        """Count what no hook records: connections, which are refused, and processes, which are not."""
        self.unseen[what] += 1

    def finish(self) -> FirstDifference | None:
        """End the re-run, seal its log and return the verdict: calls that were not asked for are a difference too."""
        with self._lock:
            self._copy_what_is_due()
            left = self._matcher.left()
            if self.first_difference is None and left:
                self._difference(DifferenceKind.NOT_ASKED, left[0].request, nearest=left[0])
            self.log.close(self.unseen)
            return self.first_difference

    # ---- matching -------------------------------------------------------------------------------
    def _open(self, request: CallRequest) -> OpenCall:
        """Find the recorded call; nothing is written yet, since its turn may not have come."""
        outer = current_call()
        if outer is not None and outer.is_same(request):
            return SameCall(outer)
        parent = outer.past if isinstance(outer, CallOfRerun) else None
        is_live = request.name in self._options.live or (isinstance(outer, CallOfRerun) and outer.is_live)
        with self._lock:
            if self.first_difference is not None and not self._misses_go_live:
                raise DiffersFromRecord(self.first_difference)  # it was said already, and the agent went on
            clean = self.log.clean(request)
            past = self._matcher.take(clean, self.log.key(request), parent)
            if past is None and not is_live:
                self._miss(clean, parent)
            elif past is not None and past.answer is None and not is_live:
                self._difference(DifferenceKind.UNANSWERED, clean, nearest=past)
                self._stop()
        seq = None if outer is None else outer.seq
        is_live = is_live or past is None or past.answer is None
        return CallOfRerun(self, request, past, is_live=is_live, parent_seq=seq)

    def _miss(self, request: CallRequest, parent: PastCall | None) -> None:
        """Take notice of a request that was not recorded; raise DiffersFromRecord unless it may be made for real."""
        nearest = self._matcher.nearest(request, parent, self._turns.next_request())
        kind = DifferenceKind.CHANGED
        differences: tuple[Difference, ...] = ()
        if nearest is not None:
            differences = tuple(request_differences(nearest.request, request))
            if not differences and nearest.parent is parent:
                kind = DifferenceKind.REPEATED
            elif not differences:
                differences = (Difference("/parent", _name_of(nearest.parent), _name_of(parent)),)
        self._difference(kind, request, nearest=nearest, differences=differences)
        self._stop()

    def _difference(
        self,
        kind: DifferenceKind,
        asked: CallRequest,
        *,
        nearest: PastCall | None,
        differences: tuple[Difference, ...] = (),
    ) -> None:
        """Take notice of a difference: the first is the verdict."""
        if self.first_difference is None and not self.is_edited:
            expected = self._turns.next_request()
            self.first_difference = FirstDifference(
                kind,
                describe(asked),
                answered=self.answered,
                recorded=len(self._run.calls),
                nearest=None if nearest is None else describe(nearest.request),
                index=None if nearest is None else nearest.index,
                differences=differences,
                expected=None if expected is None or expected is nearest else _name_of(expected),
                place=place_in_agent(calling_frames()),
            )
            self.on_difference()

    def _stop(self) -> None:
        if self.first_difference is not None and not self._misses_go_live:
            raise DiffersFromRecord(self.first_difference)

    @property
    def _misses_go_live(self) -> bool:
        return self._options.misses_go_live or self.is_edited

    # ---- turns ----------------------------------------------------------------------------------
    def turns_to_wait_for(self, past: PastCall, *, is_answer: bool) -> Iterator[None]:
        """Yield for as long as other calls should come before this moment."""
        deadline, passed = 0.0, -1
        while True:
            with self._lock:
                self._copy_what_is_due()
                is_over = self.first_difference is not None or self.is_edited
                if is_over or self._turns.is_turn_of(past, is_answer=is_answer):
                    return
                if self._turns.count != passed:
                    deadline, passed = time.monotonic() + self._options.patience, self._turns.count
            if _is_alone() or time.monotonic() > deadline:
                return
            yield

    def _check_order(self, call: PastCall) -> None:
        """Take notice where the recorded run had asked for something else before, in the same thread or task."""
        if self._turns.is_turn_of(call, is_answer=False):
            return
        is_alone = _is_alone()
        for earlier in self._turns.requests_left_before(call):
            if self._matcher.is_taken(earlier) or earlier.request.name in self._options.live:
                continue
            was_over = earlier.answer_index is not None and earlier.answer_index < call.index
            if was_over and (is_alone or earlier.lane == call.lane):
                differences: tuple[Difference, ...] = ()
                if (earlier.request.kind, earlier.request.name) == (call.request.kind, call.request.name):
                    differences = tuple(request_differences(earlier.request, call.request))
                self._difference(DifferenceKind.ORDER, call.request, nearest=earlier, differences=differences)
                self._stop()
                return

    # ---- writing --------------------------------------------------------------------------------
    def _write_request(self, call: CallOfRerun) -> None:
        with self._lock:
            if call.past is not None:
                self._check_order(call.past)
            call.written = self.log.request(call.request, call.parent_seq, self._lanes.current())
            if call.past is not None:
                self._turns.pass_moment(call.past, is_answer=False)
                if not call.is_live:
                    self._given[call.past.number] = call.written
                    for inner in with_calls_inside(call.past):
                        self._matcher.take_call(inner)
            self._copy_what_is_due()

    def write_answer(self, call: CallOfRerun, answer: CallAnswer) -> None:
        """Write the answer of a call; before it, what the recorded run did inside a call that is answered from it."""
        with self._lock:
            if call.past is not None:
                inside = {inner.number for inner in with_calls_inside(call.past)}
                for moment in self._turns.left_inside(inside, until=call.past):
                    if call.is_live:
                        self._matcher.take_call(moment.call)
                    else:
                        self._copy(moment)
                self._turns.pass_moment(call.past, is_answer=True)
            self.log.answer(call.written, answer)
            if call.past is not None and call.past.number in self._edited_calls:
                self.is_edited = True
            self.made += call.is_live
            self.answered += not call.is_live
            self._copy_what_is_due()

    def _copy_what_is_due(self) -> None:
        """Write what lies inside calls that are answered from the log, as far as its turn has come."""
        while (moment := self._turns.next) is not None and moment.inside is not None:
            if moment.inside.number not in self._given:
                return
            self._turns.pass_next()
            self._copy(moment)

    def _copy(self, moment: Moment) -> None:
        """Write a moment of the recorded run, inside a call that is answered from it."""
        assert moment.inside is not None
        outer = self._given[moment.inside.number]
        past = moment.call
        if moment.event is not None:
            meta = {name: value for name, value in moment.event.meta.items() if name not in ("seq", "parent")}
            self.log.recorder.append(moment.event.kind, {**moment.event.payload}, **meta, parent=outer.call.seq)
        elif not moment.is_answer:
            self._given[past.number] = self.log.request(past.request, outer.call.seq, past.lane)
        elif past.answer is not None:
            self.log.answer(self._given[past.number], past.answer)
            self.answered += 1


class CallOfRerun:
    """A call of a re-run; see OpenCall.

    Attributes:
        past: the recorded call that it is; None for one that was not recorded. is_live: whether it is made for real.
        written: names its request in the new log; set by the session when it is written.
    """

    written: WrittenRequest

    def __init__(
        self,
        session: RerunSession,
        request: CallRequest,
        past: PastCall | None,
        *,
        is_live: bool,
        parent_seq: int | None,
    ) -> None:
        self.past = past
        self.is_live = is_live
        self.request = request
        self.parent_seq = parent_seq
        self._session = session
        self._is_finished = False

    @property
    def seq(self) -> int:
        """The seq of the request's event."""
        return self.written.call.seq

    @property
    def answer(self) -> CallAnswer | None:
        """The recorded answer; None for a call that is made for real."""
        return None if self.is_live or self.past is None else self.past.answer

    def is_same(self, request: CallRequest) -> bool:
        """Whether this request is the one that began this call, seen by a second hook."""
        return self._session.log.is_same(self.written, request)

    def finish(self, answer: CallAnswer) -> None:
        """Write the answer when its turn has come, the first time that this is called."""
        if not self._is_finished:
            self._is_finished = True
            if self.past is not None and not self.is_live:
                wait(self._session.turns_to_wait_for(self.past, is_answer=True))
            self._session.write_answer(self, answer)

    async def finish_async(self, answer: CallAnswer) -> None:
        """Do as `finish`, without blocking the event loop."""
        if not self._is_finished:
            self._is_finished = True
            if self.past is not None and not self.is_live:
                await wait_async(self._session.turns_to_wait_for(self.past, is_answer=True))
            self._session.write_answer(self, answer)


def _do_nothing() -> None:
    """Be told of a difference."""


def wait(turns: Iterator[None]) -> None:
    """Wait for the turns of others; not at all in an event loop, whose thread the others need."""
    is_in_loop = running_task() is not None
    for _ in turns:
        if is_in_loop:
            return
        time.sleep(_TICK)


async def wait_async(turns: Iterator[None]) -> None:
    """Wait for the turns of others, in asyncio; in another event loop, not at all."""
    for _ in turns:
        if running_task() is None:
            return
        await asyncio.sleep(_TICK)


def describe(request: CallRequest) -> str:
    """Return what is asked, in words: ``the tool search``."""
    return f"the {request.kind.value} {request.name}"


def _name_of(call: PastCall | None) -> str:
    return "no other call" if call is None else f"{describe(call.request)} (event {position_after(call.index):,})"


def _is_alone() -> bool:
    """Whether no other thread or task of this process could make a call."""
    if threading.active_count() > 1:
        return False
    return running_task() is None or len(asyncio.all_tasks()) == 1
