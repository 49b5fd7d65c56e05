from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.contrast.run_groups import FACTS, GroupingFacts, natural_order, tasks_of
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile
from replay_gui.core.contrast.run_set import run_set
from replay_gui.core.facts.run_identity import RunIdentity
from replay_gui.core.facts.run_outcome import Outcome, RunEnd, RunResult
from tests.core.contrast.conftest import ReadFiles
from tests.helpers.evaluations.evaluation_logs import write_run

DAY = 86_400 * 10**9


def run_of(given: str, task: str, model: str | None, how: str, *, day: int = 0, problem: str = "") -> EvaluatedRun:
    return EvaluatedRun(
        given=given,
        name=given,
        identity=RunIdentity(task=task, trial=given[-1], model=model),
        result=RunResult((Outcome(True, None, "a grader", "C"),), RunEnd(how, None)),
        started=day * DAY,
        problem=problem,
    )


RUNS = [
    run_of("/e/old/deep/a0", "a", "m1", "answered"),
    run_of("/e/old/deep/b1", "b", "m2", "limit"),
    run_of("/e/new/a2", "a", "m1", "limit", day=1),
    run_of("/e/new/b3", "b", None, "limit", day=1),
    run_of("/e/new/x4", "b", "m9", "limit", problem="cannot be read"),
]
OUTCOMES = [True, False, False, None, None]


def facts_of(runs: list[EvaluatedRun]) -> GroupingFacts:
    return GroupingFacts(run_set([RunProfile(run=run) for run in runs]))


@pytest.mark.parametrize(
    ("fact", "groups"),
    [
        ("task", [("a", (0, 2)), ("b", (1, 3))]),
        ("model", [("m1", (0, 2)), ("m2", (1,)), (None, (3,))]),
        ("end", [("answered", (0,)), ("limit", (1, 2, 3))]),
        ("outcome", [("failed", (1, 2)), ("passed", (0,)), (None, (3,))]),
        ("folder", [("new", (2, 3)), ("old", (0, 1))]),
        ("day", [("1970-01-01", (0, 1)), ("1970-01-02", (2, 3))]),
        ("trial", [("0", (0,)), ("1", (1,)), ("2", (2,)), ("3", (3,))]),
        ("agent", [(None, (0, 1, 2, 3))]),
    ],
)
def test_runs_are_grouped_by_any_fact(fact: str, groups: list[tuple[str | None, tuple[int, ...]]]) -> None:
    found = facts_of(RUNS).grouped(OUTCOMES, fact)
    assert [(group.value, group.runs) for group in found] == groups
    assert sum(group.passed + group.failed + group.unknown for group in found) == 4
    assert fact in FACTS


def test_only_facts_that_tell_runs_apart_are_offered() -> None:
    assert facts_of(RUNS).names == ("task", "outcome", "trial", "model", "end", "day", "folder")
    assert facts_of(RUNS[:1]).names == ("task", "outcome")


def test_numbers_are_ordered_by_their_value_in_words_too() -> None:
    names = ["sample 10", "b", "10", "sample 2", "2", "sample", ""]
    assert sorted(names, key=natural_order) == ["", "2", "10", "b", "sample", "sample 2", "sample 10"]


def test_tasks_of_some_runs() -> None:
    found = tasks_of(RUNS, OUTCOMES, [1, 2])
    assert [(group.value, group.runs, group.failed) for group in found] == [("a", (2,), 1), ("b", (1,), 1)]


def test_members_of_the_set_up_are_facts_too(tmp_path: Path, read_files: ReadFiles) -> None:
    made = read_files(
        *(
            write_run(tmp_path / f"{n}.rlog", [], trial=n, passed=bool(n), config={"temperature": n % 2, "seed": 7})
            for n in range(4)
        ),
        write_run(tmp_path / "4.rlog", [], trial=4, passed=None, config={"seed": 7}),
    )
    facts = GroupingFacts(made.runs)
    assert "set-up: temperature" in facts.names
    assert "set-up: seed" not in facts.names  # all runs have the same
    found = facts.grouped(made.runs.outcomes, "set-up: temperature")
    assert [(group.value, group.runs, group.passed) for group in found] == [
        ("0", (0, 2), 1), ("1", (1, 3), 2), (None, (4,), 0),
    ]  # fmt: skip
    assert facts.grouped(made.runs.outcomes, "task") == tasks_of(made.runs.runs, made.runs.outcomes)
