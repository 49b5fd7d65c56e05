"""Tests of rules: which differences they ignore, and their file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.rules.presets import PRESETS, compile_pattern
from replay_gui.core.divergence.rules.rules import EFFECT_ACTIONS, Action, Rule, Rules, equal_without_matches
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside, write_rules
from replay_gui.core.effects.effect import Effect
from replay_gui.core.errors import LogUnreadable, RulesRefused

WORDS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
SAFE = st.builds(
    Rule,
    st.sampled_from([Action.IGNORE, Action.NONDETERMINISTIC]),
    tool=WORDS.filter(bool),
    kind=WORDS,
    label=WORDS,
    path=st.one_of(st.none(), st.sampled_from(["/output/*/id", "/a~1b", "/ü"])),
    pattern=st.one_of(st.none(), st.sampled_from([*PRESETS, r"\d+", '"\\\\"'])),
    note=st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
) | st.builds(
    Rule,
    st.just(Action.TOLERANCE),
    abs=st.floats(0, 1e300),
    rel=st.one_of(st.none(), st.floats(0, 1)),
    enabled=st.booleans(),
)


@given(st.lists(SAFE, max_size=5))
def test_the_file_gives_back_what_was_written(tmp_path_factory: pytest.TempPathFactory, rules: list[Rule]) -> None:
    path = tmp_path_factory.getbasetemp() / "some.rules.toml"
    write_rules(Rules(rules), path)
    assert read_rules(path).all == tuple(rules)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]]\naction = "forget"\n', "rule 1: Invalid enum value 'forget'"),
        ('[[rule]]\naction = "ignore"\n', "rule 1: applies to everything"),
        ('[[rule]]\naction="ignore"\ntool="a"\n[[rule]]\naction="ignore"\npattern="("\n', "rule 2: the pattern '('"),
        ('[[rule]]\naction = "ignore"\npath = "output"\n', "rule 1: the path 'output' is not a JSON Pointer"),
        ('[[rule]]\naction = "tolerance"\ntool = "a"\n', "rule 1: a tolerance needs abs or rel"),
        ('[[rule]]\naction = "tolerance"\nabs = -1\n', "rule 1: a tolerance needs abs or rel"),
        ('[[rule]]\naction = "ignore"\ntool = "a"\nabs = 1\n', "rule 1: abs and rel belong to a tolerance"),
        ('[[rule]]\naction = "ignore"\ntool = 3\n', "rule 1: Expected `str | null`"),
        ('[[rule]]\naction = "ignore"\ntol = "a"\n', "rule 1: 'tol' is not known"),
        ('[rule]\naction = "ignore"\n', "two brackets"),
        ("rule = 3", "two brackets"),
        ("rules = []", "'rules' is not known"),
        ("[[rule]", "is not valid TOML"),
        ("a = " + "[" * 5000, "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_that_names_it(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(RulesRefused) as refused:
        read_rules(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_and_one_that_is_no_text_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(LogUnreadable, match="cannot be read"):
        read_rules(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(RulesRefused, match="is not valid TOML"):
        read_rules(tmp_path / "bytes")


def test_a_log_has_its_rules_beside_it() -> None:
    assert rules_beside(Path("x/run.rlog")) == Path("x/run.rlog.rules.toml")


@pytest.mark.parametrize(
    ("rule", "path", "covered"),
    [
        ("/output/*/id", "/output/3/id", True),
        ("/output/*/id", "/output/3/id/deep/er", True),
        ("/output/*/id", "/output/3/idle", False),
        ("/output/*/id", "/output/3/4/id", False),
        ("/output/*", "/output", False),
        ("/a~1b", "/a~1b", True),
        ("/a.b", "/axb", False),
    ],
)
def test_a_path_covers_itself_and_what_is_below(rule: str, path: str, covered: bool) -> None:
    assert Rule(Action.IGNORE, path=rule).covers_path(path) is covered


@pytest.mark.parametrize(
    ("a", "b", "bounds", "ignored"),
    [
        (1.0, 1.05, {"abs": 0.1}, True),
        (1.0, 1.2, {"abs": 0.1}, False),
        (100, 101, {"rel": 0.01}, True),
        (100, 103, {"rel": 0.01}, False),
        (1, 1.0, {"abs": 0}, True),
        (True, 1, {"abs": 5}, False),
        ("1", "1.01", {"abs": 5}, False),
        (float("nan"), 1.0, {"abs": 5}, False),
    ],
)
def test_a_tolerance_applies_to_numbers_alone(a: object, b: object, bounds: dict[str, float], ignored: bool) -> None:
    rules = Rules([Rule(Action.TOLERANCE, path="/x", **bounds)])  # type: ignore[arg-type]
    assert (rules.action_for(Difference("/x", a, b)) is not None) is ignored
    assert rules.action_for(Difference("/y", a, b)) is None


def test_patterns_work_together_on_one_text() -> None:
    rules = Rules(Rule(Action.IGNORE, pattern=name) for name in ("clock times", "uuids"))
    a = "12:00:01 job 123e4567-e89b-12d3-a456-426614174000 ended"
    b = "13:10:09 job 00000000-e89b-12d3-a456-426614174000 ended"
    assert rules.action_for(Difference("", a, b)) is Action.IGNORE
    assert rules.action_for(Difference("", a, b + "!")) is None


def test_no_text_of_a_log_reads_like_a_match() -> None:
    clock = Rules([Rule(Action.IGNORE, pattern="clock times")])
    for forged in ("\0", "\0\1", "\0\2", "\1"):
        assert clock.action_for(Difference("", forged, "12:00:01")) is None


def test_a_tool_marked_nondeterministic_is_so_in_its_answers() -> None:
    rule = Rule(Action.NONDETERMINISTIC, tool="dice")
    assert rule.applies_to("ToolResponse", "dice")
    assert not rule.applies_to("ToolRequest", "dice")
    assert not rule.applies_to("ToolResponse", "search")
    assert Rule(Action.IGNORE, tool="dice").applies_to("ToolRequest", "dice")


@pytest.mark.parametrize(
    ("preset", "a", "b"),
    [
        ("clock times", "2026-11-20T09:12:04.123Z", "2025-01-02T23:59:59+01:00"),
        ("clock times", "Mon Nov 23 04:56:11 UTC 2026", "Tue Jan  5 14:56:11 UTC 2027"),
        ("clock times", "on 20 Nov 2026 at 9:12", "on 3 Dec 2026 at 10:13:14.5"),
        ("clock times", "1763630000", "1763630001.25"),
        ("clock times", "1763630000123", "1763639999999"),
        ("durations", "took 3.4 ms", "took 120s"),
        ("durations", "passed in 0.12s", "passed in 1.5 seconds"),
        ("uuids", "id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-E89B-12d3-a456-426614174000"),
        ("addresses", "<Job at 0x7f3a10>", "<Job at 0x55ee2210ab>"),
        ("addresses", "http://localhost:4312/x", "http://127.0.0.1:80/x"),
        ("ids", "msg_01AbCdEfGh2", "msg_01ZzYyXxWw3"),
        ("ids", "call_00000000000000a1", "call_00000000000000b2"),
        ("ids", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01BX5ZZKBKACTAV9WEVGEMMVRZ"),
        ("temporary paths", "in /tmp/tmpab12/x", "in /tmp/pytest-of-me/x"),
        ("temporary paths", r"C:\Users\me\AppData\Local\Temp\a1", r"C:\Users\me\AppData\Local\Temp\b2"),
    ],
)
def test_presets_match_what_they_are_named_for(preset: str, a: str, b: str) -> None:
    assert a != b
    assert equal_without_matches(a, b, [compile_pattern(preset)])
    assert not equal_without_matches(a, b + " more", [compile_pattern(preset)])


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    "text", ["1" * 20000, "1:" * 10000, "a-" * 10000, "/tmp" * 5000, "C:\\a b " * 3000, " " * 20000]
)
def test_presets_take_time_that_grows_with_the_text_alone(preset: str, text: str) -> None:
    assert equal_without_matches(text, text, [compile_pattern(preset)])  # a pattern that backtracks would not come back


def test_a_rule_that_is_switched_off_speaks_of_nothing() -> None:
    rules = Rules([Rule(Action.IGNORE, tool="search", enabled=False), Rule(Action.IGNORE, path="/a", enabled=False)])
    assert len(rules) == 2
    assert not len(rules.for_events("ToolResponse", "search"))


def test_each_rule_is_a_table_of_its_own_without_members_that_have_their_default(tmp_path: Path) -> None:
    path = tmp_path / "some.rules.toml"
    write_rules(Rules([Rule(Action.IGNORE, tool='"a"'), Rule(Action.TOLERANCE, abs=0.5, enabled=False)]), path)
    assert path.read_text("utf-8") == (
        '[[rule]]\naction = "ignore"\ntool = "\\"a\\""\n\n[[rule]]\naction = "tolerance"\nabs = 0.5\nenabled = false\n'
    )


def test_what_a_tool_does_is_said_by_a_rule_and_ignores_no_difference(tmp_path: Path) -> None:
    rules = Rules(
        [
            Rule(Action.READS, tool="send_query"),
            Rule(Action.CHANGES, tool="get_lock"),
            Rule(Action.CHANGES, tool="off", enabled=False),
            *(Rule(action, tool=f"to {action.value}") for action in EFFECT_ACTIONS.values()),
        ]
    )
    facts = {f"to {action.value}": effect for effect, action in EFFECT_ACTIONS.items()}
    assert rules.effects == {"send_query": Effect.READS, "get_lock": Effect.CHANGES, **facts}
    assert len(rules.for_events("ToolRequest", "send_query")) == 0
    path = tmp_path / "some.rules.toml"
    write_rules(rules, path)
    assert 'action = "reads"\ntool = "send_query"' in path.read_text()
    assert read_rules(path).all == rules.all


@pytest.mark.parametrize(
    "members", [{}, {"path": "/input"}, {"tool": "t", "kind": "ToolRequest"}, {"tool": "t", "abs": 1}]
)
def test_what_a_tool_does_is_said_of_the_tool_alone(members: dict[str, Any]) -> None:
    with pytest.raises(RulesRefused):
        Rule(Action.READS, **members)
