"""Rules of the comparison decide whether two requests are equal; messages are judged as the events that they are."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.record.calls.call import CallKind, CallRequest
from replay_gui.record.matcher.request_differences import equal_by_rules, request_differences


def model(content: str, role: str = "user", **more: Any) -> CallRequest:
    messages = [{"role": "system", "content": "be nice"}, {"role": role, "content": content}]
    return CallRequest(CallKind.MODEL, "POST /v1/chat/completions", {"model": "m", "messages": messages, **more})


MORNING, EVENING = model("it is 10:00:01"), model("it is 19:30:00")
TIMES = Rule(Action.IGNORE, kind="Observation", path="/data", pattern="clock times")

WARMER = Rule(Action.TOLERANCE, path="/request/temperature", abs=0.5)


def test_paths_are_those_of_the_payload() -> None:
    (difference,) = request_differences(MORNING, EVENING)
    assert difference.path == "/request/messages/1/content"
    tool = CallRequest(CallKind.TOOL, "search", {"q": "a"})
    found = request_differences(tool, CallRequest(CallKind.TOOL, "find", {"q": "b"}, version="2"))
    assert [d.path for d in found] == ["/tool_name", "/tool_version", "/input/q"]
    assert [d.path for d in request_differences(tool, MORNING)][:2] == ["/kind", "/tool_name"]


@pytest.mark.parametrize(
    ("rule", "past", "new", "equal"),
    [
        (TIMES, MORNING, EVENING, True),
        (TIMES, MORNING, model("it was 19:30:00"), False),
        (TIMES, MORNING, model("it is 19:30:00", temperature=1), False),
        (TIMES, MORNING, model("it is 19:30:00", role="tool"), False),
        (TIMES, model("at 10:00:01", role="assistant"), model("at 11:00:01", role="assistant"), False),
        (Rule(Action.IGNORE, path="/request/messages/1"), MORNING, EVENING, True),
        (Rule(Action.IGNORE, kind="x:model-request", path="/request/messages/*/content"), MORNING, EVENING, True),
        (WARMER, model("a", temperature=0), model("a", temperature=0.25), True),
        (WARMER, model("a", temperature=0), model("a", temperature=1), False),
        (Rule(Action.IGNORE, tool="search"), MORNING, EVENING, False),
    ],
)
def test_rules(rule: Rule, past: CallRequest, new: CallRequest, equal: bool) -> None:
    assert equal_by_rules(past, new, Rules([rule])) is equal
    assert not equal_by_rules(past, new, Rules())


def test_another_number_of_messages_is_never_equal_by_a_rule_for_messages() -> None:
    longer = CallRequest(MORNING.kind, MORNING.name, {**MORNING.value, "messages": MORNING.value["messages"] * 2})
    assert not equal_by_rules(MORNING, longer, Rules([Rule(Action.IGNORE, kind="Observation")]))
