"""A re-run answers each call once, in its place; it says where the agent first asks for something else."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, RulesRefused, record
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.rules.rules_file import rules_beside, write_rules
from replay_gui.core.errors import AnswerNotRecorded, LogRefused, RerunRefused
from replay_gui.record.matcher.first_difference import DifferenceKind, FirstDifference
from tests.helpers.hostile_rules import HOSTILE

ran: list[str] = []  # the tools that were really run


@dataclass
class Hit:
    title: str
    tags: tuple[str, ...]


@record.tool
def search(query: str, limit: int = 3) -> list[Hit]:
    ran.append(f"search {query}")
    return [Hit(f"{query} {n}", ("a", "b")) for n in range(limit)]


@record.tool
def fails(code: int) -> None:
    raise OSError(code, "gone")


@record.tool
def opaque() -> object:
    return object()


@record.tool
async def fetch(name: str, delay: float = 0.0) -> str:
    ran.append(f"fetch {name}")
    await asyncio.sleep(delay)
    return name.upper()


@record.tool(name="research", version="2")
def outer(topic: str) -> str:
    ran.append(f"research {topic}")
    with ThreadPoolExecutor(2) as pool:
        hits = [*pool.map(search, [f"{topic} x"])]
    return hits[0][0].title + search(topic)[0].title


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


def contents(path: Path) -> list[bytes]:
    with EventLog.open(path) as log:
        return [event.content for event in log]


BRIEF = 0.1  # seconds: with other threads in the process (of workers, say), a changed agent's calls wait for so long


def recorded(path: Path, agent: Callable[[], Any]) -> Any:
    with record.run(path, agent_type="a", config={"m": 1}):
        return agent()


def difference(path: Path, agent: Callable[[], Any], **options: Any) -> FirstDifference:
    given = {"patience": BRIEF, **options}
    with pytest.raises(record.DiffersFromRecord) as stopped, record.rerun(path, **given):
        agent()
    return stopped.value.difference


def agent_of_all() -> Any:
    with pytest.raises(OSError, match="gone") as failure:
        fails(7)
    return search("q", limit=2), search("q", limit=2), outer("t"), failure.value.errno, asyncio.run(fetch("n"))


def test_everything_is_answered_with_its_types_and_nothing_runs(tmp_path: Path) -> None:
    path, again = tmp_path / "run.rlog", tmp_path / "again.rlog"
    answer = recorded(path, agent_of_all)
    ran.clear()
    with record.rerun(path, new=again) as rerun:
        assert agent_of_all() == answer
    assert ran == []
    assert rerun.difference is None
    assert contents(again) == contents(path)


def test_calls_inside_a_tool_have_it_as_their_parent_in_other_threads_too(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, lambda: outer("t"))
    with EventLog.open(path) as log:
        events = {event.seq: event for event in log}
    inside = [event for event in events.values() if event.kind == "ToolRequest" and event.tool == "search"]
    assert [events[event.parent or 0].tool for event in inside] == ["research", "research"]


def agent(word: str = "a", *, drop: bool = False, extra: bool = False, swap: bool = False) -> None:
    search(word)
    if not drop:
        search("b", limit=1)
    if extra:
        search("a")
    for query in ("d", "c") if swap else ("c", "d"):
        search(query)


@pytest.mark.parametrize(
    ("change", "kind", "index", "fields"),
    [
        ({"word": "x"}, DifferenceKind.CHANGED, 2, [("/input/query", "a", "x")]),
        ({"drop": True}, DifferenceKind.ORDER, 4, [("/input/limit", 1, 3), ("/input/query", "b", "c")]),
        ({"extra": True}, DifferenceKind.REPEATED, 2, []),
        ({"swap": True}, DifferenceKind.ORDER, 6, [("/input/query", "c", "d")]),
    ],
    ids=["changed", "dropped", "extra", "swapped"],
)
def test_the_first_difference(
    change: dict[str, Any], kind: DifferenceKind, index: int, fields: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, agent)
    found = difference(path, lambda: agent(**change))
    assert (found.kind, found.index) == (kind, index)
    assert [(d.path, d.a, d.b) for d in found.differences] == fields
    assert f"{__file__}:" in (found.place or "")
    assert found.place is not None
    assert found.place.endswith(" in agent")


def test_a_call_that_is_not_made_at_the_end_is_a_difference(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, agent)
    found = difference(path, lambda: [search("a"), search("b", limit=1)])
    assert (found.kind, found.asked, found.answered, found.index) == (DifferenceKind.NOT_ASKED, "the tool search", 2, 6)


def test_an_agent_that_goes_on_is_told_the_same_again(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, agent)

    def stubborn() -> None:
        for word in ("x", "y"):
            try:
                with contextlib.suppress(Exception):  # an agent's own handling of errors does not see it
                    search(word)
            except record.DiffersFromRecord as stopped:
                words.append(str(stopped))
        raise LookupError

    words: list[str] = []
    with pytest.raises(record.DiffersFromRecord) as stopped, record.rerun(path):
        stubborn()
    assert words == [str(stopped.value)] * 2
    assert isinstance(stopped.value.__cause__, LookupError)


async def gather(order: list[tuple[str, float]]) -> list[str]:
    done: list[str] = []

    async def one(name: str, delay: float) -> None:
        done.append(await fetch(name, delay))

    await asyncio.gather(*(one(*each) for each in order))
    return done


def test_answers_come_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    """The agent sees the slow answer last again, though nothing is slow any more."""
    path, again = tmp_path / "run.rlog", tmp_path / "again.rlog"
    order = [("slow", 0.05), ("fast", 0.0)]
    assert recorded(path, lambda: asyncio.run(gather(order))) == ["FAST", "SLOW"]
    with record.rerun(path, new=again):
        assert asyncio.run(gather(order)) == ["FAST", "SLOW"]
    assert contents(again) == contents(path)


def test_calls_at_once_may_come_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    order = [("slow", 0.05), ("fast", 0.0)]
    recorded(path, lambda: asyncio.run(gather(order)))
    with record.rerun(path) as rerun:
        asyncio.run(gather(order[::-1]))
    assert rerun.difference is None


def test_threads_run_again_with_equal_content(tmp_path: Path) -> None:
    path, again = tmp_path / "run.rlog", tmp_path / "again.rlog"

    def in_threads() -> list[Any]:
        barrier = threading.Barrier(3)

        def work(name: str) -> Any:
            barrier.wait()
            return search(name), search(f"{name} again")

        with ThreadPoolExecutor(3) as pool:
            return [*pool.map(work, "abc")]

    answer = recorded(path, in_threads)
    for _ in range(3):
        with record.rerun(path, new=again):
            assert in_threads() == answer
        assert contents(again) == contents(path)
        again.unlink()


def test_a_live_tool_is_run_and_what_is_inside_it_too(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, lambda: [outer("t"), search("z")])
    ran.clear()
    with record.rerun(path, live=["research"], patience=BRIEF) as rerun:
        outer("t")
        search("z")
    assert sorted(ran) == ["research t", "search t", "search t x"]
    assert (rerun.session.made, rerun.session.answered) == (3, 1)


def test_a_miss_may_go_live(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, lambda: [search("a"), search("b")])
    ran.clear()
    with record.rerun(path, on_miss="live", patience=BRIEF) as rerun:
        search("x")
        search("b")
    assert ran == ["search x"]
    assert rerun.difference is not None
    assert rerun.difference.kind is DifferenceKind.CHANGED


def test_the_rules_of_the_comparison_decide_what_is_equal(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, lambda: [search("at 10:00:01"), search("at 10:00:02")])
    rules = Rules([Rule(Action.IGNORE, tool="search", path="/input/query", pattern="clock times")])
    with record.rerun(path, rules=rules) as rerun:
        assert search("at 11:30:00")[0].title == "at 10:00:01 0"
        assert search("at 11:30:05")[0].title == "at 10:00:02 0"
    assert rerun.difference is None
    assert difference(path, lambda: search("at 11:30:00")).kind is DifferenceKind.CHANGED
    named = tmp_path / "named.toml"
    write_rules(rules, named)
    with record.rerun(path, rules=named):
        search("at 11:30:00")
        search("at 11:30:05")
    named.write_text("not TOML")
    with pytest.raises(RulesRefused), record.rerun(path, rules=str(named)):
        pass


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_rules_beside_the_log_are_not_used_but_where_they_are_named(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, lambda: search("a"))
    make(rules_beside(path))
    with (
        pytest.warns(UserWarning, match="rules beside the log, not used; rules=PATH") as warned,
        pytest.raises(record.DiffersFromRecord),
        record.rerun(path),
    ):
        search("b")
    assert [one.filename for one in warned] == [__file__]
    with record.rerun(path, rules=Rules()):
        search("a")


def test_what_was_recorded_as_text_only_is_not_answered(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    recorded(path, opaque)
    with pytest.raises(AnswerNotRecorded, match="--live opaque"), record.rerun(path):
        opaque()
    with record.rerun(path, live=["opaque"]):
        opaque()


def test_a_call_that_was_not_answered_when_the_recording_ended(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    from replay_gui import Recorder

    with Recorder(path, "a", "1") as run:
        run.tool_request("search", {"query": "a", "limit": 3})
    found = difference(path, lambda: search("a"))
    assert found.kind is DifferenceKind.UNANSWERED


def test_a_log_by_another_recorder_answers_tools(tmp_path: Path) -> None:
    from replay_gui import Recorder

    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.tool_response(run.tool_request("search", {"query": "a", "limit": 3}), "three hits")
        run.tool_response(run.tool_request("fails", {"code": 3}), None, success=False, error="no")
    with record.rerun(path):
        answer: object = search("a")
        assert answer == "three hits"
        with pytest.raises(RuntimeError, match="no"):
            fails(3)


def test_logs_that_cannot_be_run_again(tmp_path: Path) -> None:
    from replay_gui import Recorder

    with Recorder(tmp_path / "empty.rlog", "a", "1"):
        pass
    with pytest.raises(RerunRefused, match="no call"), record.rerun(tmp_path / "empty.rlog"):
        pass

    (tmp_path / "no.rlog").write_bytes(b"x")
    with pytest.raises(LogRefused), record.rerun(tmp_path / "no.rlog"):
        pass


def test_one_session_at_a_time(tmp_path: Path) -> None:
    recorded(tmp_path / "a.rlog", lambda: search("a"))
    with record.run(tmp_path / "b.rlog"):
        with pytest.raises(LogRefused, match="is being recorded"):
            record.start(tmp_path / "c.rlog")
        with pytest.raises(LogRefused, match="already"), record.rerun(tmp_path / "a.rlog"):
            pass


def test_a_dropped_call_is_found_at_once_where_nobody_else_could_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # other tests may have left threads that are waiting
    path = tmp_path / "run.rlog"
    recorded(path, agent)
    begun = time.monotonic()
    difference(path, lambda: agent(drop=True), patience=60.0)
    assert time.monotonic() - begun < 30


def test_random_numbers_are_drawn_as_they_were(tmp_path: Path) -> None:
    import random

    path = tmp_path / "run.rlog"

    def draws() -> list[Any]:
        return [
            random.random(),
            search(f"number {random.randrange(10**9)}"),
            random.gauss(),
            random.sample(range(99), 5),
        ]

    answer = recorded(path, draws)
    before = random.getstate()
    with record.rerun(path) as rerun:
        assert draws() == answer
    assert rerun.difference is None
    assert random.getstate() == before


@pytest.mark.parametrize("policy", [{"live": ["search"]}, {"fixed": {"search": []}}])
def test_a_tool_with_a_policy_of_its_own_need_not_be_asked_as_it_was(tmp_path: Path, policy: dict[str, Any]) -> None:
    """Also where a call of another tool follows, which was recorded after it."""

    def two_calls(word: str) -> None:
        search(word)
        asyncio.run(fetch("n"))

    path = tmp_path / "run.rlog"
    recorded(path, lambda: two_calls("as it was"))
    assert difference(path, lambda: two_calls("otherwise"), **policy).kind is DifferenceKind.NOT_ASKED
