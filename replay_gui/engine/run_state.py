"""The states of an open run, and what is done with it in each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from replay_gui.core.log.positions import Position
from replay_gui.engine.conversion_controller import ConversionController
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.queries.marks_controller import MarksController
from replay_gui.engine.queries.search_controller import SearchController
from replay_gui.engine.queries.totals_controller import TotalsController
from replay_gui.engine.queries.value_controller import ValueController
from replay_gui.engine.reading_task import ReadingTask


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


RunState: TypeAlias = GrowingRun | WholeRun | IncompleteRun


class ActiveRun:
    """The open run, the state that it is in, and what was requested of it."""

    def __init__(
        self,
        run: OpenRun,
        state: RunState,
        *,
        search: SearchController,
        values: ValueController,
        totals: TotalsController,
        marks: MarksController,
    ) -> None:
        self.run = run
        self.state = state
        self.search = search
        self.values = values
        self.totals = totals
        self.marks = marks
        self.last_seek: tuple[int, Position] | None = None  # ticket and position

    def stop(self) -> None:
        """End all work, and close the run."""
        match self.state:
            case GrowingRun(conversion):
                conversion.stop()
            case WholeRun(task):
                task.stop()
            case IncompleteRun():
                pass
            case _:
                assert_never(self.state)
        self.search.stop()
        self.values.stop()
        self.totals.stop()
        self.marks.stop()
        self.run.close()
