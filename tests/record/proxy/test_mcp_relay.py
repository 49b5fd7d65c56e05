"""The proxy in front of an MCP server: a real client and a real server do not notice it; then the log answers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, ReplayEngine
from replay_gui.record.matcher.past_run import read_past_run
from replay_gui.record.proxy import mcp_relay
from replay_gui.record.proxy.mcp_relay import McpCalls, PipeChunk, answer_client
from replay_gui.record.recording import new_log
from replay_gui.record.rerunning import new_rerun_session
from replay_gui.record.sessions.questions import Reply, ReplyKind
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_options import RerunOptions

SERVER = """
from pathlib import Path
from mcp.server.mcpserver import MCPServer
server = MCPServer("shop")

@server.tool()
def add(a: int, b: int) -> int:
    Path("ran").open("a").write("x")
    return a + b

@server.tool()
def fails(why: str) -> str:
    raise ValueError(why)

server.run("stdio")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "server.py").write_text(SERVER)
    return tmp_path


def used(folder: Path, arguments: list[str], sums: list[tuple[int, int]]) -> list[Any]:
    from mcp.client.session import ClientSession  # here, since it takes 1 s
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def use() -> list[Any]:
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "replay_gui", *arguments, "--", sys.executable, "server.py"], cwd=folder
        )
        with (folder / "errors").open("a") as errors:
            async with stdio_client(parameters, errlog=errors) as streams, ClientSession(*streams) as client:
                await client.initialize()
                names = sorted(tool.name for tool in (await client.list_tools()).tools)
                answers: list[Any] = [await client.call_tool("add", {"a": a, "b": b}) for a, b in sums]
                failed: Any = await client.call_tool("fails", {"why": "no stock"})
                return [names, [answer.content[0].text for answer in answers], failed.content[0].text]

    return asyncio.run(use())


def test_a_server_is_recorded_and_stood_in_for(folder: Path) -> None:
    recorded = used(folder, ["record", "--mcp", "-o", "tools.rlog"], [(1, 2), (3, 4)])
    assert recorded[:2] == [["add", "fails"], ["3", "7"]]
    assert recorded[2].startswith("Error executing tool fails")
    assert (folder / "ran").read_text() == "xx"
    with EventLog.open(folder / "tools.rlog") as log:
        assert ReplayEngine(log).verify().verdict == "VALID"
        asked = [event.payload["tool_name"] for event in log if event.kind == "ToolRequest"]
        answers = [event.payload["success"] for event in log if event.kind == "ToolResponse"]
    assert asked == ["mcp initialize", "mcp tools/list", "add", "add", "fails"]
    assert answers == [True, True, True, True, False]

    again = used(folder, ["rerun", "tools.rlog", "--mcp"], [(1, 2), (3, 4)])
    assert again == recorded
    assert (folder / "ran").read_text() == "xx", "the server was not started"
    assert "5 calls answered as recorded" in (folder / "errors").read_text()


def test_another_argument_is_a_difference(folder: Path) -> None:
    used(folder, ["record", "--mcp", "-o", "tools.rlog"], [(1, 2)])
    with pytest.raises(BaseException) as stopped:
        used(folder, ["rerun", "tools.rlog", "--mcp"], [(1, 5)])
    assert "input.b: recorded 2, now 5" in "".join(_messages(stopped.value))
    assert "input.b: recorded 2, now 5" in (folder / "errors").read_text()


def _messages(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        return [message for inner in error.exceptions for message in _messages(inner)]
    return [str(error)]


def relayed(folder: Path, lines: bytes, server: str) -> subprocess.CompletedProcess[bytes]:
    command = [
        sys.executable,
        "-m",
        "replay_gui",
        "record",
        "--mcp",
        "-o",
        "x.rlog",
        "--",
        sys.executable,
        "-c",
        server,
    ]
    return subprocess.run(command, input=lines, cwd=folder, capture_output=True, timeout=60, check=False)


def line(**members: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, **members}).encode() + b"\n"


def called(tool: str) -> bytes:
    return line(method="tools/call", params={"name": tool, "arguments": {}})


def as_text(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}]}


WHOLE = {**as_text("no stock"), "isError": True}


@pytest.mark.parametrize(("value", "result"), [("nothing found", as_text("nothing found")), (WHOLE, WHOLE)])
@pytest.mark.parametrize("tool", ["search", "never recorded"])
@pytest.mark.parametrize("how", ["fixed", "asked"])
def test_a_value_of_the_user_is_a_whole_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, tool: str, value: Any, result: Any
) -> None:
    """Also where the tool's own answer was an error, and in the new log, which may answer the client in its turn."""
    from mcp.types import CallToolResult

    recording = RecordingSession(new_log(tmp_path / "run.rlog", agent_type="a"))
    calls = McpCalls(recording)
    calls.note_from_client(PipeChunk(called("search"), True))
    calls.note_from_server(PipeChunk(line(error={"code": 1, "message": "down"}), True))
    recording.finish()
    asks = RerunOptions(asked=frozenset([tool]), ask=lambda _: Reply(ReplyKind.VALUE, value))
    answers = list[bytes]()
    monkeypatch.setattr(mcp_relay, "pieces_of", lambda _: iter([PipeChunk(called(tool), True)]))
    monkeypatch.setattr(mcp_relay, "write_to_client", answers.append)
    for old, new, options in (
        ("run", "again", RerunOptions(fixed={tool: value}) if how == "fixed" else asks),
        ("again", "once more", RerunOptions()),
    ):
        session = new_rerun_session(read_past_run(tmp_path / f"{old}.rlog"), tmp_path / f"{new}.rlog", options)
        assert answer_client(session) == 0
        given = json.loads(answers.pop())
        assert given == {"jsonrpc": "2.0", "id": 1, "result": result}
        CallToolResult.model_validate(given["result"])
        assert (session.given, session.answered) == ((1, 0) if old == "run" else (0, 1))


def test_what_is_no_json_rpc_is_passed_on(folder: Path) -> None:
    echo = "import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line)"
    strange = b'not JSON\n{"id": null, "method": 3}\n[1, {"id": {}, "result": 1}]\n\xff\xfe\n\nlast, without an end'
    done = relayed(folder, strange, echo)
    assert (done.returncode, done.stdout) == (2, strange)  # nothing was recorded
    assert b"Traceback" not in done.stderr


def test_a_server_that_ends_first_ends_the_proxy(folder: Path) -> None:
    request = (
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add"}}).encode() + b"\n"
    )
    command = [sys.executable, "-m", "replay_gui", "record", "--mcp", "-o", "x.rlog", "--", sys.executable, "-c"]
    process = subprocess.Popen(
        [*command, "import sys; sys.stdin.readline(); sys.exit(9)"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(request)
    process.stdin.flush()
    assert process.wait(60) == 9, "though its own input is open"
    process.communicate()
    with EventLog.open(folder / "x.rlog") as log:
        assert [event.kind for event in log][-1] == "ToolRequest"
