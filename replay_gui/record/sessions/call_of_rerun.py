"""A call of a re-run, which waits for its turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from replay_gui.record.calls.call import CallAnswer, CallRequest
from replay_gui.record.matcher.past_run import PastCall
from replay_gui.record.sessions.call_log import CallLog, WrittenRequest
from replay_gui.record.sessions.open_call import running_task

_CHECK_INTERVAL_S = 0.001  # seconds between two checks of a call's turn


class AnsweringSession(Protocol):
    """The part of a session that its calls need. `log`: the log that the re-run writes."""

    log: CallLog

    def turns_to_wait_for(self, past: PastCall, *, is_answer: bool) -> Iterator[None]:
        """Yield as long as other calls should come before this step."""
        ...

    def write_answer(self, call: CallOfRerun, answer: CallAnswer) -> None:
        """Write the answer of a call."""
        ...


class CallOfRerun:
    """A call of a re-run; see OpenCall.

    Attributes:
        past: the matching recorded call; None if it was not recorded.
        written: its request in the new log; set by the session when it is written.
        request: of the agent. parent_seq: seq of the request of the call inside which this one is made, or None.
    """

    written: WrittenRequest

    def __init__(
        self,
        session: AnsweringSession,
        request: CallRequest,
        past: PastCall | None,
        *,
        given: CallAnswer | None,
        parent_seq: int | None,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        """`given`: its answer without making the call; None: it is made."""
        self.past = past
        self._given = given
        self.changes: Mapping[str, Any] = changes or {}
        self.request = request
        self.parent_seq = parent_seq
        self._session = session
        self._is_finished = False

    @property
    def is_live(self) -> bool:
        """Whether the call is made for real."""
        return self._given is None

    @property
    def seq(self) -> int:
        """The seq of the request's event."""
        return self.written.seq

    @property
    def answer(self) -> CallAnswer | None:
        """The given answer; None for a call that is made for real."""
        return self._given

    @property
    def is_users(self) -> bool:
        """Whether it is answered with a value of the user, and not from the log."""
        return self._given is not None and (self.past is None or self._given is not self.past.answer)

    def is_same(self, request: CallRequest) -> bool:
        """Return whether this request is the one that began this call, seen by a second hook."""
        return self._session.log.is_same(self.written, request)

    def finish(self, answer: CallAnswer) -> None:
        """Write the answer when its turn has come; only the first call has an effect, and none in a forked process."""
        if not self._is_finished and not self._session.log.is_inherited:
            self._is_finished = True
            if self.past is not None and not self.is_live:
                wait_for_turns(self._session.turns_to_wait_for(self.past, is_answer=True))
            self._session.write_answer(self, answer)

    async def finish_async(self, answer: CallAnswer) -> None:
        """Write the answer as `finish`, without blocking the event loop."""
        if not self._is_finished and not self._session.log.is_inherited:
            self._is_finished = True
            if self.past is not None and not self.is_live:
                await wait_async(self._session.turns_to_wait_for(self.past, is_answer=True))
            self._session.write_answer(self, answer)


def wait_for_turns(turns: Iterator[None]) -> None:
    """Wait for the turns of others; not in an event loop, whose thread the others need."""
    is_in_loop = running_task() is not None
    for _ in turns:
        if is_in_loop:
            return
        time.sleep(_CHECK_INTERVAL_S)


async def wait_async(turns: Iterator[None]) -> None:
    """Wait for the turns of others, in asyncio; not in another event loop."""
    for _ in turns:
        if running_task() is None:
            return
        await asyncio.sleep(_CHECK_INTERVAL_S)
