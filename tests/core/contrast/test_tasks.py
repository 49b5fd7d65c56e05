from __future__ import annotations

import random
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from replay_gui.core.contrast import tasks as contrast_tasks
from replay_gui.core.contrast.consensus import consensus
from replay_gui.core.contrast.contrast import contrast_runs
from replay_gui.core.contrast.failure_groups import (
    FailureGroups,
    LogOf,
    comparison_terms,
    failure_pairs,
    group_failures,
)
from replay_gui.core.contrast.features.feature import Feature, FeatureKind, HeldFeature
from replay_gui.core.contrast.features.feature_table import feature_table
from replay_gui.core.contrast.run_groups import tasks_of
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.separators import Share
from replay_gui.core.contrast.tasks import separate_runs, separate_within_tasks
from replay_gui.core.contrast.versions import Flip, flip_pairs, version_change, version_differences
from replay_gui.core.facts.run_identity import RunIdentity
from replay_gui.core.reasons.reason import ReasonKind
from tests.core.contrast.conftest import Evaluation, ReadFiles
from tests.helpers.evaluations.evaluation_logs import CANCEL, LOOK, SEND, one_tool_shows_another, write_run


def runs_of(tasks: list[str | None]) -> list[EvaluatedRun]:
    return [
        EvaluatedRun(given=str(n), name=str(n), identity=RunIdentity(task=task, trial=str(n)))
        for n, task in enumerate(tasks)
    ]


def test_flaky_tasks_come_first_and_unknown_ones_last() -> None:
    runs = runs_of(["10", "10", "2", "2", "9", None, "b", "b", "b"])
    outcomes = [True, True, True, False, False, True, True, False, False]
    found = tasks_of(runs, outcomes)
    assert [(task.value, task.passed, task.failed) for task in found] == [
        ("2", 1, 1), ("b", 1, 2), ("9", 0, 1), ("10", 2, 0), (None, 1, 0),
    ]  # fmt: skip
    assert [task.mixed for task in found] == [True, True, False, False, False]


def test_trials_are_in_the_order_of_their_numbers() -> None:
    runs = [
        EvaluatedRun(given=trial, name=trial, identity=RunIdentity(task="t", trial=trial)) for trial in ("10", "9", "1")
    ]
    assert tasks_of(runs, [None] * 3)[0].runs == (2, 1, 0)


def test_each_task_is_separated_for_itself(evaluation: Evaluation) -> None:
    outcomes = evaluation.runs.outcomes
    first = {
        task: separate_runs(evaluation.runs.table, outcomes, evaluation.numbers(task)).separators[0].feature
        for task in ("refund", "sorry")
    }
    assert {task: feature.tool for task, feature in first.items()} == {
        "refund": "cancel_reservation",
        "sorry": "send_certificate",
    }


def test_numbers_of_runs_are_those_of_the_whole(evaluation: Evaluation) -> None:
    numbers = evaluation.numbers("sorry")
    first = separate_runs(evaluation.runs.table, evaluation.runs.outcomes, numbers).separators[0]
    assert set(first.runs) == {n for n in numbers if evaluation.runs.outcomes[n]}
    assert first.passed_example is not None
    assert evaluation.runs.runs[first.passed_example.run].identity.task == "sorry"


def test_many_tasks_are_kept_apart(evaluation: Evaluation) -> None:
    found = contrast_runs(evaluation.runs)
    assert found.per_task
    assert (found.passed, found.failed, found.unknown) == (6, 3, 0)
    assert found.separation.note.startswith("Within 2 of 3 tasks, those with both outcomes: nothing is significant")
    first = found.separation.separators[0]
    assert first.stratified is not None
    assert first.by_chance is None
    assert (first.passing, first.failing) == (Share(5, 5), Share(0, 3))  # of the tasks that say something


def test_one_task_is_no_stratum(tmp_path: Path, read_files: ReadFiles) -> None:
    paths = [write_run(tmp_path / f"{n}.rlog", [CANCEL] if n else [], passed=bool(n), trial=n) for n in range(2)]
    found = contrast_runs(read_files(*paths).runs)
    assert not found.per_task
    assert found.separation.separators[0].by_chance is not None


def test_a_fault_of_every_task_is_found_within_tasks_and_a_task_effect_is_not() -> None:
    """Handing over goes with failing only since hard tasks have both; the planted fault goes with it in every task."""
    dice = random.Random(4)
    tasks: list[str | None] = []
    outcomes, features = [], []
    for task in range(12):
        hard = task < 6
        for trial in range(10):
            fails = trial < (8 if hard else 2)
            held = [
                HeldFeature(Feature(kind=FeatureKind.READ_TOOL, tool=f"r{n}")) for n in range(9) if dice.random() < 0.5
            ]
            if hard:
                held.append(HeldFeature(Feature(kind=FeatureKind.CHANGED, tool="hand_over")))
            if fails and trial % 2:
                held.append(HeldFeature(Feature(kind=FeatureKind.CHANGED, tool="delete")))
            tasks.append(str(task))
            outcomes.append(not fails)
            features.append(held)
    table = feature_table(features)
    found = separate_within_tasks(table, outcomes, tasks_of(runs_of(tasks), outcomes))
    assert found.separators[0].feature.tool == "delete"
    assert found.separators[0].significant
    assert all(separator.feature.tool != "hand_over" for separator in found.separators)
    pooled = separate_runs(table, outcomes, range(len(tasks)))
    assert any(s.feature.tool == "hand_over" and s.significant for s in pooled.separators)


def test_the_limit_of_memory_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(7)
    tasks: list[str | None] = [str(n // 5) for n in range(60)]
    outcomes: list[bool | None] = [dice.choice((True, False, None)) for _ in tasks]
    features = [
        [HeldFeature(Feature(kind=FeatureKind.CHANGED, tool=f"t{n}")) for n in range(20) if dice.random() < n / 20]
        for _ in tasks
    ]
    groups = tasks_of(runs_of(tasks), outcomes)
    found = separate_within_tasks(feature_table(features), outcomes, groups)
    assert found.separators
    for entries in (1, 50, 200):
        monkeypatch.setattr(contrast_tasks, "_ENTRIES_AT_ONCE", entries)
        assert separate_within_tasks(feature_table(features), outcomes, groups) == found


def test_shuffled_within_tasks_hardly_anything_is_significant() -> None:
    significant = 0
    for seed in range(60):
        dice = random.Random(seed)
        tasks: list[str | None] = [str(n // 6) for n in range(60)]
        outcomes = [dice.random() < 0.5 for _ in tasks]
        features = [
            [HeldFeature(Feature(kind=FeatureKind.CHANGED, tool=f"t{n}")) for n in range(20) if dice.random() < 0.5]
            for _ in tasks
        ]
        found = separate_within_tasks(feature_table(features), outcomes, tasks_of(runs_of(tasks), outcomes))
        significant += any(separator.significant for separator in found.separators)
    assert significant <= 60 * 0.05 + 3 * (60 * 0.05 * 0.95) ** 0.5


def grouped(
    evaluation: Evaluation, outcomes: Outcomes, chosen: list[int], log_of: LogOf | None = None
) -> FailureGroups:
    pairs, left_out = failure_pairs(evaluation.runs, outcomes, chosen)
    facts, terms = dict(enumerate(evaluation.runs.runs)), comparison_terms(evaluation.runs, pairs)
    return group_failures(pairs, facts, log_of or evaluation.log_of, left_out=left_out, terms=terms)


def test_failing_runs_are_grouped_by_their_first_reason(evaluation: Evaluation) -> None:
    found = grouped(evaluation, evaluation.runs.outcomes, evaluation.numbers("refund"))
    (group,) = found.groups
    assert group.kind is ReasonKind.MISSING
    assert group.tool == "cancel_reservation"
    assert [evaluation.runs.runs[failed.run].name for failed in group.runs] == ["refund-1.rlog", "refund-3.rlog"]
    assert found.left_out == 0
    assert "cancelled reservation" in group.sentence
    assert all(failed.nearest_index == 4 for failed in group.runs)


def test_what_all_runs_show_of_a_tool_counts_in_each_pair(tmp_path: Path, read_files: ReadFiles) -> None:
    """The run that failed and the one that passed show nothing of tool_2; the third one does."""
    telling, (_, change, _) = one_tool_shows_another(0), one_tool_shows_another(1)
    paths = [
        write_run(tmp_path / "0.rlog", telling, task="other"),
        write_run(tmp_path / "1.rlog", [change], passed=True, says="It is closed."),
        write_run(tmp_path / "2.rlog", [], passed=False, says="It is open.", trial=1),
    ]
    together, alone = read_files(*paths), read_files(*paths[1:])
    first, others = (grouped(read, read.runs.outcomes, read.numbers("refund")).groups[0] for read in (together, alone))
    assert (first.kind, first.tool) == (ReasonKind.MISSING, "tool_2")
    assert others.kind is ReasonKind.SUBMISSION, "of unknown effect, it comes after the last messages"


def test_without_a_passing_run_nothing_is_compared(evaluation: Evaluation) -> None:
    outcomes = [False] * len(evaluation.runs)
    found = grouped(evaluation, outcomes, evaluation.numbers("refund"))
    assert (found.groups, found.left_out) == ((), 4)


def test_a_failing_run_is_compared_within_its_task_and_with_any_run_where_none_of_the_chosen_passed(
    evaluation: Evaluation,
) -> None:
    runs, outcomes = evaluation.runs, evaluation.runs.outcomes
    pairs, left_out = failure_pairs(runs, outcomes, range(len(runs)))
    assert left_out == 0
    assert [runs.runs[pair.failed].identity.task for pair in pairs] == [
        runs.runs[pair.nearest].identity.task for pair in pairs
    ]
    failing = [run for run in range(len(runs)) if outcomes[run] is False]
    assert failure_pairs(runs, outcomes, failing) == (pairs, 0)
    assert failure_pairs(runs, outcomes, failing, max_pairs=1) == (pairs[:1], len(failing) - 1)


def test_a_log_that_cannot_be_read_is_told_and_the_others_are_compared(evaluation: Evaluation) -> None:
    numbers = evaluation.numbers("refund")
    lost = next(run for run in numbers if evaluation.runs.outcomes[run] is False)

    def log_of(run: int) -> AbstractContextManager[str]:
        return nullcontext("nowhere.rlog") if run == lost else evaluation.log_of(run)

    found = grouped(evaluation, evaluation.runs.outcomes, numbers, log_of)
    assert found.left_out == 1
    assert found.problem.startswith("nowhere.rlog: ")
    assert lost not in [failed.run for group in found.groups for failed in group.runs]
    assert found.groups


def test_consensus_of_runs_without_outcomes(tmp_path: Path, read_files: ReadFiles) -> None:
    made = read_files(
        *(write_run(tmp_path / f"{n}.rlog", [LOOK, CANCEL], passed=None) for n in range(4)),
        write_run(tmp_path / "9.rlog", [LOOK, SEND], passed=None),
    )
    found = consensus(made.runs, range(5))
    assert (found.same, found.of) == ((0, 1, 2, 3), 5)
    assert "did cancel_reservation" in found.shared
    outlier = found.outliers[0]
    assert outlier.run == 4
    assert outlier.unlike == 1.0
    assert any("send_certificate" in words for words in outlier.alone)
    assert "did cancel_reservation" in outlier.lacks


def test_two_versions_show_which_tasks_flipped_and_by_what(tmp_path: Path, read_files: ReadFiles) -> None:
    paths, versions = [], []
    for version, calls in (("1", [CANCEL]), ("2", [])):
        for trial in range(3):
            for task, good in (("refund", CANCEL in calls), ("hello", True), ("fee", CANCEL not in calls)):
                path = tmp_path / f"{task}-{version}-{trial}.rlog"
                paths.append(
                    write_run(path, calls if task == "refund" else [LOOK], task=task, trial=trial, passed=good)
                )
                versions.append(version)
    made = read_files(*paths)
    before, after = ([n for n, version in enumerate(versions) if version == wanted] for wanted in "12")
    found = version_change(made.runs, made.runs.outcomes, before, after)
    counts = [(t.task, t.flip, t.before.passed, t.before.failed, t.after.passed, t.after.failed) for t in found.tasks]
    assert counts == [
        ("refund", Flip.BROKEN, 3, 0, 0, 3),
        ("fee", Flip.FIXED, 0, 3, 3, 0),
        ("hello", Flip.SAME, 3, 0, 3, 0),
    ]
    assert "cancel_reservation" in found.tasks[0].first
    assert found.tasks[2].first == ""
    assert found.test.p == pytest.approx(1.0)
    assert (found.runs, found.few, found.significant) == (18, False, False)
    differences = version_differences(made.runs, before, after)
    assert differences.separators[0].feature.tool == "cancel_reservation"
    assert differences.separators[0].stratified is not None  # within tasks
    pairs = flip_pairs(made.runs, made.runs.outcomes, found)
    assert [(pair.failed in after, pair.nearest in before) for pair in pairs] == [(True, True), (False, False)]
