from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest

from replay_gui.core.contrast.features.feature import Feature, FeatureKind, HeldFeature
from replay_gui.core.contrast.features.feature_table import feature_table
from replay_gui.core.contrast.separation import separate_groups
from replay_gui.core.contrast.separators import RunPlace, Separation, Share
from replay_gui.core.contrast.statistics import strengths
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from tests.helpers.effort import tries
from tests.helpers.evaluations.planted_runs import PLANTED, planted_runs

SIZES = (32, 64, 128, 1000)
RATES = (1.0, 0.7, 0.4)


def planted_is_first(count: int, rate: float, seed: int, missing: bool = False) -> bool:
    runs, passed = planted_runs(count, rate, seed, missing=missing)
    return separate_groups(feature_table(runs), passed).separators[0].feature.tool == PLANTED


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("count", SIZES)
def test_a_planted_fault_comes_first(count: int, rate: float, missing: bool) -> None:
    seeds = tries(6, long=60) if count <= 64 else tries(4, long=20) if count < 1000 else tries(2, long=4)
    found = sum(planted_is_first(count, rate, seed, missing) for seed in range(seeds))
    assert found >= 0.95 * seeds - tries(1, long=0)  # of few seeds one more may miss


@pytest.mark.parametrize("count", [8, 16])
def test_in_few_runs_a_fault_of_all_failing_runs_comes_first(count: int) -> None:
    assert sum(planted_is_first(count, 1.0, seed) for seed in range(40)) >= 38


@pytest.mark.parametrize("count", [8, 32, 200])
def test_of_shuffled_outcomes_at_most_one_in_twenty_is_called_significant(count: int) -> None:
    seeds = tries(20, long=100)
    found = 0
    for seed in range(seeds):
        runs, passed = planted_runs(count, 0.0, seed)
        random.Random(seed).shuffle(passed)
        found += any(separator.significant for separator in separate_groups(feature_table(runs), passed).separators)
    assert found <= 0.05 * seeds + 3 * (0.05 * 0.95 * seeds) ** 0.5  # three deviations of a count of chance


def test_a_strong_fault_is_significant_and_said_so() -> None:
    runs, passed = planted_runs(64, 1.0, 1)
    found = separate_groups(feature_table(runs), passed)
    first = found.separators[0]
    assert first.significant
    assert (first.passing, first.failing) == (Share(0, 32), Share(32, 32))
    assert first.sentence.endswith("32 of 32 failing, 0 of 32 passing")
    assert "significant after correction" in found.note
    assert not found.note.startswith("Nothing")


def did(tool: str, value: str = "id=1", index: EventIndex = FIRST_EVENT) -> HeldFeature:
    return HeldFeature(Feature(kind=FeatureKind.DID, tool=tool, value=value, request=f"{tool} {value}"), index)


def changed(tool: str) -> HeldFeature:
    return HeldFeature(Feature(kind=FeatureKind.CHANGED, tool=tool), FIRST_EVENT)


def with_argument(tool: str, path: str, value: str) -> HeldFeature:
    return HeldFeature(Feature(kind=FeatureKind.CHANGED_WITH, tool=tool, path=path, value=value), FIRST_EVENT)


def read(tool: str) -> HeldFeature:
    return HeldFeature(Feature(kind=FeatureKind.READ, tool=tool, request=tool), FIRST_EVENT)


def separation_of(runs: list[list[HeldFeature]], passed: list[bool | None]) -> Separation:
    return separate_groups(feature_table(runs), passed)


def test_few_runs_are_never_significant_and_the_facts_are_shown() -> None:
    found = separation_of([[did("pay"), changed("pay")], [], [], []], [True, False, False, False])
    assert found.note == "4 runs with an outcome: nothing here is significant."
    first = found.separators[0]
    assert first.sentence == "did pay(id=1): 1 of 1 passing, 0 of 3 failing"
    assert first.p == pytest.approx(0.25)
    assert first.also == ("did pay",)
    assert first.passed_example == RunPlace(0, EventIndex(0))
    assert first.failed_example is None
    assert not first.significant


def test_an_action_goes_before_a_read_of_the_same_runs() -> None:
    found = separation_of([[read("look"), did("pay")], [read("look"), did("pay")], [], []], [True, True, False, False])
    assert len(found.separators) == 1
    assert found.separators[0].feature.tool == "pay"
    assert found.separators[0].also == ("queried look()",)


def test_an_argument_says_it_where_both_groups_use_the_tool_otherwise() -> None:
    runs = [
        [did("pay", f"card={card}"), changed("pay"), with_argument("pay", "/card", f'"{card}"')]
        for card in ("4959530", "4959530", "9074831", "9074831")
    ]
    first = separation_of(runs, [True, True, False, False]).separators[0]
    assert first.feature.kind == FeatureKind.CHANGED_WITH
    assert first.sentence == 'did pay with card = "4959530": 2 of 2 passing, 0 of 2 failing'


def test_a_perfect_read_does_not_beat_a_telling_action() -> None:
    runs = [[read("look"), did("pay")], [read("look"), did("pay")], [read("look")], [], [], []]
    first = separation_of(runs, [True, True, True, False, False, False]).separators[0]
    assert first.feature.tool == "pay"


def test_changes_on_the_way_to_a_patch_count_less_than_the_patch() -> None:
    patch = HeldFeature(Feature(kind=FeatureKind.PATCHED, path="a.py"))
    runs = [[did("bash"), patch], [did("bash"), patch], [did("sed")], [did("sed")]]
    found = separation_of(runs, [True, True, False, False])
    assert found.separators[0].feature.kind == FeatureKind.PATCHED
    assert found.separators[1].tier == 7


def test_runs_without_an_outcome_are_named_and_not_counted() -> None:
    found = separation_of([[did("pay")], [], [did("pay")]], [True, False, None])
    assert found.separators[0].passing == Share(1, 1)
    assert found.separators[0].runs == (0, 2)


def test_one_group_alone_cannot_be_separated() -> None:
    found = separation_of([[did("pay")], [], []], [True, True, None])
    assert found.separators == ()
    assert found.note == "Nothing can be separated: 2 runs passed, 0 failed, of 1 it is unknown."


def test_the_decision_list_accounts_for_every_failing_run() -> None:
    runs = [[], [], [did("delete")], [did("delete")], [did("resend")], [did("noise")]]
    found = separation_of([*runs, [did("noise")]], [True, True, False, False, False, True, False])
    accounted = [(found.separators[d.separator].feature.tool, d.has, d.runs) for d in found.decisions]
    assert accounted == [("delete", True, (2, 3)), ("resend", True, (4,))]
    assert found.unexplained == (6,)


def test_by_chance_counts_every_labelling() -> None:
    """By hand: of all ways to choose the failing runs, those in which a feature is as clear."""
    runs = [[did("a")], [did("a"), did("b")], [did("b"), did("c")], [], []]
    passed: list[bool | None] = [True, True, False, False, False]
    first = separation_of(runs, passed).separators[0]
    sets = {frozenset({0, 1}), frozenset({1, 2}), frozenset({2})}
    as_clear = 0
    for chosen in combinations(range(5), 3):
        best = max(strengths(np.array([len(s - set(chosen))]), np.array([len(s & set(chosen))]), 2, 3)[0] for s in sets)
        as_clear += best >= first.strength - 1e-9
    assert first.by_chance is not None
    assert (first.by_chance.as_clear, first.by_chance.of, first.by_chance.exact) == (as_clear, 10, True)


def test_of_many_labellings_some_are_drawn_and_it_is_said() -> None:
    runs, passed = planted_runs(64, 1.0, 3)
    chance = separate_groups(feature_table(runs), passed).separators[0].by_chance
    assert chance is not None
    assert not chance.exact
    assert chance.of >= 100
    assert chance.as_clear == 0


def test_the_same_runs_give_the_same_answer() -> None:
    runs, passed = planted_runs(100, 0.4, 5)
    assert separate_groups(feature_table(runs), passed) == separate_groups(feature_table(runs), passed)
