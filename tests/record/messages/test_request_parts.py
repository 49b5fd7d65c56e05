"""Messages are stored once; a request can be put together again, and equal requests have equal keys."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.canonical import encode
from replay_gui.record.calls.secrets import HIDDEN, Secrets
from replay_gui.record.messages.part_events import event_of_part, part_of_event
from replay_gui.record.messages.provider_ids import with_ids, without_ids
from replay_gui.record.messages.request_parts import RequestPart, RequestParts, joined, key_of_joined

TEXT = st.text(max_size=8)
MESSAGE = st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": TEXT})
OTHER = st.none() | st.integers(0, 99) | st.text(max_size=300) | st.lists(st.integers(0, 9), max_size=99)
REQUEST = st.fixed_dictionaries(
    {"model": TEXT},
    optional={"messages": st.lists(MESSAGE | TEXT, max_size=5), "input": TEXT, "tools": OTHER, "id": OTHER},
)


@given(st.lists(REQUEST, max_size=4))
def test_requests_come_back(requests: list[dict[str, Any]]) -> None:
    parts = RequestParts(Secrets({}))
    new: list[RequestPart] = []
    for request in requests:
        key = parts.key(request)
        split = parts.split(request, new.append)
        values = {part.number: part_of_event((e := event_of_part(part)).payload, e.meta, ids=False) for part in new}
        whole = joined(split, values)
        assert whole == request
        assert key == key_of_joined(whole) == parts.key(request)
    assert [part.number for part in new] == list(range(len(new)))


def test_a_long_conversation_is_stored_once() -> None:
    parts = RequestParts(Secrets({}))
    new: list[RequestPart] = []
    messages: list[dict[str, Any]] = []
    size = 0
    for turn in range(200):
        messages += [
            {"role": "user", "content": f"question {turn}"},
            {"role": "assistant", "content": f"answer {turn}"},
        ]
        size += len(encode(parts.split({"model": "m", "messages": messages}, new.append)))
    assert len(new) == 400
    assert size < 200 * 60  # bytes: a request names its parts as one stretch


def test_equal_messages_with_other_ids_have_the_same_key() -> None:
    parts = RequestParts(Secrets({}))

    def request(id_: str) -> dict[str, Any]:
        call = {"id": id_, "type": "function", "function": {"name": "f", "arguments": "{}"}}
        return {
            "messages": [
                {"role": "assistant", "tool_calls": [call]},
                {"role": "tool", "tool_call_id": id_, "content": "1"},
            ]
        }

    assert parts.key(request("call_1")) == parts.key(request("call_2"))
    new: list[RequestPart] = []
    parts.split(request("call_1"), new.append)
    assert [part.ids for part in new] == [{"/tool_calls/0/id": "call_1"}, {"/tool_call_id": "call_1"}]
    assert [with_ids(part.value, part.ids) for part in new] == request("call_1")["messages"]


def test_an_id_that_is_no_providers_stays() -> None:
    value = {"id": "order-7", "items": [{"id": 3}]}
    assert without_ids(value) == (value, {})


def test_secrets_are_in_no_part_and_no_key() -> None:
    parts = RequestParts(Secrets({"A_TOKEN": "canary-1234"}))
    new: list[RequestPart] = []
    split = parts.split(
        {"messages": [{"role": "user", "content": "my canary-1234"}], "user": "canary-1234"}, new.append
    )
    assert new[0].value["content"] == f"my {HIDDEN}"
    assert split["user"] == HIDDEN
