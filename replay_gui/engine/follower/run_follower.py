"""Follows the file of the open run of one side: reads the added data, and informs the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, assert_never

import msgspec

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.file_end import FileEnd
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.positions import index_before
from replay_gui.core.log.writer_lock import is_being_written
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.engine.answers import Alert, FactsChanged, IndexGrew
from replay_gui.engine.follower.follow_arguments import FileGrowth, FollowEnded
from replay_gui.engine.follower.follow_controller import FollowController
from replay_gui.engine.follower.follow_messages import FileGrew, Followed, FollowState
from replay_gui.engine.jobs.job_messages import JobFailed
from replay_gui.engine.open_run import CHANGED
from replay_gui.engine.opening import facts_of
from replay_gui.engine.requests import CheckFile, OnRunMessage, SendAnswer, WorkEnded
from replay_gui.engine.run_state import ActiveRun, FollowedRun, GrowingRun, IncompleteRun, WholeRun
from replay_gui.engine.worker_pool import WorkerPool

FACTS_INTERVAL_S = 2.0  # seconds between two answers with the facts while events are being added

_RECENT_NS = 60 * 10**9  # since the last write: the run may still be running
_WORDS = {
    FileEnd.CUT: translatable("The file was cut; the window shows the earlier content."),
    FileEnd.REPLACED: translatable(
        "The file was replaced by another, or rewritten; the window shows the earlier content."
    ),
    FileEnd.GONE: translatable("The file was removed or renamed; the window shows the earlier content."),
    FileEnd.DAMAGED: translatable("The new data of the file is damaged; the window shows the earlier content."),
}

_log = topic_logger(Topic.ENGINE)


class BeginReading(Protocol):
    """Begins to verify a run whose index is complete."""

    def __call__(self, active: ActiveRun, built: BuiltIndex, /) -> None:
        """Begin; answers follow."""


class RunFollower:
    """Follows the open run's file. Used on the engine thread alone."""

    def __init__(
        self,
        pool: WorkerPool,
        cache: IndexCache,
        answer: SendAnswer,
        *,
        on_worker_message: OnRunMessage,
        begin_reading: BeginReading,
        answer_last_seek: Callable[[ActiveRun], None],
    ) -> None:
        """`pool`: with a separate worker, since the job lasts as long as the file is followed."""
        self._pool, self._cache, self._answer = pool, cache, answer
        self._on_worker_message, self._begin_reading = on_worker_message, begin_reading
        self._answer_last_seek = answer_last_seek
        self._clock, self._facts_answered_at = time.monotonic, 0.0

    def check(self, active: ActiveRun, request: CheckFile) -> None:
        """Check the changed file: follow it if it may have grown, else report the change."""
        run, follows = active.run, request.follows
        if active.is_followed or isinstance(active.state, FollowedRun):
            return
        if not (change := run.change_on_disk()):
            if follows and isinstance(active.state, WholeRun) and _is_being_recorded(active):
                self._follow(active)
                self._answer_follow_state(active, FollowState.WAITING)
            elif follows and time.time_ns() - run.stamp[3] < _RECENT_NS:  # its next event must not wait for a worker
                self._pool.warm()
            return
        if follows and isinstance(active.state, GrowingRun):
            return  # it is requested again after the file's old content is converted
        if follows and change == CHANGED and isinstance(active.state, WholeRun) and _may_grow(active):
            self._follow(active)
        elif request.reports_growth and change == CHANGED and run.has_grown_on_disk():
            self._answer(run.number, FileGrew())
        else:
            self._answer(run.number, Alert("warning", tr(change), ("reload",)))

    def _follow(self, active: ActiveRun) -> None:
        run = active.run
        on_message = partial(self._on_worker_message, run.number)
        on_followed = partial(self._on_followed, active)
        active.follows.append(FollowController(self._pool, run, self._cache, on_message, on_followed))
        _log.info("%s: followed", run.facts.path)

    def stop(self, active: ActiveRun) -> None:
        """Read the file to its present end, then stop following it."""
        if active.is_followed:
            active.follows[-1].finish()

    def _on_followed(self, active: ActiveRun, content: FileGrowth | FollowEnded | JobFailed) -> None:
        match content:
            case FileGrowth():
                self._grow(active, content)
            case FollowEnded(reason):
                self._end(active, reason)
            case JobFailed(text=text):
                if isinstance(active.state, FollowedRun):
                    active.state = IncompleteRun()
                self._answer_follow_state(active, FollowState.OFF)
                words = tr("The file is not followed any more: {reason}.", reason=text)
                self._answer(active.run.number, Alert("error", words, ("reload",)))
            case _:
                assert_never(content)

    def _grow(self, active: ActiveRun, growth: FileGrowth) -> None:
        run, before = active.run, active.run.index
        self._end_reading(active)
        self._answer_follow_state(active, FollowState.GROWING)
        if growth.made is None:
            log, facts = None, msgspec.structs.replace(run.facts, size=growth.stamp[2])
        else:
            log = EventLog.open(growth.made.path)
            facts = facts_of(log, run.facts.path, growth.stamp[2], growth.made)
        run.follow(
            growth.built,
            Path(growth.folder),
            facts=facts,
            stamp=growth.stamp,
            is_whole=growth.is_whole or log is not None,
            log=log,
            own_hashes=None if growth.made is None else growth.made.own_hashes,
        )
        first = growth.first_changed
        self._answer_facts(active, growth.is_whole)
        self._answer(run.number, IndexGrew(run.index, first if first < before.count else None))
        if active.last_seek is not None:
            at = index_before(active.last_seek[1])
            is_answered = 0 <= at < min(before.count, run.index.count) and before.pair[at] != run.index.pair[at]
            if is_answered or first <= at < before.count:
                self._answer_last_seek(active)
        if growth.is_whole:
            self._begin_reading(active, growth.built)
            self._answer_follow_state(active, FollowState.WAITING)
            active.totals.begin_if_requested()

    def _answer_facts(self, active: ActiveRun, is_whole: bool) -> None:
        """Send the facts at intervals only, because the window then requests all that depends on the last event."""
        now = self._clock()
        if is_whole or (now - self._facts_answered_at >= FACTS_INTERVAL_S and not active.values.busy):
            self._facts_answered_at = now
            self._answer(active.run.number, FactsChanged(active.run.facts))

    def _end_reading(self, active: ActiveRun) -> None:
        """End the work on the earlier content of the file."""
        if isinstance(active.state, WholeRun):
            if active.state.task.busy:
                active.state.task.stop()
                self._answer(active.run.number, WorkEnded())
            active.totals.suspend()
            active.marks.stop()
        active.state = FollowedRun()

    def _end(self, active: ActiveRun, reason: FileEnd | None) -> None:
        run = active.run
        _log.info("%s: not followed any more: %s", run.facts.path, reason or "as requested")
        self._answer_follow_state(active, FollowState.OFF)
        if reason in _WORDS:
            self._answer(run.number, Alert("warning", tr(_WORDS[reason]), ("reload",)))
        elif reason is FileEnd.LEFT:
            text = tr("The recorder ended without sealing the log; all that it wrote is shown.")
            self._answer(run.number, Alert("info", text))
        elif reason is FileEnd.SEALED and (change := run.change_on_disk()):  # after the seal
            self._answer(run.number, Alert("warning", tr(change), ("reload",)))

    def _answer_follow_state(self, active: ActiveRun, state: FollowState) -> None:
        if active.answered_follow_state is not state:
            active.answered_follow_state = state
            self._answer(active.run.number, Followed(state))


def _is_being_recorded(active: ActiveRun) -> bool:
    """Whether a recorder has the log open, so that an event may come at any time."""
    run = active.run
    return run.facts.format == OWN_FORMAT and run.first_broken is None and is_being_written(run.facts.path)


def _may_grow(active: ActiveRun) -> bool:
    """Whether the file may be growing: for a log, the same file with more bytes, none of them damaged."""
    run = active.run
    return run.facts.format != OWN_FORMAT or (run.first_broken is None and run.has_grown_on_disk())
