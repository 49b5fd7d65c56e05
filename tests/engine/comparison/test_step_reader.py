from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.comparison import Change
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, write_table
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.comparison.step_reader import StepReader
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import open_log_run

SECOND = 10**9
LONG = "x" * 5000

MakeReader = Callable[..., StepReader]


def _write(path: Path, output: Any, clock: str) -> Path:
    times = iter(range(1_700_000_000 * SECOND, 1_800_000_000 * SECOND, SECOND))
    with Recorder(path, agent_type="t", agent_version="1", config={}, created=next(times)) as run:
        for tool, value in (("search", output), ("clock", clock)):
            call = run.tool_request(tool, {"q": 1}, time=next(times))
            run.tool_response(call, {"output": value, "same": 1}, time=next(times))
            run.memory_write(tool, value, time=next(times))
    return path


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[MakeReader]:
    """A function that compares two runs which differ in one output."""
    runs: list[OpenRun] = []
    cache = IndexCache(tmp_path / "cache")

    def make(output_a: Any, output_b: Any, rules: Rules | None = None, *, lacks_b: int | None = None) -> StepReader:
        for name, output, clock in (("a", output_a, "10:00"), ("b", output_b, "10:01")):
            path = _write(tmp_path / f"{name}.rlog", output, clock)
            with EventLog.open(path) as log:
                building = cache.make_building_folder()
                write_table(building, log, IndexBuilder(log, building).run(lambda offset: None))
                cache.adopt_folder(building, log)
            runs.append(open_log_run(len(runs) + 1, str(path), cache, pytest.fail))
        a, b = runs[-2:]
        side_a, side_b = (ComparedSide(run.log, run.index, run.folder, run.built.members) for run in (a, b))
        compared = Comparer(side_a, side_b).compare(rules or Rules(()))
        if lacks_b is not None:
            compared.alignment.b[lacks_b] = -1
            compared.alignment.change[lacks_b] = Change.ONLY_A
        return StepReader(a, b, compared.alignment, RowIndexes.from_alignment(compared.alignment), rules or Rules(()))

    yield make
    for run in runs:
        run.close()


RESPONSE_ROW = 2  # AgentInit, request, response


def test_words_that_differ_are_marked(reader: MakeReader) -> None:
    row = reader("the red fox", "the blue fox").rows(RESPONSE_ROW, RESPONSE_ROW + 1).rows[0]
    assert row.a is not None
    assert row.b is not None
    assert [row.a.text[start:stop] for start, stop in row.marked_a] == ["red"]
    assert [row.b.text[start:stop] for start, stop in row.marked_b] == ["blue"]


def test_a_difference_beyond_the_line_is_shown_instead_of_its_beginning(reader: MakeReader) -> None:
    row = reader(f"{LONG} red", f"{LONG} blue").rows(RESPONSE_ROW, RESPONSE_ROW + 1).rows[0]
    assert row.a is not None
    assert row.b is not None
    assert "red" in row.a.text
    assert "blue" in row.b.text
    assert len(row.a.text) <= 250


def test_rows_are_clamped(reader: MakeReader) -> None:
    rows = reader("a", "a").rows(-5, 10_000)
    assert (rows.first_row, len(rows.rows)) == (0, 7)
    assert all(row.a is not None and row.b is not None for row in rows.rows)


def test_a_step_names_what_differs_and_what_is_equal(reader: MakeReader) -> None:
    step = reader("red", "blue").step(RESPONSE_ROW, states=False)
    assert (step.index_a, step.index_b, step.position_a, step.position_b) == (2, 2, 3, 3)
    differing = {found.path: (found.a, found.b) for found in step.payload}
    assert differing["/output/output"] == ("red", "blue")
    assert step.request.startswith("search") or "q" in step.request
    assert "output" not in step.payload_equal
    assert (step.has_states, step.state, dict(step.state_equal)) == (False, (), {})


def test_states_are_compared_when_they_are_requested(reader: MakeReader) -> None:
    step = reader("red", "blue").step(RESPONSE_ROW + 1, states=True)
    assert step.has_states
    assert any((found.a, found.b) == ("red", "blue") for found in step.state)
    assert not step.state_cut
    assert not {found.path.split("/")[1] for found in step.state} & set(step.state_equal)


def test_differences_that_a_rule_ignores_are_marked(reader: MakeReader) -> None:
    rules = Rules([Rule(Action.IGNORE, tool="search", path="/output/output")])
    step = reader("red", "blue", rules).step(RESPONSE_ROW, states=False)
    (found,) = [found for found in step.payload if found.path == "/output/output"]
    assert found.ignored


def test_an_event_that_one_side_lacks_has_no_counterpart(reader: MakeReader) -> None:
    made = reader("a", "a", lacks_b=RESPONSE_ROW)
    row = made.rows(RESPONSE_ROW, RESPONSE_ROW + 1).rows[0]
    step = made.step(RESPONSE_ROW, states=False)
    assert (row.a is not None, row.b) == (True, None)
    assert (step.a is not None, step.b, step.payload) == (True, None, ())
