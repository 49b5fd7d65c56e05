"""The states of an open run, and the work on it in each state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from replay_gui.core.log.positions import Position
from replay_gui.engine.conversion_controller import ConversionController
from replay_gui.engine.follower.follow_controller import FollowController
from replay_gui.engine.follower.follow_messages import FollowState
from replay_gui.engine.job_group import OnWorkerMessage
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.queries.marks_controller import MarksController
from replay_gui.engine.queries.search_controller import SearchController
from replay_gui.engine.queries.totals_controller import TotalsController
from replay_gui.engine.queries.value_controller import ValueController
from replay_gui.engine.reading_task import ReadingTask
from replay_gui.engine.requests import SendAnswer
from replay_gui.engine.worker_pool import WorkerPool


@dataclass(frozen=True)
class GrowingRun:
    """The log of the open run is still being written by a conversion."""

    conversion: ConversionController


@dataclass(frozen=True)
class WholeRun:
    """The log is whole; it is being indexed and verified, or that has ended."""

    task: ReadingTask


@dataclass(frozen=True)
class IncompleteRun:
    """The conversion ended before the log was whole; it will be neither indexed further nor verified."""


@dataclass(frozen=True)
class FollowedRun:
    """The file is followed, and events are being added; it is verified after a pause of the writer."""


RunState: TypeAlias = GrowingRun | WholeRun | IncompleteRun | FollowedRun


class ActiveRun:
    """The open run, its state, the requests about it, and the jobs that followed its file."""

    def __init__(
        self,
        run: OpenRun,
        state: RunState,
        *,
        pool: WorkerPool,
        searchers: WorkerPool,
        answer: SendAnswer,
        on_worker_message: OnWorkerMessage,
    ) -> None:
        """`searchers`: workers for jobs that must not wait for the long work of `pool`."""
        self.run = run
        self.state = state
        self.search = SearchController(searchers, run, answer, on_worker_message)
        self.values = ValueController(searchers, run, answer, on_worker_message)
        self.totals = TotalsController(pool, run, answer, on_worker_message)
        self.marks = MarksController(pool, run, answer, on_worker_message)
        self.last_seek: tuple[int, Position] | None = None  # ticket and position
        self.follows: list[FollowController] = []  # the last one's job may be under way; the files of all are shown
        self.answered_follow_state = FollowState.OFF

    @property
    def is_followed(self) -> bool:
        """Whether a job follows the file."""
        return bool(self.follows) and not self.follows[-1].is_over

    def stop(self) -> None:
        """End all work, and close the run."""
        match self.state:
            case GrowingRun(conversion):
                conversion.stop()
            case WholeRun(task):
                task.stop()
            case IncompleteRun() | FollowedRun():
                pass
            case _:
                assert_never(self.state)
        self.search.stop()
        self.values.stop()
        self.totals.stop()
        self.marks.stop()
        self.run.close()
        for follow in self.follows:
            follow.close()
