"""The Claude Agent SDK over a scripted transport: no program is started."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, ReplayEngine, record
from replay_gui.core.errors import AnswerNotRecorded

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves streams open


@pytest.fixture(autouse=True, scope="module")
def _library() -> None:
    """Import before anything is recorded, and only where these tests run: it takes 1 s."""
    pytest.importorskip("claude_agent_sdk")


def assistant(*blocks: dict[str, Any], parent: str | None = None, id_: str = "m1") -> dict[str, Any]:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 3}
    message = {"id": id_, "role": "assistant", "model": "m", "content": list(blocks), "usage": usage}
    return {"type": "assistant", "message": message, "parent_tool_use_id": parent, "session_id": "s"}


def result_of(call: str, content: Any, **more: Any) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": call, "content": content, **more}
    return {"type": "user", "message": {"role": "user", "content": [block]}, "parent_tool_use_id": None}


def use(call: str, name: str, **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call, "name": name, "input": given}


MESSAGES = [
    {"type": "system", "subtype": "init", "session_id": "s"},
    assistant({"type": "thinking", "thinking": "First look.", "signature": "x"}),
    assistant({"type": "text", "text": "I look."}, use("t1", "Task", prompt="find it")),
    assistant(use("t2", "Grep", pattern="fjord"), parent="t1"),
    result_of("t2", "no such file", is_error=True),
    result_of("t1", [{"type": "text", "text": "found"}]),
    assistant({"type": "text", "text": "205 km"}, id_="m2"),
    {
        "type": "result", "subtype": "success", "is_error": False, "duration_ms": 9, "num_turns": 2,
        "duration_api_ms": 8,
        "session_id": "s", "total_cost_usd": 0.01, "result": "205 km",
    },
]  # fmt: skip


class ScriptedTransport:
    """Answers the SDK's handshake, and the first prompt by MESSAGES."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def connect(self) -> None:
        pass

    async def write(self, data: str) -> None:
        message = json.loads(data)
        if message["type"] == "control_request":
            answer = {"subtype": "success", "request_id": message["request_id"], "response": {"commands": []}}
            await self._lines.put({"type": "control_response", "response": answer})
        elif message["type"] == "user":
            for each in (*MESSAGES, None):
                await self._lines.put(each)

    async def read_messages(self) -> AsyncIterator[dict[str, Any]]:
        while (message := await self._lines.get()) is not None:
            yield message

    async def close(self) -> None:
        pass

    def is_ready(self) -> bool:
        return True

    async def end_input(self) -> None:
        pass


async def agent() -> list[Any]:
    sdk: Any = import_module("claude_agent_sdk")

    async def prompts() -> AsyncIterator[dict[str, Any]]:
        message = {"role": "user", "content": "How long is it? sk-abcdefgh12345678"}
        yield {"type": "user", "message": message, "parent_tool_use_id": None, "session_id": "s"}

    return [message async for message in sdk.query(prompt=prompts(), transport=ScriptedTransport())]


def test_a_conversation_is_recorded_with_its_subagents(tmp_path: Path) -> None:
    bare = asyncio.run(agent())
    with record.run(tmp_path / "run.rlog", agent_type="a"):
        assert len(asyncio.run(agent())) == len(bare) == len(MESSAGES)
    with EventLog.open(tmp_path / "run.rlog") as log:
        assert ReplayEngine(log).verify().verdict == "VALID"
        events = [event for event in log if event.kind not in ("AgentInit", "x:bookkeeping/random")]
    listed = [(event.kind, event.tool, event.payload.get("data", event.payload.get("output"))) for event in events]
    first_calls = [{"name": "Task", "input": {"prompt": "find it"}}]
    assert listed == [
        ("Observation", None, "How long is it? [secret]"),
        ("Decision", None, {"calls": first_calls, "content": "I look."}),
        ("ToolRequest", "Task", None),
        ("Decision", None, {"calls": [{"name": "Grep", "input": {"pattern": "fjord"}}]}),
        ("ToolRequest", "Grep", None),
        ("ToolResponse", "Grep", "no such file"),
        ("ToolResponse", "Task", [{"type": "text", "text": "found"}]),
        ("Decision", None, "205 km"),
        ("x:bookkeeping/result", None, None),
    ]
    assert events[1].payload["reasoning"] == "First look."
    assert events[3].parent == events[2].seq, "what a subagent does follows from the call that began it"
    assert events[5].payload["error"] == "no such file"
    assert ["tokens" in events[at].meta for at in (1, 3)] == [True, False], "parts of an answer repeat what it took"
    assert (events[7].meta["tokens"], events[7].meta["model"]) == ({"input": 7, "output": 3, "cached": 2}, "m")


@pytest.mark.parametrize(
    ("content", "error"),
    [([{"type": "text", "text": "no such"}, {"type": "text", "text": "file"}], "no such\nfile"), (None, "failed")],
)
def test_the_error_of_a_tool_is_what_its_parts_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Any, error: str
) -> None:
    messages = [*MESSAGES[:4], result_of("t2", content, is_error=True), *MESSAGES[5:]]
    monkeypatch.setattr(f"{__name__}.MESSAGES", messages)
    with record.run(tmp_path / "run.rlog", agent_type="a"):
        asyncio.run(agent())
    with EventLog.open(tmp_path / "run.rlog") as log:
        (failed,) = [event for event in log if event.payload.get("success") is False]
    assert (failed.payload["error"], failed.payload["output"]) == (error, content)


def test_it_is_not_run_again(tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog", agent_type="a"):
        asyncio.run(agent())
    with pytest.raises(AnswerNotRecorded, match="not run again"), record.rerun(tmp_path / "run.rlog"):
        asyncio.run(agent())
