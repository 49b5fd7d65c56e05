"""Rules are applied to the calls of many runs as they are to those of two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.contrast.call_rules import CallRules, UsedRules
from replay_gui.core.contrast.features.feature import FeatureKind
from replay_gui.core.contrast.kept_profiles import NO_CACHE, ProfileCache
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.contrast.run_profile import RunProfile
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.effects.effect import Effect
from tests.helpers.evaluations.evaluation_logs import LOOK, MadeCall, write_run

BOOK = MadeCall("book_room", {"to": "SEA", "at": [{"id": "a-1", "n": 1}, {"id": "a-2", "n": 2}], "trace": 77})
ONLY_READS = Rule(Action.READS, tool="book_room")


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (Rule(Action.IGNORE, path="/input/trace"), {"to": "SEA", "at": BOOK.input["at"]}),
        (Rule(Action.IGNORE, path="/input/at/*/id"), {**BOOK.input, "at": [{"n": 1}, {"n": 2}]}),
        (Rule(Action.NONDETERMINISTIC, kind="ToolRequest", path="/input/at"), {"to": "SEA", "trace": 77}),
        (
            Rule(Action.IGNORE, path="/input/at", pattern=r"a-\d"),
            {**BOOK.input, "at": [{"id": "…", "n": 1}, {"id": "…", "n": 2}]},
        ),
        (Rule(Action.IGNORE, tool="book_room", pattern=r"\d\d"), {**BOOK.input, "trace": "…"}),
        (Rule(Action.IGNORE, path="/input"), None),
        (Rule(Action.IGNORE, tool="other", path="/input"), BOOK.input),
        (Rule(Action.NONDETERMINISTIC, tool="book_room"), BOOK.input),
        (Rule(Action.IGNORE, path="/input/to", label="User"), BOOK.input),
        (Rule(Action.IGNORE, path="/input/to", enabled=False), BOOK.input),
        (Rule(Action.TOLERANCE, path="/input/trace", abs=1), BOOK.input),
        (ONLY_READS, BOOK.input),
    ],
)
def test_what_a_rule_leaves_of_an_input(tmp_path: Path, rule: Rule, left: Any) -> None:
    rules = CallRules([rule])
    (before,), (after,) = (_read(tmp_path, [BOOK], used) for used in (CallRules(), rules))
    assert after.steps[0].input == _read(tmp_path, [MadeCall("book_room", left)], CallRules())[0].steps[0].input
    assert (after.steps[0].request == before.steps[0].request) == (left == BOOK.input)
    assert (after.steps[0].effect == Effect.READS) == (rule is ONLY_READS)
    assert bool(rules.digest) == bool(len(rules))


def test_an_ignored_tool_is_in_no_feature_and_profiles_are_kept_for_the_rules_they_were_made_with(
    tmp_path: Path,
) -> None:
    rules, cache = CallRules([Rule(Action.IGNORE, tool="book_room")]), ProfileCache(tmp_path / "surveys")
    for used in (CallRules(), rules, CallRules([ONLY_READS])):
        for _ in range(2):
            (profile,) = _read(tmp_path, [LOOK, BOOK], used, cache)
            assert ("book_room" in {held.feature.tool for held in profile.features}) == (used is not rules)
            assert any(held.feature.kind == FeatureKind.CHANGED for held in profile.features) == (not used.digest)
            assert profile.run.calls == 2, "facts of the run stay"
    assert len(list((tmp_path / "surveys").iterdir())) == 3


def test_the_number_of_applied_rules_is_told() -> None:
    tolerance = Rule(Action.TOLERANCE, path="/input/trace", abs=1)
    assert UsedRules().words("a.toml") == ""
    assert UsedRules(rules=(ONLY_READS,)).words("a.toml") == "1 rule of a.toml is applied"
    why = "with a tolerance, which holds between two runs only"
    assert UsedRules(rules=(ONLY_READS, tolerance)).words() == f"1 of 2 rules is applied; not applied: 1 {why}"
    assert UsedRules(rules=(tolerance,)).words() == f"none of 1 rule is applied; not applied: 1 {why}"
    others = (
        Rule(Action.IGNORE, path="/data", kind="Decision"),
        Rule(Action.IGNORE, path="/input/to", label="User"),
        Rule(Action.TOLERANCE, path="/input/trace", rel=0.1, enabled=False),
        Rule(Action.TOLERANCE, path="/data", kind="Decision", abs=1),
    )
    used = UsedRules(rules=(tolerance, ONLY_READS, *others))
    left = {why: 1, "not about calls": 2, "about events with a label": 1, "switched off": 1}
    assert used.not_applied == left
    assert sum(left.values()) + len(CallRules(used.rules)) == len(used.rules)


def _read(folder: Path, calls: list[MadeCall], rules: CallRules, cache: ProfileCache = NO_CACHE) -> list[RunProfile]:
    path = folder / "run.rlog"
    path.unlink(missing_ok=True)
    return list(profiles(run_files(str(write_run(path, calls)), str(folder / "c")), cache=cache, rules=rules))
