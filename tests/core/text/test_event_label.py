from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.event_label import KIND_LABELS, event_label, event_noun, events_noun, kind_label, label_text
from tests.core.translation.languages import in_language


def _event(kind: str, payload: dict[str, Any]) -> Event:
    return Event(EventIndex(0), 0, 0, "r:0", kind, payload, {}, b"", None, None, None)


def labelled(kind: str, **payload: Any) -> str:
    return event_label(_event(kind, payload))


@pytest.mark.parametrize(
    ("kind", "payload", "label"),
    [
        ("Observation", {"obs_type": "message", "source": "user", "data": "Hi"}, "User"),
        ("Observation", {"obs_type": "message", "source": "developer", "data": "Hi"}, "System"),
        ("Observation", {"obs_type": "command", "source": "user", "data": "/review"}, "Command"),
        ("Observation", {"obs_type": "message", "source": "scout", "data": "Hi"}, "scout"),
        ("Observation", {"obs_type": "command-output", "source": "command", "data": "ok"}, "Output"),
        ("Decision", {"decision_type": "message", "data": "Hi"}, "Assistant"),
        ("Decision", {"decision_type": "thinking", "data": None}, "Thinking"),
        ("Error", {"error_type": "interrupted", "message": "stop"}, "Interrupted"),
        ("Error", {"error_type": "tool_error", "message": "no"}, "Error"),
        ("CapabilityDenied", {"capability": "x"}, "Denied"),
        ("x:bookkeeping/claude-code/ai-title", {"data": "t"}, "Ai title"),
        ("x:otel/step", {"data": {}}, "Step"),
        ("x:bookkeeping/otel/plumbing", {"data": {}}, "Span"),
        ("x:outcome", {"passed": True}, "Outcome"),
    ],
)
def test_labels_are_words_of_the_user(kind: str, payload: dict[str, Any], label: str) -> None:
    assert labelled(kind, **payload) == label


def test_calls_are_named_for_their_tool() -> None:
    assert (kind_label(Kind.TOOL_REQUEST, "search"), kind_label(Kind.TOOL_RESPONSE, "search")) == (
        "search →",
        "← search",
    )


def test_every_kind_of_the_format_has_a_label_that_is_not_its_name() -> None:
    assert all(KIND_LABELS[kind] != kind or kind in ("Error", "Snapshot") for kind in KINDS)


def test_hostile_names_are_escaped_and_short() -> None:
    assert kind_label("x:\x1b[31m" + "n" * 1000).startswith("\\x1b[31m")
    assert len(kind_label("x:" + "n" * 1000)) <= 40
    assert len(labelled("Observation", obs_type="message", source="s" * 1000, data="")) <= 40


@pytest.mark.parametrize(
    ("kind", "payload", "noun"),
    [
        ("Observation", {"obs_type": "message", "source": "user", "data": "Hi"}, "user message"),
        ("Observation", {"obs_type": "message", "source": "scout", "data": "Hi"}, "message of scout"),
        ("Decision", {"decision_type": "thinking", "data": None}, "thought"),
        ("ToolResponse", {"tool_name": "search", "output": 1}, "result of search"),
        ("Error", {"error_type": "x", "message": "no"}, "error"),
        ("x:note", {"data": 1}, "note"),
    ],
)
def test_nouns_stand_in_sentences(kind: str, payload: dict[str, Any], noun: str) -> None:
    assert event_noun(_event(kind, payload)) == noun


@pytest.mark.parametrize(
    ("kind", "label", "noun"),
    [
        ("Observation", "User", "user messages"),
        ("Decision", "Thinking", "thoughts"),
        ("Observation", "scout", "messages of scout"),
        ("Observation", None, "messages to the agent"),
        ("MemoryWrite", None, "memory writes"),
        ("x:inspect/span_begin", None, "“Span begin” events"),
        (None, "User", "user messages"),
    ],
)
def test_many_events_have_a_noun(kind: str | None, label: str | None, noun: str) -> None:
    assert events_noun(kind, label) == noun


def test_labels_of_importers_are_in_the_users_language_and_names_of_a_log_stay() -> None:
    unreadable, other = "x:claude-code/unreadable-line", "x:acme/Blank lines"
    with in_language("de"):
        assert [label_text(kind_label(kind)) for kind in (unreadable, other)] == ["Unlesbare Zeile", "Blank lines"]
        nouns = [event_noun(_event(kind, {"data": 1})) for kind in (unreadable, other)]
    assert nouns == ["Unlesbare Zeile", "blank lines"]
    assert event_noun(_event(unreadable, {"data": 1})) == "unreadable line"
