"""A re-run: every call is answered from the log of a recorded run, and written to a new log.

Parallel calls can come in another order than in the recorded run; they are held back until their turn, so that the
agent gets the answers in the recorded order. If that order is no longer possible (the agent was changed), a call
waits for at most `patience`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.errors import ReplayError, RerunRefused
from replay_gui.core.log.kinds import END
from replay_gui.core.log.positions import RUN_START, Position, position_after
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.matcher.answer_edits import edit_answers
from replay_gui.record.matcher.first_difference import (
    DifferenceKind,
    DiffersFromRecord,
    FirstDifference,
    place_in_agent,
)
from replay_gui.record.matcher.fixed_answers import check_fixed, fixed_answer
from replay_gui.record.matcher.matcher import CallMatcher
from replay_gui.record.matcher.past_order import PastOrder, PastStep
from replay_gui.record.matcher.past_run import PastCall, PastRun, with_calls_inside
from replay_gui.record.matcher.prompt_edits import PromptEdits, with_changes
from replay_gui.record.matcher.request_differences import request_differences
from replay_gui.record.sessions.call_log import CallLog, WrittenRequest
from replay_gui.record.sessions.call_of_rerun import CallOfRerun, wait_async, wait_for_turns
from replay_gui.record.sessions.call_session import log_failure
from replay_gui.record.sessions.open_call import (
    CallerLanes,
    OpenCall,
    SameCall,
    calling_frames,
    current_call,
    running_task,
)
from replay_gui.record.sessions.questions import ReplyKind, question_about
from replay_gui.record.sessions.rerun_options import OnMiss, RerunOptions

_T = TypeVar("_T")


class RerunSession:
    """Answers the calls of this process from a recorded run. Thread-safe.

    Attributes:
        first_difference: the verdict; None while every request is as recorded.
        is_edited: whether an edited answer was given, or an edited prompt sent.
        answered: number of calls answered from the log. made: number of calls made for real.
        given: number of calls answered with a value of the user.
        unseen: number of actions of each sort that no hook records. problem: why a call could not be answered, or None.
        on_difference: called once, when there is a verdict.
    """

    is_rerun = True

    def __init__(self, run: PastRun, log: CallLog, options: RerunOptions, *, is_commanded: bool = False) -> None:
        self.log = log
        self.is_commanded = is_commanded
        self.first_difference: FirstDifference | None = None
        self.answered = self.made = self.given = 0
        self.unseen = Counter[str]()
        self.problem: str | None = None
        self.on_difference: Callable[[], None] = _do_nothing
        self.is_edited = False
        if options.ask is None and (options.asked or options.on_miss is OnMiss.ASK):
            raise RerunRefused(f"{run.path}: there is no terminal or window to ask how calls are answered")
        check_fixed(run, frozenset(options.fixed))
        self._edited_calls = edit_answers(run, options.edits)
        self._prompts = PromptEdits(run, options.edits)
        self._run = run
        self._options = options
        self._matcher = CallMatcher(run, options.rules)
        self._order = PastOrder(run)
        self._lanes = CallerLanes()
        self._has_stopped = False
        self._lock = threading.RLock()
        self._given: dict[int, WrittenRequest] = {}  # by number: calls answered from the log, and calls inside them

    @property
    def secrets(self) -> Secrets:
        """The secrets to be replaced before anything is written."""
        return self.log.secrets

    def begin(self, request: CallRequest) -> OpenCall:
        """Begin a call; raise DiffersFromRecord if the recorded run has none like it."""
        call = self._open(request)
        if isinstance(call, CallOfRerun):
            if call.past is not None:
                wait_for_turns(self.turns_to_wait_for(call.past, is_answer=False))
            self._write_request(call)
        return call

    async def begin_async(self, request: CallRequest) -> OpenCall:
        """Begin a call as `begin`, without blocking the event loop."""
        call = self._open(request)
        if isinstance(call, CallOfRerun):
            if call.past is not None:
                await wait_async(self.turns_to_wait_for(call.past, is_answer=False))
            self._write_request(call)
        return call

    def report_failure(self, where: str, error: Exception) -> None:
        """Store that a call could not be answered; the hook raises, because no call may continue unseen."""
        log_failure(where, error)
        if self.problem is None:
            self.problem = f"{where}: {error}" if isinstance(error, ReplayError) else f"{where}: {type(error).__name__}"

    def draw(self, source: str, real: Callable[[], _T]) -> _T:
        """Return the recorded value; the real one if the run drew none here, and inside a call that is made again."""
        outer = current_call()
        past = outer.past if isinstance(outer, CallOfRerun) else None
        lane = self._lanes.current()
        is_new = isinstance(outer, CallOfRerun) and past is None
        caller = lane, None if past is None else past.number
        value: _T = real() if is_new else self._run.drawn.draw(caller, source, real)
        self.log.drawn.add((lane, None if outer is None else outer.seq), source, value)
        return value

    def note_unseen(self, what: str) -> None:
        """Count an action that no hook records: a connection, which is refused, or a process, which is not."""
        self.unseen[what] += 1

    def finish(self) -> FirstDifference | None:
        """End the re-run, seal its log and return the verdict: recorded calls that were not made are a difference.

        In a forked process, only return the verdict so far.
        """
        if self.log.is_inherited:
            return self.first_difference
        with self._lock:
            self._copy_what_is_due()
            left = self._matcher.left()
            if self.first_difference is None and left:
                self._difference(DifferenceKind.NOT_ASKED, left[0].request, nearest=left[0])
            elif self.first_difference is not None and self._has_stopped:
                self.log.recorder.append(END, {"how": "stopped", "why": self.first_difference.sentence}, parent=None)
            self.log.close(self.unseen)
            return self.first_difference

    # ---- matching -------------------------------------------------------------------------------
    def _open(self, request: CallRequest) -> OpenCall:
        """Find the recorded call; do not write yet, since its turn may not have come."""
        _ = self.log.recorder  # refused if another process of the command is answered: the log is of that one
        outer = current_call()
        if outer is not None and outer.is_same(request):
            return SameCall(outer)
        parent = outer.past if isinstance(outer, CallOfRerun) else None
        options, seq = self._options, None if outer is None else outer.seq
        is_for_real = options.uses_tools and request.kind is CallKind.TOOL
        is_inside_live = isinstance(outer, CallOfRerun) and outer.is_live and not is_for_real
        with self._lock:
            if self.first_difference is not None and self._has_stopped:
                raise DiffersFromRecord(self.first_difference)  # it was reported before, and the agent continued
            clean = self.log.clean(request)
            if changes := self._prompts.changes(request, clean):
                request = with_changes(request, changes)
                clean, self.is_edited = self.log.clean(request), True
            past = self._matcher.claim_call(clean, self.log.key(request), parent)
            recorded = None if past is None else past.answer
            if request.name in options.fixed:
                given: CallAnswer | None = fixed_answer(self._run, request, options.fixed[request.name])
            elif request.name in options.asked:
                given = self._ask_user(request, clean, recorded, seq)
            elif is_inside_live or request.name in options.live:
                given = None
            else:
                if past is None:
                    self._miss(request, clean, parent, seq)
                elif recorded is None and not is_for_real:
                    self._difference(DifferenceKind.UNANSWERED, clean, nearest=past)
                    self._stop(request, seq)
                is_asked = recorded is None and options.on_miss is OnMiss.ASK
                given = self._ask_user(request, clean, None, seq) if is_asked else None if is_for_real else recorded
        return CallOfRerun(self, request, past, given=given, parent_seq=seq, changes=changes)

    def _ask_user(
        self, request: CallRequest, clean: CallRequest, recorded: CallAnswer | None, parent_seq: int | None
    ) -> CallAnswer | None:
        """Return the user's answer to this call; None if the call must be made. Raises DiffersFromRecord to stop."""
        assert self._options.ask is not None
        place = place_in_agent(calling_frames())
        reply = self._options.ask(question_about(describe(request), clean, recorded, place))
        match reply.kind:
            case ReplyKind.RECORDED if recorded is not None:
                return recorded
            case ReplyKind.LIVE:
                return None
            case ReplyKind.VALUE if request.kind is CallKind.TOOL:
                return fixed_answer(self._run, request, reply.value)
        if self.first_difference is None:
            self.first_difference = self._verdict(DifferenceKind.STOPPED, clean)
            self.on_difference()
        raise self._stopped(request, parent_seq)

    def _miss(self, asked: CallRequest, request: CallRequest, parent: PastCall | None, parent_seq: int | None) -> None:
        """Handle a request that was not recorded; raise DiffersFromRecord unless the run may continue.

        Args:
            asked: the original request. request: the same without secrets and ids.
        """
        nearest = self._matcher.nearest(request, parent, self._order.next_request())
        kind = DifferenceKind.CHANGED
        differences: tuple[Difference, ...] = ()
        if nearest is not None:
            differences = tuple(request_differences(nearest.request, request))
            if not differences and nearest.parent is parent:
                kind = DifferenceKind.REPEATED
            elif not differences:
                differences = (Difference("/parent", _name_of(nearest.parent), _name_of(parent)),)
        self._difference(kind, request, nearest=nearest, differences=differences)
        self._stop(asked, parent_seq)

    def _difference(
        self,
        kind: DifferenceKind,
        asked: CallRequest,
        *,
        nearest: PastCall | None,
        differences: tuple[Difference, ...] = (),
    ) -> None:
        """Handle a difference: the first is the verdict, unless an edited answer was given before."""
        if self.first_difference is None and not self.is_edited:
            self.first_difference = self._verdict(kind, asked, nearest, differences)
            self.on_difference()

    def _verdict(
        self,
        kind: DifferenceKind,
        asked: CallRequest,
        nearest: PastCall | None = None,
        differences: tuple[Difference, ...] = (),
    ) -> FirstDifference:
        expected = self._order.next_request()
        return FirstDifference(
            kind,
            describe(asked),
            answered=self.answered,
            recorded=len(self._run.calls),
            nearest=None if nearest is None else describe(nearest.request),
            index=None if nearest is None else nearest.index,
            differences=differences,
            position=Position(self.log.recorder.count) if self.log.has_begun else RUN_START,
            expected=None if expected is None or expected is nearest else _name_of(expected),
            place=None if kind is DifferenceKind.NOT_ASKED else place_in_agent(calling_frames()),
        )

    def _stop(self, request: CallRequest, parent_seq: int | None) -> None:
        """Raise the verdict if the run stops at it."""
        if self.first_difference is not None and not self._goes_on:
            raise self._stopped(request, parent_seq)

    def _stopped(self, request: CallRequest, parent_seq: int | None) -> DiffersFromRecord:
        """Write a request without an answer into the new log, and return the exception that ends the run."""
        assert self.first_difference is not None
        self._has_stopped = True
        self.log.request(request, parent_seq, self._lanes.current())
        return DiffersFromRecord(self.first_difference)

    @property
    def _goes_on(self) -> bool:
        """Return whether the run continues after a request that was not recorded."""
        return self._options.on_miss is not OnMiss.STOP or self.is_edited

    # ---- turns ----------------------------------------------------------------------------------
    def turns_to_wait_for(self, past: PastCall, *, is_answer: bool) -> Iterator[None]:
        """Yield as long as other calls should come before this step."""
        deadline, passed = 0.0, -1
        while True:
            with self._lock:
                self._copy_what_is_due()
                is_over = self.first_difference is not None or self.is_edited
                if is_over or self._order.is_turn_of(past, is_answer=is_answer):
                    return
                if self._order.count != passed:
                    deadline, passed = time.monotonic() + self._options.patience, self._order.count
            if _is_alone() or time.monotonic() > deadline:
                return
            yield

    def _check_order(self, call: CallOfRerun) -> None:
        """Report a difference if the recorded run made another request before, in the same thread or task."""
        past = call.past
        if past is None or self._order.is_turn_of(past, is_answer=False):
            return
        is_alone = _is_alone()
        for earlier in self._order.requests_left_before(past):
            if self._matcher.is_taken(earlier) or self._options.misses_nothing(earlier.request.name):
                continue
            was_over = earlier.answer_index is not None and earlier.answer_index < past.index
            if was_over and (is_alone or earlier.lane == past.lane):
                differences: tuple[Difference, ...] = ()
                if (earlier.request.kind, earlier.request.name) == (past.request.kind, past.request.name):
                    differences = tuple(request_differences(earlier.request, past.request))
                self._difference(DifferenceKind.ORDER, past.request, nearest=earlier, differences=differences)
                self._stop(call.request, call.parent_seq)
                return

    # ---- writing --------------------------------------------------------------------------------
    def _write_request(self, call: CallOfRerun) -> None:
        with self._lock:
            self._check_order(call)
            call.written = self.log.request(call.request, call.parent_seq, self._lanes.current())
            if call.past is not None:
                self._order.pass_step(call.past, is_answer=False)
                if not call.is_live:
                    self._given[call.past.number] = call.written
                    for inner in with_calls_inside(call.past):
                        self._matcher.take_call(inner)
            self._copy_what_is_due()

    def write_answer(self, call: CallOfRerun, answer: CallAnswer) -> None:
        """Write the answer of a call; before it, the recorded steps inside a call that is answered from the log."""
        past = call.past
        with self._lock:
            if past is not None:
                inside = {inner.number for inner in with_calls_inside(past)}
                for step in self._order.left_inside(inside, until=past):
                    if call.is_live:
                        self._matcher.take_call(step.call)
                    else:
                        self._copy(step)
                self._order.pass_step(past, is_answer=True)
            self.log.answer(call.written, answer)
            is_of_log = past is not None and answer is past.answer
            is_edit = is_of_log and past is not None and past.number in self._edited_calls
            self.is_edited = self.is_edited or is_edit
            if call.is_live:
                self.made += 1
            elif is_of_log and not is_edit:
                self.answered += 1
            else:
                self.given += 1
            self._copy_what_is_due()

    def _copy_what_is_due(self) -> None:
        """Write the steps inside calls that are answered from the log, as far as their turn has come."""
        while (step := self._order.next) is not None and step.inside is not None:
            if step.inside.number not in self._given:
                return
            self._order.pass_next()
            self._copy(step)

    def _copy(self, step: PastStep) -> None:
        """Write a recorded step inside a call that is answered from the log."""
        assert step.inside is not None
        outer = self._given[step.inside.number]
        past = step.call
        if step.event is not None:
            meta = {name: value for name, value in step.event.meta.items() if name not in ("seq", "parent")}
            self.log.recorder.append(step.event.kind, {**step.event.payload}, **meta, parent=outer.seq)
        elif not step.is_answer:
            self._given[past.number] = self.log.request(past.request, outer.seq, past.lane)
        elif past.answer is not None:
            self.log.answer(self._given[past.number], past.answer)
            self.answered += 1


def _do_nothing() -> None:
    """Ignore a difference."""


def describe(request: CallRequest) -> str:
    """Return the callee in words: ``the tool search``."""
    return f"the {request.kind.value} {request.name}"


def _name_of(call: PastCall | None) -> str:
    return "no other call" if call is None else f"{describe(call.request)} (event {position_after(call.index):,})"


def _is_alone() -> bool:
    """Return whether no other thread or task of this process could make a call."""
    if threading.active_count() > 1:
        return False
    return running_task() is None or len(asyncio.all_tasks()) == 1
