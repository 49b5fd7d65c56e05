"""The comparison's state machine by itself, with a worker in this process that works when it is told to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, write_table
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.answers import Alert, AlignedRows, Compared, Step
from replay_gui.engine.comparison.comparison_controller import ComparisonController
from replay_gui.engine.comparison.why_answers import Explained, ReasonsNotFound, Trail, TrailGap, TrailRow
from replay_gui.engine.jobs import compare_job, why_job
from replay_gui.engine.jobs.job import JobCache, decode_arguments
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobProgress, encode_value
from replay_gui.engine.jobs.registry import JOBS
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import open_log_run
from replay_gui.engine.requests import Close, Compare, Explain, GetAligned, GetStep, GetTrail, StopWork, WorkEnded
from replay_gui.engine.worker_pool import OnJobMessage
from replay_gui.models.comparison.comparison_states import Anchors

CLOCK = Rule(Action.NONDETERMINISTIC, tool="clock")
SEARCH = Rule(Action.NONDETERMINISTIC, tool="search")


class Handle:
    def __init__(self, job: str, arguments: object, on_message: OnJobMessage) -> None:
        self.job, self.on_message = job, on_message
        self.arguments = decode_arguments(JOBS[job], encode_value(arguments))  # as they come out of a pipe
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ComparisonContext:
    """The context of a job of the one worker."""

    def __init__(self, handle: Handle, cache: JobCache) -> None:
        self._handle = handle
        self.cache = cache

    def progress(self, done: int, total: int) -> None:
        self._handle.on_message(JobProgress(0, done, total))

    def part(self, value: Any) -> None:
        raise AssertionError("a comparison has no parts")


class Pool:
    """Has one worker, which does what waits once `work` is called."""

    def __init__(self) -> None:
        self.handles: list[Handle] = []
        self.done = 0
        self.cache = JobCache()

    def warm(self, job: str = "") -> None:
        """It is."""

    def submit(self, job: str, arguments: object, on_message: OnJobMessage) -> Handle:
        self.handles.append(Handle(job, arguments, on_message))
        return self.handles[-1]

    def work(self) -> None:
        while self.done < len(self.handles):
            self.work_once()

    def work_once(self) -> None:
        handle = self.handles[self.done]
        self.done += 1
        if not handle.cancelled:
            try:
                value = JOBS[handle.job](handle.arguments, ComparisonContext(handle, self.cache))
            except Exception as why:  # noqa: BLE001  as the worker does
                handle.on_message(JobFailed(0, str(why), "internal"))
            else:
                handle.on_message(JobDone(0, encode_value(value)))


class Pair:
    """Two open runs, a Comparing, and what it answers."""

    def __init__(self, folder: Path) -> None:
        self.pool = Pool()
        self.answers: list[tuple[int, object]] = []
        self.heard: list[tuple[int, str, Any]] = []
        self.a = self._open(1, _log(folder / "a.rlog", "10:00", "one"), folder)
        self.b = self._open(2, _log(folder / "b.rlog", "10:01", "two"), folder)
        self.sides: list[OpenRun | None] = [self.a, self.b]
        self.comparing = ComparisonController(
            self.pool,  # type: ignore[arg-type]
            lambda: (self.sides[0], self.sides[1]),
            self._on_answer,
            lambda number, job, message: job.on_message(message),
        )

    def _on_answer(self, number: int, value: object, ticket: int = 0) -> None:
        self.answers.append((number, value))

    def _open(self, number: int, path: Path, folder: Path) -> OpenRun:
        cache = IndexCache(folder / "cache")
        with EventLog.open(path) as log:
            building = cache.make_building_folder()
            write_table(building, log, IndexBuilder(log, building).run(lambda built: None))
            cache.adopt_folder(building, log)
        return open_log_run(number, str(path), cache, lambda text: None)

    def ask(self, number: int, *rules: Rule, anchors: Anchors = ()) -> None:
        self.comparing.handle_request(number, Compare(1, 2, rules, anchors), 0)

    def all(self, kind: type) -> list[tuple[int, Any]]:
        return [(number, value) for number, value in self.answers if isinstance(value, kind)]

    @property
    def last(self) -> Any:
        return self.all(Compared)[-1][1].comparison


def _log(path: Path, clock: str, found: str) -> Path:
    times = iter(range(1_700_000_000_000_000_000, 1_800_000_000_000_000_000, 10**9))
    with Recorder(path, agent_type="t", agent_version="1", config={}, created=next(times)) as run:
        for turn in range(3):
            run.decision("plan", {"turn": turn}, time=next(times))
            for tool, output in (("clock", clock), ("search", found)):
                call = run.tool_request(tool, {"turn": turn}, time=next(times))
                run.tool_response(call, {"output": output}, time=next(times))
    return path


@pytest.fixture
def pair(tmp_path: Path) -> Any:
    made = Pair(tmp_path)
    yield made
    made.comparing.close()
    made.pool.work()
    made.pool.cache.clear()
    made.a.close()
    made.b.close()


def test_it_begins_once_both_runs_are_there(pair: Pair) -> None:
    pair.sides[1] = None
    pair.ask(1)
    assert not pair.pool.handles
    pair.sides[1] = pair.b
    pair.comparing.advance()
    pair.pool.work()
    assert len(pair.last.points.row) == 6
    assert {cause.tool for cause in pair.last.causes} == {"clock", "search"}
    assert (1, WorkEnded()) in pair.answers


def test_the_reasons_follow_the_comparison(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work()
    assert [handle.job for handle in pair.pool.handles] == ["compare", "why"]
    kinds = [type(value) for _, value in pair.answers if isinstance(value, Compared | WorkEnded | Explained)]
    assert kinds == [Compared, WorkEnded, Explained]
    explained = pair.all(Explained)[0][1]
    assert explained.result.name_a == "A"
    assert explained.result.reasons[0].tool == "clock"
    assert explained.result.reasons[0].a == {"turn": 0}
    assert [(size.events, size.calls, size.failed) for size in explained.sizes] == [(pair.a.index.count, 6, 0)] * 2


def test_the_trail_of_a_reason_marks_its_events(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work()
    reason = pair.all(Explained)[0][1].result.reasons[0]
    pair.comparing.handle_request(1, GetTrail(0), 0)
    trail = pair.all(Trail)[0][1]
    keys = [line.row.position for line in trail.b if isinstance(line, TrailRow) and line.is_key]
    assert reason.index_b + 1 in keys
    last = trail.a[-1].row.position
    pair.comparing.handle_request(1, GetTrail(0, opened_a=((last + 4, last + 5),)), 0)
    opened = pair.all(Trail)[1][1]
    assert opened.a[len(trail.a)] == TrailGap(last, last + 4)
    assert opened.a[-1].row.position == last + 5
    assert opened.b == trail.b
    pair.comparing.handle_request(1, GetTrail(99), 0)
    assert len(pair.all(Trail)) == 2


def test_rules_rank_the_reasons_again(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work()
    pair.ask(2, Rule(Action.IGNORE, tool="clock"), Rule(Action.CHANGES, tool="search"))
    pair.pool.work()
    number, explained = pair.all(Explained)[-1]
    assert number == 2
    assert {reason.tool for reason in explained.result.reasons} <= {"search"}
    assert {row.tool for row in explained.result.actions} == {"search"}


def test_stopped_while_it_looks_for_reasons_the_comparison_stays(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work_once()
    assert pair.all(Compared)
    pair.comparing.handle_request(1, StopWork(), 0)
    pair.pool.work()
    assert pair.pool.handles[1].cancelled
    assert [value.problem for _, value in pair.all(ReasonsNotFound)] == [
        "The search for reasons was stopped. Reload the runs to look for them again."
    ]
    pair.comparing.handle_request(1, GetStep(0), 0)
    assert pair.all(Step)
    pair.comparing.handle_request(1, Explain(), 0)
    pair.pool.work()
    assert pair.all(Explained)


def test_outcomes_that_change_while_it_looks_for_reasons_are_used_by_another_search(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work_once()
    for _ in range(2):
        pair.comparing.handle_request(1, Explain(), 0)
    pair.pool.work()
    assert [handle.job for handle in pair.pool.handles] == ["compare", "why", "why"]
    assert len(pair.all(Explained)) == 1, "the first result is out of date"


def test_what_breaks_the_search_for_reasons_is_said(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why_job, "WhyFinder", None)
    pair.ask(1)
    pair.pool.work()
    assert pair.all(ReasonsNotFound)[0][1].problem.startswith("The reasons were not found: ")
    assert not pair.all(Alert)


def test_it_answers_of_the_comparison_that_was_asked_for_alone(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work()
    pair.comparing.handle_request(1, GetAligned(0, 100), 0)
    pair.comparing.handle_request(1, GetStep(3), 0)
    pair.comparing.handle_request(7, GetStep(3), 0)
    assert [number for number, _ in pair.all(Step)] == [1]
    assert len(pair.all(AlignedRows)[0][1].rows) == len(pair.last.alignment.a)


@pytest.mark.parametrize("column", ["content", "chain", "kind"])
def test_a_kept_index_that_was_damaged_is_said_to_be_and_made_anew(pair: Pair, column: str) -> None:
    data = bytearray((pair.a.folder / column).read_bytes())
    data[4] ^= 1
    (pair.a.folder / column).write_bytes(data)
    pair.ask(1)
    pair.pool.work()
    alert = pair.all(Alert)[-1][1]
    assert "its index is gone, damaged or of other content; reload it" in alert.text
    assert IndexCache(pair.a.folder.parent).load_index(pair.a.log) is None, "so that it is made anew"


def test_other_rules_read_nothing_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.ask(1)
    pair.pool.work()
    monkeypatch.setattr(compare_job, "Comparer", None)  # to make another fails
    pair.ask(2, CLOCK)
    pair.pool.work()
    assert {cause.tool for cause in pair.last.causes} == {"search"}
    pair.ask(3)
    pair.pool.work()
    assert {cause.tool for cause in pair.last.causes} == {"clock", "search"}


def test_other_anchors_lay_the_runs_out_anew(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work()
    pair.ask(2, anchors=((EventIndex(1), EventIndex(6)),))
    pair.pool.work()
    assert int(pair.last.alignment.partner_of_a[1]) == 6


def test_rules_that_change_while_it_works_wait_and_only_the_last_count(pair: Pair) -> None:
    pair.ask(1)
    pair.ask(2, CLOCK)
    pair.ask(3, CLOCK, SEARCH)
    assert len(pair.pool.handles) == 1
    assert not pair.pool.handles[0].cancelled
    pair.pool.work()
    assert [number for number, _ in pair.all(Compared)] == [3]
    assert not pair.last.diverged
    assert [handle.job for handle in pair.pool.handles] == ["compare", "compare", "why"]


def test_stopped_it_says_so_and_nothing_comes(pair: Pair) -> None:
    pair.ask(1)
    pair.comparing.handle_request(1, StopWork(), 0)
    pair.pool.work()
    assert pair.pool.handles[0].cancelled
    assert not pair.all(Compared)
    assert "Stopped" in pair.all(Alert)[0][1].text


def test_a_file_that_is_gone_is_told_of_in_words(pair: Pair) -> None:
    pair.ask(1)
    Path(pair.b.facts.path).unlink()
    pair.pool.work()
    text = pair.all(Alert)[0][1].text
    assert text.startswith("The runs were not compared: ")
    assert "b.rlog" in text
    assert pair.answers[-1] == (1, WorkEnded())


def test_gone_after_it_was_read_it_goes_on_serving(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work()
    Path(pair.b.facts.path).unlink()
    pair.ask(2, CLOCK)
    pair.pool.work()
    assert not pair.all(Alert)
    assert {cause.tool for cause in pair.last.causes} == {"search"}


def test_another_run_in_a_seat_meanwhile_makes_it_void(pair: Pair) -> None:
    pair.ask(1)
    pair.sides[0] = None
    pair.pool.work()
    assert not pair.all(Compared)


def test_closed_it_has_the_worker_forget(pair: Pair) -> None:
    pair.ask(1)
    pair.pool.work()
    assert pair.pool.cache.value is not None
    pair.comparing.handle_request(1, Close(), 0)
    pair.pool.work()
    assert pair.pool.cache.value is None
    pair.comparing.handle_request(1, GetStep(0), 0)
    assert not pair.all(Step)
