"""Messages of the Model Context Protocol: in records, and in the lines of a client's log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replay_gui.core.importers.registry import recognise
from tests.helpers.foreign import read_all, read_seed


def test_what_a_client_asked_of_a_server_are_calls() -> None:
    found = read_seed("mcp/0.jsonl")
    assert (found.format, found.run.agent, found.tools()) == ("mcp", "desk", {"read": 2, "resources/read": 1})
    assert [event.payload["output"] for event in found.of("ToolResponse")] == [
        "hello",
        "no such file\nb.txt",
        "Resource not found",
    ]
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [
        None,
        "no such file",
        "Resource not found",
    ]
    (asked,) = found.of("Observation")  # of the client's model, by the server, with the number of an open call
    assert asked.payload["data"]["maxTokens"] == 9
    assert found.of("x:bookkeeping/mcp/response-result")[0].payload["data"]["content"]["text"] == "No."
    assert found.of("Error")[-1].payload["message"] == "ping: gone"


def test_messages_in_the_lines_of_a_log(tmp_path: Path) -> None:
    def line(second: int, words: str, **message: Any) -> str:
        text = json.dumps({"jsonrpc": "2.0", **message}) + " { metadata: undefined }" if message else ""
        return f"2026-06-01T10:00:{second:02}.000Z [web] [info] {words} {text}"

    client = {"clientInfo": {"name": "desk", "version": "2"}, "protocolVersion": "2025-06-18"}
    path = tmp_path / "mcp-server-web.log"
    path.write_text(
        "\n".join(
            [
                line(0, "Initializing server..."),
                line(1, "Message from client:", id=0, method="initialize", params=client),
                line(
                    2, "Message from client:", id=1, method="tools/call", params={"name": "get", "arguments": {"a": 1}}
                ),
                line(4, "Message from server:", id=1, result={"content": [{"type": "text", "text": "{}"}]}),
            ]
        )
    )
    (found,) = read_all(path)
    assert (found.format, found.run.agent, found.tools()) == ("mcp", "desk", {"get": 1})
    assert found.events[0].payload["agent_version"] == "2"
    (log,) = found.of("x:bookkeeping/mcp/log")
    assert log.payload["data"] == "[web] [info] Initializing server..."
    (response,) = found.of("ToolResponse")
    assert (response.payload["output"], response.meta["duration"]) == ("{}", 2 * 10**9)


def test_other_protocols_of_json_rpc_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "lsp.jsonl"
    asked = [{"jsonrpc": "2.0", "id": n, "method": "textDocument/hover", "params": {}} for n in range(3)]
    path.write_text("".join(json.dumps(one) + "\n" for one in asked))
    assert recognise(path).name != "mcp"
