"""Heads of requests are read once, and a secret that is learned later is hidden in what was read before."""

from __future__ import annotations

import pytest

from replay_gui.record.calls import request_heads
from replay_gui.record.calls.request_heads import RequestHeads
from replay_gui.record.calls.secrets import HIDDEN, Secrets

URL = "https://user:password-1@example.com:8080/v1/plain-canary-3/chat?key=canary-in-url-1&page=2&page=3"


def test_headers_on_the_list_are_kept_and_others_are_learned() -> None:
    secrets = Secrets({})
    heads = RequestHeads(secrets)
    plain = [("Content-Type", "application/json"), ("x-api-key", "plain-canary-3"), ("host", "example.com")]
    raw = [(name.encode(), value.encode()) for name, value in plain]
    for headers in (plain, raw, plain, raw):
        assert heads.headers(headers) == {"content-type": "application/json"}
    assert secrets.hide_text("plain-canary-3 example.com") == f"{HIDDEN} example.com"
    assert heads.headers([*raw, (b"Accept", b"\xe9"), (b"X-Token", b"another-canary-4")])["accept"] == "é"
    assert secrets.hide_text("another-canary-4") == HIDDEN, "a header is learned beside those that are known"


def test_a_header_that_is_changed_is_read_again() -> None:
    heads = RequestHeads(Secrets({}))
    assert heads.headers([("accept", "a"), ("content-length", "1")]) == {"accept": "a"}
    assert heads.headers([("accept", "b"), ("content-length", "2")]) == {"accept": "b"}
    assert heads.headers([("accept", "a"), ("ACCEPT", "c")]) == {"accept": "c"}, "the last one counts"


def test_a_target_is_read_again_after_a_secret_was_learned() -> None:
    secrets = Secrets({})
    heads = RequestHeads(secrets)
    first = heads.target("POST", URL)
    assert (first.path, first.host) == ("/v1/plain-canary-3/chat", "example.com:8080")
    assert first.query == {"key": HIDDEN, "page": ["2", "3"]}
    assert first.endpoint == "POST /v1/plain-canary-3/chat"
    assert secrets.hide_text("canary-in-url-1") == HIDDEN
    assert heads.target("POST", URL) is first
    secrets.learn([("x-api-key", "plain-canary-3")])
    assert heads.target("POST", URL).endpoint == f"POST /v1/{HIDDEN}/chat"
    assert heads.target("GET", URL).endpoint == f"GET /v1/{HIDDEN}/chat"


def test_the_port_of_this_computer_is_not_in_the_name_of_a_tool() -> None:
    heads = RequestHeads(Secrets({}))
    targets = [heads.target("GET", f"http://{host}/") for host in ("127.0.0.1:81", "[::1]:82", "example.com:83")]
    assert [target.tool_host for target in targets] == ["localhost", "localhost", "example.com:83"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_heads, "_MAX_REMEMBERED", 10)
    secrets = Secrets({})
    heads = RequestHeads(secrets)
    for number in range(35):
        assert heads.target("GET", f"http://x/{number}").path == f"/{number}"
        headers = [("accept", str(number)), ("x-session-token", f"canary-{number:03}")]
        assert heads.headers(headers) == {"accept": str(number)}
        assert secrets.hide_text(f"canary-{number:03}") == HIDDEN
    assert len(heads._targets) <= 10
