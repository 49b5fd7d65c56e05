"""Rules about some events of a kind, which only the events themselves tell apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.log.log_reader import EventLog
from tests.core.divergence.runs import Ev, write_run


def said(source: str, text: str) -> Ev:
    return Ev("Observation", {"obs_type": "message", "source": source, "data": text})


def thought(text: str) -> Ev:
    return Ev("Decision", {"decision_type": "thinking", "data": text, "reasoning": None})


def answered(text: str) -> Ev:
    return Ev("Decision", {"decision_type": "message", "data": text, "reasoning": None})


A = [said("system", "be kind"), said("user", "go"), thought("hm"), answered("done")]
B = [said("system", "be brief"), said("user", "run"), thought("so"), answered("ready")]


def differing(folder: Path, a: list[Ev], b: list[Ev], *rules: Rule) -> tuple[list[int], list[str]]:
    """Return the rows that still differ, and the paths that are marked as ignored in the first changed row."""
    sides = []
    for name, events in (("a", a), ("b", b)):
        (folder / name).mkdir()
        write_run(folder / f"{name}.rlog", events, 0, name)
        sides.append(ComparedSide.build(EventLog.open(folder / f"{name}.rlog"), folder / name))
    comparer = Comparer(sides[0], sides[1])
    comparison = comparer.compare(Rules(rules))
    marked = [difference.path for difference in comparer.differences(1) if difference.ignored]
    for side in sides:
        side.log.close()
    return comparison.points.row.tolist(), marked


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        (Rule(Action.IGNORE, kind="Observation", label="User"), [0, 2, 3]),
        (Rule(Action.IGNORE, label="User"), [0, 2, 3]),
        (Rule(Action.IGNORE, kind="Decision", label="Thinking"), [0, 1, 3]),
        (Rule(Action.IGNORE, kind="Observation"), [2, 3]),
        (Rule(Action.IGNORE, kind="Decision", label="User"), [0, 1, 2, 3]),
        (Rule(Action.IGNORE, kind="Observation", label="User", path="/data"), [0, 2, 3]),
        (Rule(Action.IGNORE, kind="Observation", label="User", path="/source"), [0, 1, 2, 3]),
    ],
)
def test_a_rule_about_a_label_leaves_other_events_of_the_kind(tmp_path: Path, rule: Rule, rows: list[int]) -> None:
    left, marked = differing(tmp_path, A, B, rule)
    assert left == rows
    assert marked == ([] if 1 in rows else ["/data"])


def test_an_event_that_only_one_run_has_is_ignored_by_its_label(tmp_path: Path) -> None:
    rule = Rule(Action.IGNORE, kind="Decision", label="Thinking")
    assert differing(tmp_path, A, [*A[:2], A[3]], rule)[0] == []


def test_an_event_with_another_label_in_the_other_run_is_no_such_event(tmp_path: Path) -> None:
    rule = Rule(Action.IGNORE, kind="Observation", label="User")
    assert differing(tmp_path, [said("user", "go"), A[2]], [said("system", "go"), A[2]], rule)[0] != []
