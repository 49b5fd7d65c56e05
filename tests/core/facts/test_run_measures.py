"""Calls, failures, tokens, cost and duration: whatever shows one of these numbers of a run shows the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from replay_gui.commands.info import info_json, summary_of
from replay_gui.commands.runs import OpenedRun
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.facts.run_measures import (
    RunCounts,
    TokenCounts,
    cached_tokens,
    counts_of_index,
    duration_between,
    run_duration,
    times_of_index,
    token_counts,
    token_words,
)
from replay_gui.core.facts.run_totals import ModelUse, total_cost
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.generic.importer import JsonLines
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import build_run_index
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.index.run_index import RunIndex, failures_of_index
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.model import RunPart
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.jobs.evaluation.totals_job import MetaSums, sum_up
from replay_gui.engine.jobs.job_types import TotalsArguments
from replay_gui.models.facts.range_sums import RangeSums
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.run_numbers import run_numbers
from replay_gui.models.timeline.spending_plot import SpendingPlot
from tests.helpers.fake_pool import MessageList
from tests.helpers.paths import DATA, RESOURCES

SEEDS = sorted(path for path in (DATA / "seeds").rglob("*") if path.is_file() and path.parent.name != JsonLines.name)
"""Without JSON Lines of no known format: they are read by a mapping of the user's."""
SAMPLES = sorted((RESOURCES / "samples").glob("*.rlog"))


@pytest.mark.parametrize("path", [*SEEDS, *SAMPLES], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_place_shows_the_same_numbers(path: Path, tmp_path: Path) -> None:
    conversions = str(tmp_path / "conversions")
    runs = [profile.run for profile in profiles(run_files(str(path), conversions))]
    made = [] if path.suffix == ".rlog" else cached_conversions(path, conversions)
    logs = [one.path for one in made] or [path]
    assert len(runs) == len(logs) > 0
    for number, (listed, log_path) in enumerate(zip(runs, logs, strict=True)):
        with EventLog.open(log_path) as log:
            opened = OpenedRun(str(path), log, made[number] if made else None, tuple(one.name for one in made))
            summary = summary_of(opened)
            info = info_json(opened, summary)
            (folder := tmp_path / f"index-{number}").mkdir()
            index = build_run_index(IndexView(folder), IndexBuilder(log, folder).run(lambda built: None), complete=True)
            part = _part(log, summary.events)
            report = part.facts
        sums = sum_up(TotalsArguments(str(log_path)), MessageList())
        numbers, counts = run_numbers(index), summary.counts
        assert counts == counts_of_index(index) == report.counts
        assert (numbers.calls, numbers.failed, numbers.denied, numbers.errors) == (
            (counts.calls, counts.failed, counts.denied, counts.errors)
        )
        assert (listed.events, listed.calls, listed.failures) == (info["events"], counts.calls, counts.failures)
        assert len(index.groups.failures) == _filtered(index) == _in_errors_row(part) == counts.failures
        assert sum(tool["calls"] for tool in info["tools"].values()) == sum(one.calls for one in numbers.tools)
        assert info["kinds"].get("ToolRequest", 0) == counts.calls
        assert (info["first_time"], info["last_time"]) == times_of_index(index)
        durations = info["duration"], listed.duration, numbers.duration, report.duration
        assert set(durations) == {summary.duration}
        assert summary.duration is None or summary.duration > 0
        assert info["tokens"] == _form(token_counts(sums.uses)) == _form(report.tokens)
        assert info["cost"] == listed.cost == total_cost(sums.uses) == report.cost
        assert summary.result == sums.result == report.result
        _check_spending(sums, token_counts(sums.uses), listed.tokens)


def _part(log: EventLog, events: int) -> RunPart:
    verification = VerificationReport(
        run="run",
        run_id="run",
        origin="imported",
        events=events,
        verified=0,
        failures=(),
        mismatches=(),
        state_hashes=0,
        state_hashes_checked=0,
        seal="none",
        tail_bytes=0,
        skipped_bytes=0,
        head=None,
        state_hash=None,
        file_blake3="",
        verdict="NOT VERIFIABLE",
        notes=(),
    )
    return run_part(log, verification, "foreign", 0, lambda done, total: None)


def _filtered(index: RunIndex) -> int:
    """How many events the list shows of what failed."""
    return len(EventFilter(failed=True).indexes(index, FIRST_EVENT, EventIndex(index.count)))


def _in_errors_row(part: RunPart) -> int:
    assert part.timeline is not None
    return sum(sum(lane.counts) for lane in part.timeline.lanes if lane.title == "Errors")


def _form(tokens: TokenCounts) -> dict[str, int | None]:
    return {
        "input": tokens.input,
        "cached": tokens.cached,
        "output": tokens.output,
        "reasoning": tokens.reasoning,
    }


def _check_spending(sums: MetaSums, tokens: TokenCounts, listed: int | None) -> None:
    uncached, cached, answered = SpendingPlot.of(sums.spending).sums[:, -1].tolist()
    assert (answered, cached) == (tokens.output or 0, tokens.cached or 0)
    assert tokens.input is None or uncached + cached >= tokens.input, "what has no sort counts as input, too"
    assert (listed or 0) == SpendingPlot.of(sums.spending).tokens


@pytest.mark.parametrize(
    ("errors", "counts"),
    [
        ([("tool_error", "search")], RunCounts(calls=1, failed=1)),
        ([("tool_error", "search"), ("tool_error", "search")], RunCounts(calls=1, failed=1, errors=1)),
        ([("overloaded", "model")], RunCounts(calls=1, failed=1, errors=1)),
        ([("interrupted", "search")], RunCounts(calls=1, failed=1, interrupted=1)),
        ([("overloaded", "model"), ("tool_error", "search")], RunCounts(calls=1, failed=1, errors=2)),
    ],
)
def test_one_failure_counts_once(errors: list[tuple[str, str]], counts: RunCounts, tmp_path: Path) -> None:
    with Recorder(tmp_path / "run.rlog", agent_type="a", agent_version="1", config={}) as run:
        call = run.tool_request("search", {"q": 1})
        run.tool_response(call, None, error="gone", success=False)
        for error_type, component in errors:
            run.error(error_type, "gone", component)
    (tmp_path / "index").mkdir()
    with EventLog.open(tmp_path / "run.rlog") as log:
        built = IndexBuilder(log, tmp_path / "index").run(lambda built: None)
        index = build_run_index(IndexView(tmp_path / "index"), built, complete=True)
        summary = summary_of(OpenedRun("run", log, None, ()))
        row = _in_errors_row(_part(log, summary.events))
    assert summary.counts == counts_of_index(index) == counts
    assert len(index.groups.failures) == int(failures_of_index(index).sum()) == counts.failures
    assert row == _filtered(index) == counts.failures


def test_a_duration_needs_two_times() -> None:
    assert duration_between(None, 5) is duration_between(5, None) is duration_between(5, 5) is None
    assert duration_between(5, 7) == 2


def test_a_duration_that_the_end_states(tmp_path: Path) -> None:
    assert (run_duration(None, None, 0), run_duration(None, None, 9), run_duration(5, 7, 0)) == (None, 9, 2)
    assert (run_duration(5, 7, 9), run_duration(5, 70, 9)) == (9, 65)
    path = tmp_path / "run.rlog"
    with Recorder(path, "t", "1", config={}, run_id="r", created=1) as run:
        run.observation("message", "user", "go", time=1_000)
        run.decision("message", "done", time=3_000)
        run.append("x:end", {"how": "answered", "why": None}, duration=50_000, time=3_000)
    with EventLog.open(path) as log:
        index = build_run_index(IndexView(tmp_path), IndexBuilder(log, tmp_path).run(lambda built: None), complete=True)
        whole = RangeSums.of(index, None, Position(1), Position(index.count))
    assert run_numbers(index).duration == 50_000
    assert whole.numbers.duration == 2_999, "a range lasts from its first to its last time"


def test_an_event_without_a_time_hides_no_others() -> None:
    times = np.array([np.iinfo(np.int64).min, 30, 10, np.iinfo(np.int64).min], np.int64)
    assert times_of_index(RunIndex(kind=np.zeros(4, np.uint16), time=times)) == (10, 30)
    assert times_of_index(RunIndex()) == (None, None)


def test_what_is_not_told_is_unknown() -> None:
    assert token_counts(()) == TokenCounts()
    assert token_words(TokenCounts()) == ""
    use = ModelUse("m", tokens={"input": 12, "output": 4, "cached": 7})
    assert token_counts((use, use)) == TokenCounts(24, 14, 8, None)
    assert token_words(token_counts((use,))) == "12 input (7 of them cached), 4 output"
    thought = TokenCounts(output=4, reasoning=3)
    assert token_words(thought) == "4 output (3 of them reasoning)"
    assert (cached_tokens({"cache_read": 3}), cached_tokens({"input": 3})) == (3, None)
