"""A recording: every call is made for real, and written to a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from replay_gui.core.errors import ReplayError
from replay_gui.core.log.kinds import NOT_RECORDED
from replay_gui.record.calls.call import CallAnswer, CallRequest
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.sessions.call_log import CallLog, WrittenRequest
from replay_gui.record.sessions.call_session import log_failure
from replay_gui.record.sessions.open_call import CallerLanes, OpenCall, SameCall, current_call, current_seq
from replay_gui.record.surroundings.drawn_values import MAX_DRAWN

_T = TypeVar("_T")


class RecordingSession:
    """Records the calls of this process. Thread-safe.

    Attributes:
        log: of the calls. unseen: the number of actions of each sort that no hook records.
        problem: why an event could not be written; None: all were.
    """

    is_rerun = False

    def __init__(self, log: CallLog, *, is_commanded: bool = False) -> None:
        self.log = log
        self.is_commanded = is_commanded
        self._lanes = CallerLanes()
        self._failures: set[str] = set()
        self.unseen = Counter[str]()
        self.problem: str | None = None

    @property
    def secrets(self) -> Secrets:
        """The secrets to be replaced before anything is written."""
        return self.log.secrets

    def begin(self, request: CallRequest) -> OpenCall:
        """Write the request of a call that is made now."""
        outer = current_call()
        if outer is not None and outer.is_same(request):
            return SameCall(outer)
        written = self.log.request(request, None if outer is None else outer.seq, self._lanes.current())
        return CallBeingRecorded(self.log, written)

    async def begin_async(self, request: CallRequest) -> OpenCall:
        """Begin a call as `begin`: writing an event takes no longer than handing it to another thread."""
        return self.begin(request)

    def draw(self, source: str, real: Callable[[], _T]) -> _T:
        """Return the real value, and record it."""
        value = real()
        if not self.log.drawn.add((self._lanes.current(), current_seq()), source, value):
            self.note_unseen(f"the {source}, between two calls more than {MAX_DRAWN:,} times")
        return value

    def note_unseen(self, what: str) -> None:
        """Count an action that no hook records; `finish` writes the numbers."""
        self.unseen[what] += 1

    def finish(self) -> None:
        """Record in the log what it lacks, and seal it."""
        self.log.close(self.unseen)

    def report_failure(self, where: str, error: Exception) -> None:
        """Report the failure of a hook. The log records now that a call is missing, and at its end the number."""
        log_failure(where, error)
        if isinstance(error, ReplayError) and self.problem is None:
            self.problem = str(error)
        if where in self._failures:
            self.note_unseen(f"more calls that the hook {where} could not record")
            return
        self._failures.add(where)
        what = f"a call that the hook {where} could not record"
        try:
            self.log.recorder.append(NOT_RECORDED, {"what": what})
        except ReplayError as why:  # for example, the disk is full: the agent continues
            log_failure(f"{where}, log", why)
            self.note_unseen(what)  # reported at the end, if possible


class CallBeingRecorded:
    """A call that is made for real; see OpenCall."""

    __slots__ = ("_is_finished", "_log", "_written")

    answer: CallAnswer | None = None
    changes: Mapping[str, Any] = {}

    def __init__(self, log: CallLog, written: WrittenRequest) -> None:
        self._log = log
        self._written = written
        self._is_finished = False

    @property
    def seq(self) -> int:
        """The seq of the request's event."""
        return self._written.seq

    def is_same(self, request: CallRequest) -> bool:
        """Return whether this request is the one that began this call, seen by a second hook."""
        return self._log.is_same(self._written, request)

    def finish(self, answer: CallAnswer) -> None:
        """Write the answer; only the first call has an effect, and none in a forked process."""
        if not self._is_finished and not self._log.is_inherited:
            self._is_finished = True
            self._log.answer(self._written, answer)

    async def finish_async(self, answer: CallAnswer) -> None:
        """Write the answer as `finish`."""
        self.finish(answer)
