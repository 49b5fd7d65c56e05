from __future__ import annotations

from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_sizes import size_table


def runs_of(events: list[int]) -> list[EvaluatedRun]:
    return [EvaluatedRun(given="", name="", events=number) for number in events]


def test_every_number_but_the_least_is_a_threshold() -> None:
    table = size_table(runs_of([3, 9, 3, 5]))
    words = [feature_words(feature) for feature in table.lookup(range(len(table)))]
    assert words == ["had 5 events or more", "had 9 events or more"]
    assert [table.runs_of(number).tolist() for number in range(len(table))] == [[1, 3], [1]]


def test_of_many_numbers_some_are_taken_and_none_holds_for_all() -> None:
    table = size_table(runs_of(list(range(1000))))
    assert 10 <= len(table) <= 16
    assert all(0 < size < 1000 for size in table.sizes.tolist())


def test_equal_runs_have_no_sizes() -> None:
    assert len(size_table(runs_of([4, 4]))) == 0
    assert len(size_table([])) == 0
