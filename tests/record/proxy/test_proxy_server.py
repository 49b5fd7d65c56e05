"""Through the proxy, agents of any kind are recorded, and answered when they run again."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import urllib3

from replay_gui import EventLog, ReplayEngine
from replay_gui.record.matcher.first_difference import DifferenceKind
from replay_gui.record.matcher.past_run import read_past_run
from replay_gui.record.proxy.proxied_command import run_proxied
from replay_gui.record.proxy.proxy_server import running_proxy
from replay_gui.record.proxy.upstreams import Upstream, target_url, upstreams, variables_for, words_for
from replay_gui.record.recording import new_log
from replay_gui.record.rerunning import new_rerun_session
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_options import RerunOptions
from tests.record.model_server import chat_answer, chat_stream, model_server

CANARY = "canary-in-a-header-77"


def script(path: str, body: dict[str, Any]) -> Any:
    return chat_stream("he", "llo") if body.get("stream") else chat_answer("hello")


def agent(url: str, word: str = "hi") -> Any:
    import openai  # here, since it takes 1 s

    with openai.OpenAI(base_url=url, api_key=CANARY, max_retries=0) as client:
        ask: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": word}]}
        plain = client.chat.completions.create(**ask).choices[0].message.content
        stream = client.chat.completions.create(**ask, stream=True)
        return plain, [chunk.choices[0].delta.content for chunk in stream]


def test_requests_are_recorded_sent_on_and_answered_again(tmp_path: Path) -> None:
    import openai

    path = tmp_path / "run.rlog"
    with model_server(script) as server:
        providers = (Upstream("openai", (), f"{server.url}/v1"),)
        bare = agent(f"{server.url}/v1")
        session = RecordingSession(new_log(path))
        with running_proxy(session, providers) as proxy:
            assert agent(f"{proxy.url}/openai") == bare
        session.finish()
        assert server.requests[-1][2].get("authorization") == f"Bearer {CANARY}"
        asked = len(server.requests)

        again = new_rerun_session(read_past_run(path), tmp_path / "again.rlog", RerunOptions())
        with running_proxy(again, providers) as proxy, urllib3.PoolManager() as pool:
            assert pool.request("HEAD", f"{proxy.url}/openai").status == 200, "it is no call"
            assert agent(f"{proxy.url}/openai") == bare
        assert again.finish() is None

        changed = new_rerun_session(read_past_run(path), tmp_path / "changed.rlog", RerunOptions())
        with running_proxy(changed, providers) as proxy, pytest.raises(openai.BadRequestError, match="recorded “hi”"):
            agent(f"{proxy.url}/openai", "ho")
        difference = changed.finish()
        assert len(server.requests) == asked
    assert difference is not None
    assert difference.kind is DifferenceKind.CHANGED
    with EventLog.open(path) as log, EventLog.open(tmp_path / "again.rlog") as second:
        assert [event.content for event in log] == [event.content for event in second]
        assert ReplayEngine(log).verify().verdict == "VALID"
        assert [event.payload["data"] for event in log if event.kind == "Decision"] == ["hello", "hello"]
    assert b"canary" not in path.read_bytes()


def test_a_provider_that_is_not_there(tmp_path: Path) -> None:
    session = RecordingSession(new_log(tmp_path / "run.rlog"))
    with (
        running_proxy(session, (Upstream("openai", (), "http://127.0.0.1:1"),)) as proxy,
        urllib3.PoolManager() as pool,
    ):
        assert pool.request("GET", f"{proxy.url}/openai/models").status == 502
        assert pool.request("GET", f"{proxy.url}/nobody/models").status == 404
        web_socket = {"connection": "Upgrade", "upgrade": "websocket"}
        assert pool.request("GET", f"{proxy.url}/openai/responses", headers=web_socket).status == 426
        for method in ("HEAD", "PUT", "PATCH"):  # with one connection: the end of an answer is where it is to be
            assert pool.request(method, f"{proxy.url}/nobody/x", retries=False).status == 404
        assert pool.connection_from_url(proxy.url).num_connections == 1
    session.finish()
    with EventLog.open(tmp_path / "run.rlog") as log:
        assert [event.payload["success"] for event in log if event.kind == "ToolResponse"] == [False]


def test_a_command_is_led_to_the_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = dedent(
        """
        import json, os, urllib.request
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]}).encode()
        request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", body)
        assert b"hello" in urllib.request.urlopen(request).read()
        raise SystemExit(5)
        """
    )
    path = tmp_path / "run.rlog"
    with model_server(script) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        assert run_proxied([sys.executable, "-c", code], RecordingSession(new_log(path))) == 5
    session = new_rerun_session(read_past_run(path), tmp_path / "again.rlog", RerunOptions())
    assert run_proxied([sys.executable, "-c", code], session) == 5
    assert session.first_difference is None


def test_where_requests_go() -> None:
    providers = upstreams({"OPENAI_BASE_URL": "http://x/v2/", "OLLAMA_HOST": "0.0.0.0:1"})
    assert target_url("/openai/chat/completions?a=1", providers) == "http://x/v2/chat/completions?a=1"
    assert target_url("/anthropic/v1/messages", providers) == "https://api.anthropic.com/v1/messages"
    assert target_url("/ollama/api/chat", providers) == "http://0.0.0.0:1/api/chat"
    assert target_url("/other/x", providers) is None
    variables = variables_for("http://p", providers)
    assert variables["OPENAI_BASE_URL"] == "http://p/openai"
    assert words_for(["/usr/bin/codex", "exec", "hi"], variables) == [
        *("/usr/bin/codex", "-c", 'openai_base_url="http://p/openai"', "exec", "hi")
    ]
    assert words_for(["npx", "@openai/codex@0.171.0", "exec"], variables)[2] == "-c"
    assert words_for(["gemini", "-p", "codex of law"], variables) == ["gemini", "-p", "codex of law"]
