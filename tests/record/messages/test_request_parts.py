"""Messages are stored once; a request can be put together again, and equal requests have equal keys."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.canonical import encode
from replay_gui.record.calls.secrets import HIDDEN, Secrets
from replay_gui.record.messages.part_events import event_of_part, part_of_event
from replay_gui.record.messages.provider_ids import split_session, with_ids, without_ids
from replay_gui.record.messages.request_parts import (
    LIST,
    RequestPart,
    RequestParts,
    clean_request,
    joined,
    key_of_joined,
)

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


def claude_request(order: list[int], mark: bool) -> dict[str, Any]:
    """A request as Claude Code makes it: results in the order in which they came, the last message marked."""
    results = [{"type": "tool_result", "tool_use_id": f"t{number}", "content": f"r{number}"} for number in order]
    calls = [{"type": "tool_use", "id": f"t{n}", "name": "Read", "input": {"id": "1", "call_id": "c"}} for n in (0, 1)]
    last: dict[str, Any] = results[-1] | ({"cache_control": {"type": "ephemeral"}} if mark else {})
    return {
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": calls},
            {"role": "user", "content": [*results[:-1], last, {"type": "text", "text": "and"}]},
        ]
    }


def test_the_order_of_results_and_marks_for_caches_are_no_content_but_arguments_are() -> None:
    parts, new = RequestParts(Secrets({})), list[RequestPart]()
    keys = {parts.key(claude_request(order, mark)) for order in ([0, 1], [1, 0]) for mark in (False, True)}
    assert len(keys) == 1
    for mark in (True, False):
        split = parts.split(claude_request([1, 0], mark), new.append)
        assert split == {"messages": {LIST: [(0, 3)]}}, "a message whose mark has gone is the one before"
    assert [block.get("content") for block in new[2].value["content"]] == ["r0", "r1", None]
    assert new[1].value["content"][0]["input"] == {"id": "1", "call_id": "c"}
    joined_ = joined(split, {part.number: part.value for part in new})
    assert key_of_joined(joined_) in keys
    assert clean_request(claude_request([1, 0], True), Secrets({})) == joined_


def test_what_names_a_session_is_apart() -> None:
    request = {"model": "m", "metadata": {"user_id": "u", "team": "a"}, "prompt_cache_key": "k", "client_metadata": {}}
    rest, session = split_session(request)
    assert rest == {"model": "m", "metadata": {"team": "a"}}
    assert session == {"metadata": {"user_id": "u"}, "prompt_cache_key": "k", "client_metadata": {}}
    assert split_session({"metadata": {"user_id": "u"}}) == ({}, {"metadata": {"user_id": "u"}})
    assert split_session(rest)[0] is rest
    parts = [{"functionCall": {"id": "f_1", "args": {"id": "1"}}}, {"functionResponse": {"id": "f_1", "response": {}}}]
    bare = [{"functionCall": {"args": {"id": "1"}}}, {"functionResponse": {"response": {}}}]
    assert without_ids(parts)[0] == bare
