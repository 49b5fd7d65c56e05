"""Tests of the headlines of causes: each says what differs, and nothing that the events do not show."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.divergence.causes.cause_finder import CauseDraft
from replay_gui.core.divergence.causes.explanations import Evidence, headline_text, one_line_diff
from replay_gui.core.divergence.comparison import CauseKind, Change, Difference
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex


def event(kind: Kind, **payload: Any) -> Event:
    return Event(EventIndex(3), 0, 0, "r:3", kind, payload, {}, b"", None, None, None)


def draft(kind: CauseKind, *, certain: bool = True, after_noise: bool = False) -> CauseDraft:
    return CauseDraft(0, kind, None, certain=certain, noise=False, after_noise=after_noise)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("user", "The user said something else"),
        ("system", "The system prompt differs"),
        ("developer", "The system prompt differs"),
        ("sensor", "The agent observed something else"),
    ],
)
def test_a_message_that_differs_names_who_sent_it(source: str, expected: str) -> None:
    a, b = (event(Kind.OBSERVATION, obs_type="message", source=source, data=text) for text in ("x", "y"))
    assert (
        headline_text(draft(CauseKind.OBSERVATION), Evidence(change=Change.CHANGED, a=a, b=b, differences=()))
        == expected
    )


def call(tool: str, **arguments: Any) -> Event:
    return event(Kind.TOOL_REQUEST, tool_name=tool, input=arguments)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (call("bash", command="pwd"), "bash was called with other arguments"),
        (call("bash", command="ls"), "The request differs"),
        (call("search", query="ls"), "Another tool was called"),
        (event(Kind.DECISION, decision_type="plan"), "The agent acted differently"),
    ],
)
def test_a_request_that_differs_says_how(other: Event, expected: str) -> None:
    a, cause = call("bash", command="ls"), draft(CauseKind.DECISION)
    counterpart = Evidence(change=Change.CHANGED, a=a, b=other, differences=())
    replaced = Evidence(change=Change.ONLY_A, a=a, b=None, differences=(), replacement=other)
    assert headline_text(cause, counterpart) == headline_text(cause, replaced) == f"{expected} after identical history"


def test_the_history_is_told_as_far_as_it_is_known() -> None:
    a, b = event(Kind.DECISION, data="x"), event(Kind.DECISION, data="y")
    evidence = Evidence(change=Change.CHANGED, a=a, b=b, differences=())
    uncertain, after_noise = (
        headline_text(draft(CauseKind.DECISION, certain=False), evidence),
        headline_text(draft(CauseKind.DECISION, after_noise=True), evidence),
    )
    assert uncertain == "The model decided differently; earlier differences may explain it"
    assert after_noise == "The model decided differently after history that differs only by ids, times or paths"


@pytest.mark.parametrize(
    ("path_a", "path_b", "pointer", "expected"),
    [
        ("/limits/left", "/limits/left", "/ops/0/value", "limits.left: 42 against 43"),
        ("/limits", "/limits", "/ops/0/value/left", "limits.left: 42 against 43"),
        ("/limits", "/bounds", "/ops/0/value/left", "ops[0].value.left: 42 against 43"),
        ("/limits", None, "/ops/0/value/left", "ops[0].value.left: 42 against 43"),
        ("/limits", "/limits", "/ops/1/value", "ops[1].value: 42 against 43"),
    ],
)
def test_values_of_one_operation_are_named_by_their_place_in_the_state(
    path_a: str, path_b: str | None, pointer: str, expected: str
) -> None:
    a, b = (
        event(Kind.STATE_TRANSITION, ops=[{"op": "add", "path": path, "value": number}])
        for path, number in ((path_a, 42), (path_b, 43))
    )
    differences = [Difference(path=pointer, a=42, b=43)]
    assert one_line_diff(Change.CHANGED, a, b, differences).endswith(expected)
