"""What is kept of an HTTP answer holds no secret, however its JSON was written, and is not searched twice for one."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui import EventInvalid, EventLog, ReplayEngine
from replay_gui.core.log.canonical import encode
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.secrets import HIDDEN, Secrets
from replay_gui.record.hooks.http_calls import http_answer, http_request
from replay_gui.record.messages.model_calls import model_answer
from replay_gui.record.recording import new_log
from replay_gui.record.sessions.call_log import CallLog
from replay_gui.record.sessions.recording_session import RecordingSession
from tests.record.model_server import chat_answer, chat_stream

KNOWN = ['canary/1\nwith "signs"', "canary-é-2", "plain-canary-3"]
FORMED = ["sk-proj-canary12345678", "bearer canary12345678"]
MODEL = CallRequest(CallKind.MODEL, "POST /v1/chat/completions", {})
TEXT = st.sampled_from([*KNOWN, *FORMED, "password", "a plain text", 'with "quotes"\n']) | st.text(max_size=8)
VALUE = st.recursive(TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))

NAMES = st.sampled_from(
    [
        *("type", "id", "role", "content", "function", "functionCall", "tool_use_id", "call_id", "name", "input"),
        *("args", "text", "message", "delta", "tool_calls", "arguments", "parts", "error", "status", "summary"),
        *("usage", "cache_control", "metadata", "user_id", "items"),
    ]
)
ODD = st.recursive(
    st.sampled_from(["tool_use", "tool_result", "message", "reasoning", "user", ""]) | st.none() | st.integers(0, 2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> RecordingSession:
    return RecordingSession(new_log(tmp_path_factory.mktemp("odd") / "run.rlog"))


@given(
    request=st.fixed_dictionaries({"messages": st.lists(ODD, max_size=3)}, optional={"tools": ODD, "metadata": ODD}),
    member=st.sampled_from(["choices", "output", "content", "candidates", "message", "response", "error"]),
    said=ODD,
    is_stream=st.booleans(),
)
def test_a_call_is_recorded_whatever_its_bodies_are(
    session: RecordingSession, request: Any, member: str, said: Any, is_stream: bool
) -> None:
    heads = {"content-type": "text/event-stream" if is_stream else "application/json"}.items()
    asked = http_request("POST", "http://x/v1/messages", heads, json.dumps(request).encode(), session.log)
    call = session.begin(asked)
    answer = json.dumps({"role": "assistant", member: said, "usage": said}).encode()
    call.finish(http_answer(asked, 200, heads, [b"data: %s\n\n" % answer if is_stream else answer], session.secrets))
    assert session.log.clean(asked).value.keys() <= request.keys()
    assert session.log.key(asked) == session.log.key(asked)


def test_an_answer_with_a_number_that_no_log_can_hold_leaves_the_log_whole(tmp_path: Path) -> None:
    session = RecordingSession(new_log(tmp_path / "run.rlog"))
    head = {"content-type": "application/json"}.items()
    asked = http_request("POST", "http://x/v1/chat/completions", head, b'{"messages": []}', session.log)
    for tokens in (1 << 64, 1):
        answer = chat_answer("fine") | {"usage": {"prompt_tokens": tokens, "completion_tokens": 1}}
        call = session.begin(asked)
        given = http_answer(asked, 200, head, [json.dumps(answer).encode()], session.secrets)
        assert given.is_clean
        with contextlib.nullcontext() if tokens == 1 else pytest.raises(EventInvalid, match="ints"):
            call.finish(given)
    session.finish()
    with EventLog.open(tmp_path / "run.rlog") as log:
        assert ReplayEngine(log).verify().verdict == "VALID"
        assert [event.meta["tokens"]["input"] for event in log if event.kind == "Decision"] == [1]


def kept(
    body: bytes, headers: dict[str, str], known: list[str], content_type: str = "application/json"
) -> tuple[bytes, CallAnswer]:
    """Return all that a log keeps of an answer, and the answer as the hook made it; `known`: values of secrets."""
    secrets = Secrets({f"KEY_{n}_TOKEN": value for n, value in enumerate(known)})
    answer = http_answer(MODEL, 200, {"content-type": content_type, **headers}.items(), [body], secrets)
    log = CallLog(lambda _: pytest.fail("nothing is written"), secrets)
    clean = answer if answer.is_clean else log.clean_answer(answer)
    return encode([clean.output, clean.error, clean.reasoning, clean.form, clean.meta]), answer


@given(VALUE, st.booleans(), st.booleans())
def test_no_secret_is_kept_however_it_is_escaped(value: Any, is_ascii: bool, has_slashes: bool) -> None:
    answer = chat_answer("fine") | {"more": value}
    answer["choices"][0]["message"]["content"] = value
    text = json.dumps(answer, ensure_ascii=is_ascii)
    raw, _ = kept((text.replace("/", "\\/") if has_slashes else text).encode("utf-8", "surrogatepass"), {}, KNOWN)
    assert b"canary" not in raw


def test_secrets_in_headers_and_streams_are_not_kept() -> None:
    plain, answer = kept(json.dumps(chat_answer('so "it" is\nfine')).encode(), {"request-id": "r-1"}, KNOWN[1:])
    assert answer.is_clean
    assert b"r-1" in plain
    body = json.dumps(chat_answer("fine")).encode()
    for secret in FORMED:
        raw, answer = kept(body, {"location": f"/next?{secret}"}, [])
        assert not answer.is_clean
        assert b"canary" not in raw


def test_a_secret_that_is_streamed_in_pieces_is_kept_in_none() -> None:
    stream = chat_stream("it is sk-proj-can", "ary12345678, done")
    raw, answer = kept(stream, {}, [], "text/event-stream")
    assert (answer.output, answer.form.keys() & {"body", "chunks"}) == (f"it is {HIDDEN}, done", {"body"})
    assert (b"sk-proj" in raw, b"12345678" in raw) == (False, False)
    assert model_answer(200, answer.form["body"], streamed=True, form={}).output == answer.output

    thought = b'data: {"choices": [{"delta": {"reasoning": "sk-proj-can"}}]}\n\ndata: {"choices": [{"delta": '
    raw, answer = kept(thought + b'{"reasoning": "ary12345678"}}]}\n\n', {}, [], "text/event-stream")
    assert (answer.reasoning, b"sk-proj" in raw, b"12345678" in raw) == (HIDDEN, False, False)

    raw, answer = kept(stream.replace(b"choices", b"unknown"), {}, [], "text/event-stream")
    assert answer.form["body"] == stream.replace(b"choices", b"unknown"), "nobody knows what is said in it"
