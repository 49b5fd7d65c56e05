"""The comparison of the runs in both seats: begun once both are read, made in a worker, asked about row by row.

A state machine without threads: all methods are called on the engine thread.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from replay_gui.core.divergence.row_places import RowPlaces
from replay_gui.core.divergence.rules import Rules
from replay_gui.engine.answers import Alert, Compared, Progress
from replay_gui.engine.compare_task import ComparedRun, CompareTask
from replay_gui.engine.comparison_files import findings_of, read_comparison
from replay_gui.engine.frames import Message
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.progress_throttle import ProgressThrottle
from replay_gui.engine.requests import Close, Compare, GetAligned, GetStep, RequestBody, StopWork, WorkEnded
from replay_gui.engine.step_reader import StepReader
from replay_gui.engine.worker_pool import WorkerPool

COMPARE, FORGET = "compare", "forget"
_RESULT = "columns"


class ComparisonController:
    """At most one comparison at a time; a newer one ends what is under way, or awaits it where only the rules differ.

    `pool` has one worker, which does nothing else: it keeps what it has read, so that other rules are tried at once.
    `runs()` gives the runs open in seats A and B. `answer(number, value, ticket)` hears what is to be said of the
    comparison with this number. `on_worker(number, purpose, message)` is called on threads of the pool, and is to
    bring the message back to `hear`.
    """

    def __init__(
        self,
        pool: WorkerPool,
        runs: Callable[[], tuple[OpenRun | None, OpenRun | None]],
        answer: Callable[[int, object, int], None],
        on_worker: Callable[[int, str, Message], None],
    ) -> None:
        self._pool = pool
        self._runs = runs
        self._answer = answer
        self._on_worker = on_worker
        self._waiting: tuple[int, Compare] | None = None  # until both runs are read
        self._number = 0  # of the comparison under way, or made last
        self._question: Compare | None = None
        self._work: JobGroup | None = None
        self._pace = ProgressThrottle("Comparing")
        self._folder: Path | None = None
        self._reader: StepReader | None = None

    def reply(self, number: int, question: RequestBody, ticket: int) -> None:
        """Answers a question about comparison `number`; one about another than the last is stale."""
        match question:
            case Compare():
                if not (self._is_busy and self._is_of_same_runs(question)):
                    self._stop()
                self._pool.warm()
                self._waiting = number, question
                self.advance()
            case Close():
                self.close()
            case StopWork() if self._waiting is not None or self._is_busy:
                self._stop()
                self._answer(number, Alert("info", "Stopped: the runs are not compared.", "retry"), 0)
                self._answer(number, WorkEnded(), 0)
            case GetAligned(start, stop) if (reader := self._reader_for(number)) is not None:
                self._answer(number, reader.rows(start, stop), ticket)
            case GetStep(row, states) if (reader := self._reader_for(number)) is not None:
                self._answer(number, reader.step(row, states), ticket)

    def advance(self) -> None:
        """Begins what waits, if both runs are read by now. To be called whenever something happened to a run."""
        a, b = self._runs()
        if self._waiting is None or a is None or b is None or self._is_busy:
            return
        number, question = self._waiting
        if (a.number, b.number) != (question.run_a, question.run_b) or not (a.index.complete and b.index.complete):
            return
        self._waiting, self._number, self._question, self._reader = None, number, question, None
        self._folder = Path(tempfile.mkdtemp(prefix="replay-gui-compare-"))
        self._work = JobGroup(self._pool, partial(self._on_worker, number))
        self._pace = ProgressThrottle("Comparing")
        self._answer(number, Progress("Comparing", 0, 0, None), 0)
        task = CompareTask(_named(a), _named(b), question.rules, question.anchors, str(self._folder / _RESULT))
        self._work.start(COMPARE, COMPARE, {"task": task})

    def on_worker_message(self, number: int, purpose: str, message: Message) -> None:
        """Takes in what the worker says."""
        if number != self._number or self._work is None or not self._work.accepts(purpose, message):
            return
        match message["type"]:
            case "progress":
                self._answer(number, self._pace.progress(message["done"], message["total"]), 0)
            case "done" | "failed" if self._waiting is not None:  # other rules took its place meanwhile
                self._drop_folder()
                self.advance()
            case "failed":
                self._drop_folder()
                self._answer(number, Alert("error", f"The runs were not compared: {message['text']}.", "retry"), 0)
                self._answer(number, WorkEnded(), 0)
            case "done":
                self._take(number, message["value"])
                self._answer(number, WorkEnded(), 0)

    def close(self) -> None:
        """Ends the work under way and forgets the comparison, in the worker, too."""
        self._stop()
        if self._reader is not None:
            self._reader = None
            self._pool.submit(FORGET, {}, _not_heard)

    @property
    def _is_busy(self) -> bool:
        return self._work is not None and self._work.busy

    def _take(self, number: int, value: object) -> None:
        a, b = self._runs()
        question, folder = self._question, self._folder
        assert question is not None
        assert folder is not None
        try:
            if a is None or b is None or (a.number, b.number) != (question.run_a, question.run_b):
                return  # another run has taken a seat meanwhile
            findings = findings_of(value)
            comparison = read_comparison(folder / _RESULT, findings)
        finally:
            self._drop_folder()
        places = RowPlaces.of(comparison.alignment)
        self._reader = StepReader(a, b, comparison.alignment, places, Rules(question.rules))
        self._answer(number, Compared(comparison, places, findings.first_ms, findings.took_ms), 0)

    def _reader_for(self, number: int) -> StepReader | None:
        """The reader of this comparison, while the runs it is about are the open ones."""
        a, b = self._runs()
        question = self._question
        if number != self._number or question is None or a is None or b is None:
            return None
        return self._reader if (a.number, b.number) == (question.run_a, question.run_b) else None

    def _is_of_same_runs(self, question: Compare) -> bool:
        last = self._question
        return last is not None and replace(last, rules=question.rules) == question

    def _stop(self) -> None:
        self._waiting = None
        if self._work is not None:
            self._work.stop()
        self._drop_folder()

    def _drop_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _named(run: OpenRun) -> ComparedRun:
    return ComparedRun(str(run.log.source.path), str(run.folder), run.log.source.stamp)


def _not_heard(message: Message) -> None:
    """What comes of it is of no matter."""
