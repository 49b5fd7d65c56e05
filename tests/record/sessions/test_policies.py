"""How calls of a tool are answered: as recorded, for real, with a fixed value, or as the user says."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from replay_gui import EventLog, record
from replay_gui.commands.asking import ask_between
from replay_gui.core.errors import RerunRefused
from replay_gui.core.log.positions import index_after
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.hooks.installing import install_hooks
from replay_gui.record.matcher.first_difference import DifferenceKind
from replay_gui.record.matcher.past_run import read_past_run
from replay_gui.record.rerunning import new_rerun_session
from replay_gui.record.sessions.call_session import set_current_session
from replay_gui.record.sessions.questions import Question, Reply, ReplyKind, question_about
from replay_gui.record.sessions.rerun_options import OnMiss, RerunOptions
from replay_gui.record.sessions.rerun_session import RerunSession
from tests.record.model_server import chat_answer, model_server

ran: list[str] = []


@dataclass
class Hit:
    title: str


@record.tool
def search(query: str) -> list[Hit]:
    ran.append(query)
    return [Hit(query)]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with record.run(tmp_path / "run.rlog"):
        search("a")
        search("b")
    ran.clear()
    return tmp_path / "run.rlog"


class Rerun:
    """A re-run in which a user replies by a script."""

    def __init__(self, run: Path, replies: list[Reply], **options: Any) -> None:
        self.questions: list[Question] = []
        self._replies = replies
        new = run.with_suffix(".new.rlog")
        self.session: RerunSession = new_rerun_session(read_past_run(run), new, RerunOptions(ask=self._ask, **options))

    def _ask(self, question: Question) -> Reply:
        self.questions.append(question)
        return self._replies.pop(0)

    def __enter__(self) -> Rerun:
        set_current_session(self.session)
        install_hooks()
        return self

    def __exit__(self, *_: object) -> None:
        set_current_session(None)
        self.session.finish()


def test_a_fixed_answer_has_the_types_of_the_recorded_ones_whatever_is_asked(run: Path, tmp_path: Path) -> None:
    with record.rerun(run, fixed={"search": [{"title": "fixed"}]}, new=tmp_path / "new.rlog") as rerun:
        assert search("a") == [Hit("fixed")]
        assert search("quite another") == [Hit("fixed")]
        assert search("b") == [Hit("fixed")]
    assert rerun.difference is None
    assert ran == []
    with EventLog.open(tmp_path / "new.rlog") as log:
        assert [e.payload["output"] for e in log if e.kind == "ToolResponse"] == [[{"title": "fixed"}]] * 3


def test_a_fixed_answer_over_http_and_none_for_a_model(tmp_path: Path) -> None:
    def agent(url: str) -> tuple[Any, Any]:
        answer = httpx.post(f"{url}/v1/chat/completions", json={"model": "m", "messages": []}).json()
        return answer["choices"][0]["message"]["content"], httpx.get(f"{url}/weather?city=Bergen").json()

    with model_server(lambda path, body: chat_answer("hello") if body else {"rain": True}) as server:
        with record.run(tmp_path / "run.rlog"):
            assert agent(server.url) == ("hello", {"rain": True})
        with record.rerun(tmp_path / "run.rlog", fixed={"GET localhost": {"rain": False}}):
            assert agent(server.url) == ("hello", {"rain": False})
        assert len(server.requests) == 2
    fixed = {"POST /v1/chat/completions": "x"}
    with pytest.raises(RerunRefused, match="is a model"), record.rerun(tmp_path / "run.rlog", fixed=fixed):
        pass


def test_the_user_is_asked_call_by_call(run: Path) -> None:
    replies = [Reply(ReplyKind.RECORDED), Reply(ReplyKind.VALUE, [{"title": "mine"}]), Reply(ReplyKind.LIVE)]
    with Rerun(run, replies, asked=frozenset({"search"})) as rerun:
        assert [search("a"), search("b"), search("new")] == [[Hit("a")], [Hit("mine")], [Hit("new")]]
    assert ran == ["new"]
    assert rerun.session.first_difference is None
    first, _, last = rerun.questions
    assert (first.asked, json.loads(first.request), json.loads(first.recorded or "")) == (
        "the tool search",
        {"query": "a"},
        [{"title": "a"}],
    )
    assert ReplyKind.RECORDED in first.choices
    assert ReplyKind.RECORDED not in last.choices
    assert (first.place or "").endswith("in test_the_user_is_asked_call_by_call")


def test_any_value_is_shown_as_json() -> None:
    request = CallRequest(CallKind.TOOL, "t", {"raw": b"x", "far": float("inf"), "sign": "29° \u202e"})
    shown = question_about("the tool t", request, CallAnswer(output=b"y"), None)
    assert json.loads(shown.request) == {
        "raw": {"$bytes": "eA=="},
        "far": {"$float": "inf"},
        "sign": "29° \u202e",
    }
    assert "29° \\u202e" in shown.request
    assert json.loads(shown.recorded or "") == {"$bytes": "eQ=="}


def test_a_miss_is_asked_about_and_stays_the_verdict(run: Path) -> None:
    with Rerun(run, [Reply(ReplyKind.LIVE), Reply(ReplyKind.STOP)], on_miss=OnMiss.ASK) as rerun:
        assert search("x") == [Hit("x")]
        assert search("b") == [Hit("b")]
        with pytest.raises(record.DiffersFromRecord):
            search("y")
    assert ran == ["x"]
    found = rerun.session.first_difference
    assert found is not None
    assert (found.kind, found.fields[0].now) == (DifferenceKind.CHANGED, "“x”")


def test_the_user_stops_the_run(run: Path) -> None:
    rerun = Rerun(run, [Reply(ReplyKind.STOP)], asked=frozenset({"search"}))
    with rerun, pytest.raises(record.DiffersFromRecord, match="stopped there"):
        search("a")
    assert rerun.session.first_difference is not None
    with pytest.raises(RerunRefused, match="no terminal or window"):
        new_rerun_session(read_past_run(run), run.with_suffix(".n.rlog"), RerunOptions(on_miss=OnMiss.ASK))


def test_a_request_that_stops_the_run_is_in_its_log(run: Path, tmp_path: Path) -> None:
    with pytest.raises(record.DiffersFromRecord) as stopped, record.rerun(run, new=tmp_path / "new.rlog"):
        _ = search("a"), search("x")
    with EventLog.open(tmp_path / "new.rlog") as log:
        *_, request, end = list(log)
    assert (request.kind, request.payload["input"]) == ("ToolRequest", {"query": "x"})
    assert request.index == index_after(stopped.value.difference.position)
    assert (end.kind, end.payload["how"]) == ("x:end", "stopped")
    assert end.payload["why"] == str(stopped.value).splitlines()[0]


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("r\n", Reply(ReplyKind.RECORDED)),
        ("what?\nL\n", Reply(ReplyKind.LIVE)),
        ('v\n{"a": 1}\n', Reply(ReplyKind.VALUE, {"a": 1})),
        ("v\nplain words\n", Reply(ReplyKind.VALUE, "plain words")),
        ("s\n", Reply(ReplyKind.STOP)),
        ("", Reply(ReplyKind.STOP)),
    ],
)
def test_what_is_typed_on_the_terminal(typed: str, reply: Reply) -> None:
    question = Question(
        asked="the tool \x1b[2Jsearch", request="{}", recorded="[]", is_model=False, place="a.py:1 in f"
    )
    screen = io.StringIO()
    assert ask_between(question, io.StringIO(typed), screen) == reply
    assert "\x1b" not in screen.getvalue()
    assert "by a.py:1 in f" in screen.getvalue()


def test_a_model_is_answered_by_no_value_and_a_new_call_not_as_recorded() -> None:
    question = Question(asked="a", request="{}", recorded=None, is_model=True, place=None)
    screen = io.StringIO()
    assert ask_between(question, io.StringIO("v\nr\nl\n"), screen) == Reply(ReplyKind.LIVE)
    assert question.choices == (ReplyKind.LIVE, ReplyKind.STOP)
