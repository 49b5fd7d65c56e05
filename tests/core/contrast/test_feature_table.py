from __future__ import annotations

import numpy as np

from replay_gui.core.contrast.features.feature import NO_INDEX, Feature, FeatureKind, HeldFeature
from replay_gui.core.contrast.features.feature_table import NO_SLOT, feature_table
from replay_gui.core.log.positions import EventIndex
from tests.helpers.evaluations.planted_runs import planted_runs


def feature(tool: str, kind: FeatureKind = FeatureKind.READ_TOOL, value: str = "") -> Feature:
    return Feature(kind=kind, tool=tool, path="/a" if value else "", value=value)


TABLE = feature_table(
    [
        [HeldFeature(feature("b"), EventIndex(4)), HeldFeature(feature("a"), EventIndex(2))],
        [],
        [HeldFeature(feature("a"), EventIndex(7), 3), HeldFeature(feature("c", FeatureKind.CHANGED_WITH, "1"))],
        [HeldFeature(feature("c", FeatureKind.CHANGED_WITH, "2"), EventIndex(9))],
    ]
)


def named(tool: str, value: str = "") -> int:
    names = TABLE.lookup(range(len(TABLE)))
    return next(n for n, found in enumerate(names) if (found.tool, found.value) == (tool, value))


def test_each_feature_has_its_runs_with_their_events() -> None:
    assert TABLE.runs_of(named("a")).tolist() == [0, 2]
    assert [TABLE.index_in(named("a"), run) for run in (0, 2)] == [2, 7]
    assert TABLE.index_in(named("c", "1"), 2) == NO_INDEX
    assert TABLE.call_counts()[named("a")] == 4


def test_values_of_one_argument_share_a_slot() -> None:
    assert TABLE.slots[named("c", "1")] == TABLE.slots[named("c", "2")] != NO_SLOT
    assert TABLE.slots[named("a")] == NO_SLOT


def test_counts_are_those_of_the_chosen_runs() -> None:
    chosen = np.array([False, True, True, True])
    counts = TABLE.counts(chosen)
    assert [counts[named(*name)] for name in (("a",), ("b",), ("c", "1"))] == [1, 0, 1]


def test_marks_are_equal_just_for_equal_sets() -> None:
    runs, _ = planted_runs(30, 0.5, 1)
    table = feature_table(runs)
    marks = table.set_marks(np.ones(30, np.bool_))
    by_mark: dict[int, set[tuple[int, ...]]] = {}
    for number in range(len(table)):
        by_mark.setdefault(int(marks[number]), set()).add(tuple(table.runs_of(number).tolist()))
    assert all(len(sets) == 1 for sets in by_mark.values())
    assert len(by_mark) == len({tuple(table.runs_of(number).tolist()) for number in range(len(table))})


def test_a_part_has_the_features_of_its_runs_alone() -> None:
    part = TABLE.of_runs(np.array([True, False, False, True]))
    names = [(found.tool, found.value) for found in part.lookup(range(len(part)))]
    assert sorted(names) == [("a", ""), ("b", ""), ("c", "2")]
    assert part.count == 2
    assert part.runs_of(names.index(("c", "2"))).tolist() == [1]


def test_two_tables_are_joined() -> None:
    other = feature_table([[HeldFeature(feature("z"))], [], [], []])
    both = TABLE.joined(other)
    assert [found.tool for found in both.lookup([len(TABLE), 0])] == ["z", TABLE.lookup([0])[0].tool]
    assert both.runs_of(len(TABLE)).tolist() == [0]


def test_a_table_without_features() -> None:
    table = feature_table([[], []])
    assert len(table) == 0
    assert table.counts(np.ones(2, np.bool_)).tolist() == []
