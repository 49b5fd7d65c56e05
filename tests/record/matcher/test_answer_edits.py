"""What if a call had been answered otherwise: the edit is given, and what follows from it is made for real."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from replay_gui import EventLog, record
from replay_gui.cli import main
from replay_gui.core.errors import RerunRefused
from replay_gui.core.log.positions import EventIndex
from replay_gui.record.matcher.answer_edits import AnswerEdit
from tests.record.model_server import ModelServer, chat_answer, chat_stream, model_server

ran: list[str] = []


@record.tool
def stock(item: str) -> dict[str, Any]:
    ran.append(item)
    return {"item": item, "left": [4, 0]}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    ran.clear()
    with model_server(lambda path, body: chat_answer("buy " + body["messages"][-1]["content"])) as server:
        yield server


def agent(server: ModelServer) -> list[str]:
    with httpx.Client(base_url=server.url) as client:

        def ask(text: str) -> str:
            body = {"model": "m", "messages": [{"role": "user", "content": text}]}
            return str(client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"])

        plan = ask("tea")
        left = stock(plan.split()[1])["left"][0]
        return [plan, ask(f"{left} left")]


def answer_indexes(path: Path) -> list[EventIndex]:
    with EventLog.open(path) as log:
        return [event.index for event in log if event.kind in ("Decision", "ToolResponse")]


@pytest.fixture
def run(server: ModelServer, tmp_path: Path) -> Path:
    with record.run(tmp_path / "run.rlog"):
        assert agent(server) == ["buy tea", "buy 4 left"]
    server.requests.clear()
    ran.clear()
    return tmp_path / "run.rlog"


def test_a_tools_answer_is_edited(server: ModelServer, run: Path, tmp_path: Path) -> None:
    edit = AnswerEdit(answer_indexes(run)[1], "/left/0", 7)
    with record.rerun(run, new=tmp_path / "new.rlog", edits=[edit]) as rerun:
        assert agent(server) == ["buy tea", "buy 7 left"]
    assert rerun.difference is None
    assert ran == [], "what lies before is answered from the log"
    assert [body["messages"][0]["content"] for _, body, _ in server.requests] == ["7 left"]
    with EventLog.open(tmp_path / "new.rlog") as log:
        assert [event.payload["output"] for event in log if event.kind == "ToolResponse"] == [
            {"item": "tea", "left": [7, 0]}
        ]


def test_a_models_answer_is_edited(server: ModelServer, run: Path, tmp_path: Path) -> None:
    edit = AnswerEdit(answer_indexes(run)[0], "/choices/0/message/content", "buy coffee")
    with record.rerun(run, new=tmp_path / "new.rlog", edits=[edit]):
        assert agent(server) == ["buy coffee", "buy 4 left"]
    assert ran == ["coffee"]
    assert server.requests == [], "the last request is as recorded"


def test_a_streamed_answer_is_edited(tmp_path: Path) -> None:
    def agent(server: ModelServer) -> bytes:
        body = {"model": "m", "messages": [], "stream": True}
        with httpx.stream("POST", f"{server.url}/v1/chat/completions", json=body) as response:
            return b"".join(response.iter_bytes())

    with model_server(lambda path, body: chat_stream("one", "two")) as server:
        with record.run(tmp_path / "run.rlog"):
            agent(server)
        edit = AnswerEdit(answer_indexes(tmp_path / "run.rlog")[0], "", "quite other")
        with record.rerun(tmp_path / "run.rlog", new=tmp_path / "new.rlog", edits=[edit]):
            assert b'"content":"quite other"' in agent(server)
        assert len(server.requests) == 1
    with EventLog.open(tmp_path / "new.rlog") as log:
        assert [event.payload["data"] for event in log if event.kind == "Decision"] == ["quite other"]


def test_a_difference_before_the_edit_stops(server: ModelServer, run: Path) -> None:
    edit = AnswerEdit(answer_indexes(run)[2], "/choices/0/message/content", "none")
    with pytest.raises(record.DiffersFromRecord), record.rerun(run, edits=[edit]):
        stock("coffee")
    assert ran == []


@pytest.mark.parametrize(
    ("index", "pointer", "words"),
    [
        (0, "", "event 1 is neither an answer nor a prompt"),
        (-1, "/choices/4", "it has no value at “choices\\[4\\]”"),
        (-1, "left", "begins with /"),
    ],
)
def test_what_cannot_be_edited_is_refused(run: Path, index: int, pointer: str, words: str) -> None:
    event = answer_indexes(run)[index] if index else EventIndex(0)
    with pytest.raises(RerunRefused, match=words), record.rerun(run, edits=[AnswerEdit(event, pointer, 1)]):
        pass


def test_the_command_edits(server: ModelServer, run: Path, tmp_path: Path) -> None:
    code = f"""
        import httpx
        from replay_gui import record
        from tests.record.matcher.test_answer_edits import agent
        class Server: url = {server.url!r}
        print(agent(Server))
    """
    (tmp_path / "agent.py").write_text(textwrap.dedent(code))
    position = answer_indexes(run)[1] + 1
    command = ["rerun", str(run), "--what-if", str(position), "/left/0", "9", "-o", str(tmp_path / "new.rlog"), "--"]
    assert main([*command, sys.executable, str(tmp_path / "agent.py")]) == 0
    assert [body["messages"][0]["content"] for _, body, _ in server.requests] == ["9 left"]
