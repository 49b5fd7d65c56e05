"""Eight small agents, each changed in twelve ways: every change is found at the right request, with the right field."""

from __future__ import annotations

import itertools
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from replay_gui import EventLog, record
from replay_gui.record.matcher.first_difference import DifferenceKind, FirstDifference
from tests.record.model_server import chat_answer, chat_stream, model_server

MODEL = "the model POST /v1/chat/completions"
CHANGED, REPEATED, ORDER, NOT_ASKED = (
    DifferenceKind.CHANGED,
    DifferenceKind.REPEATED,
    DifferenceKind.ORDER,
    DifferenceKind.NOT_ASKED,
)
AGENTS = ["plain", "streaming", "parallel", "graph", "agents_sdk", "mcp_client", "threads", "programs"]
GRAPH_SEARCH = 'search.invoke({"query": first, "limit": 3})'
GRAPH_FETCH = 'fetch.invoke({"page": second})'
PATIENCE = 0.3  # seconds: the agents do nothing that takes longer


@dataclass(frozen=True)
class Seeded:
    """A change of an agent's code, and what a re-run has to say of it. `path`: of the first field that differs."""

    old: str
    new: str
    kind: DifferenceKind
    asked: str
    path: str | None = None


COMMON = {
    "prompt": Seeded("careful", "quick", CHANGED, MODEL, "/request/messages/0/content"),
    "question": Seeded("How long", "How deep", CHANGED, MODEL, "/request/messages/1/content"),
    "parameter": Seeded("temperature=0", "temperature=1", CHANGED, MODEL, "/request/temperature"),
    "model": Seeded('"large"', '"small"', CHANGED, MODEL, "/request/model"),
    "argument": Seeded("limit=3", "limit=5", CHANGED, "the tool search", "/input/limit"),
    "tool": Seeded("search", "lookup", CHANGED, "the tool lookup", "/tool_name"),
    "extra call": Seeded(
        "        hits = search(first, limit=3)\n",
        "        hits = search(first, limit=3)\n        search(first, limit=3)\n",
        REPEATED,
        "the tool search",
    ),
    "dropped call": Seeded("page = fetch(second)", 'page = ""', CHANGED, MODEL, "/request/messages/2/content"),
    "order": Seeded(
        "        hits = search(first, limit=3)\n        page = fetch(second)\n",
        "        page = fetch(second)\n        hits = search(first, limit=3)\n",
        ORDER,
        "the tool fetch",
    ),
    "parser": Seeded('.split(",")', '.split(";")', CHANGED, "the tool search", "/input/query"),
    "format": Seeded('" | ".join', '" / ".join', CHANGED, MODEL, "/request/messages/2/content"),
    "last call": Seeded("        return ask(client, messages)", '        return ""', NOT_ASKED, MODEL),
}
OWN = {
    "parallel": {
        "extra call": Seeded(
            "        hits, page = await",
            "        await search(first, limit=3)\n        hits, page = await",
            REPEATED,
            "the tool search",
        ),
        "dropped call": Seeded(
            "hits, page = await asyncio.gather(search(first, limit=3), fetch(second))",
            'hits, page = await search(first, limit=3), ""',
            CHANGED,
            MODEL,
            "/request/messages/2/content",
        ),
        "order": Seeded("[*hits, page]", "[page, *hits]", CHANGED, MODEL, "/request/messages/2/content"),
        "last call": Seeded("        return await ask(client, messages)", '        return ""', NOT_ASKED, MODEL),
    },
    "threads": {
        "extra call": Seeded(
            "        page = pool",
            "        hits.result()\n        pool.submit(search, first, limit=3).result()\n        page = pool",
            REPEATED,
            "the tool search",
        ),
        "dropped call": Seeded("page.result()", '""', CHANGED, MODEL, "/request/messages/2/content"),
        "order": Seeded(
            "[*hits.result(), page.result()]",
            "[page.result(), *hits.result()]",
            CHANGED,
            MODEL,
            "/request/messages/2/content",
        ),
        "last call": Seeded("        return ask(url, messages)", '        return ""', NOT_ASKED, MODEL),
    },
    "graph": {
        "extra call": Seeded(
            f"        hits = {GRAPH_SEARCH}\n",
            f"        for _ in range(2):\n            hits = {GRAPH_SEARCH}\n",
            REPEATED,
            "the tool search",
        ),
        "dropped call": Seeded(GRAPH_FETCH, '""', CHANGED, MODEL, "/request/messages/2/content"),
        "order": Seeded(
            f"        hits = {GRAPH_SEARCH}\n        page = {GRAPH_FETCH}\n",
            f"        page = {GRAPH_FETCH}\n        hits = {GRAPH_SEARCH}\n",
            ORDER,
            "the tool fetch",
        ),
        "argument": Seeded('"limit": 3', '"limit": 5', CHANGED, "the tool search", "/input/limit"),
        "last call": Seeded('{"answer": ask(url, messages)}', '{"answer": ""}', NOT_ASKED, MODEL),
    },
    "mcp_client": {
        "extra call": Seeded(
            '        page = await use(tools, "fetch"',
            '        await use(tools, "search", query=first, limit=3)\n        page = await use(tools, "fetch"',
            REPEATED,
            "the tool search",
        ),
        "dropped call": Seeded(
            'await use(tools, "fetch", page=second)', '""', CHANGED, MODEL, "/request/messages/2/content"
        ),
        "order": Seeded(
            '        hits = await use(tools, "search", query=first, limit=3)\n'
            '        page = await use(tools, "fetch", page=second)\n',
            '        page = await use(tools, "fetch", page=second)\n'
            '        hits = await use(tools, "search", query=first, limit=3)\n',
            ORDER,
            "the tool fetch",
        ),
        "last call": Seeded("        return await ask(client, messages)", '        return ""', NOT_ASKED, MODEL),
    },
    "agents_sdk": {
        "argument": Seeded("max_tokens=300", "max_tokens=500", CHANGED, MODEL, "/request/max_tokens"),
        "tool": Seeded("search", "lookup", CHANGED, MODEL, "/request/tools/0/function/name"),
        "extra call": Seeded(
            "        plan = str",
            '        await Runner.run(agent, "How long is the fjord?")\n        plan = str',
            REPEATED,
            MODEL,
        ),
        "dropped call": Seeded("[search, fetch]", "[search]", CHANGED, MODEL, "/request/tools/1"),
        "order": Seeded("[search, fetch]", "[fetch, search]", CHANGED, MODEL, "/request/tools"),
        "parser": Seeded('.split(",")', '.split(";")', CHANGED, MODEL, "/request/messages/1/content"),
        "format": Seeded('" | ".join', '" / ".join', CHANGED, MODEL, "/request/messages/1/content"),
        "last call": Seeded(
            '        return str((await Runner.run(agent, " | ".join([first, second]))).final_output)',
            '        return ""',
            NOT_ASKED,
            MODEL,
        ),
    },
}
CALLS_BEFORE = {"argument": 1, "tool": 1, "order": 1, "parser": 1, "extra call": 2, "dropped call": 2, "format": 3}
CALLS_BEFORE |= {"last call": 3}
OTHER_CALLS_BEFORE = {
    "agents_sdk": {"argument": 0, "tool": 0, "order": 0, "dropped call": 0}
    | dict.fromkeys(("extra call", "parser", "format", "last call"), 4),
    "parallel": {"order": 3},
    "threads": {"order": 3, "dropped call": 3},  # the call is made, and its answer is not used
}
"""Calls that the changed code makes as it was recorded, before the one that differs; none unless said."""

CASES = [*itertools.product(AGENTS, COMMON)]
_numbers = itertools.count()


def script(path: str, body: dict[str, Any]) -> Any:
    last = body["messages"][-1]
    if body.get("tools") and last["role"] == "user" and last["content"].endswith("?"):
        return chat_answer(None, [("search", {"query": "fjord", "limit": 3}), ("fetch", {"page": "length"})])
    text = (
        "fjord,length;width" if last["content"].endswith("?") or last["role"] == "tool" else f"done: {last['content']}"
    )
    return chat_stream(text[:4], text[4:]) if body.get("stream") else chat_answer(text)


def source_of(agent: str) -> str:
    return Path(__file__).with_name("agents").joinpath(f"{agent}.py").read_text("utf-8")


def load(source: str, agent: str) -> tuple[Callable[[str], str], str]:
    """Execute an agent's source as a file of its own; return its main function and the file's name."""
    file = f"/agents/{agent}-{next(_numbers)}.py"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    module = ModuleType(f"agent_{agent}")
    sys.modules[module.__name__] = module  # where annotations are looked up
    exec(compile(source, file, "exec"), module.__dict__)
    return module.main, file


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, str, str]]:
    """Record an agent, once: the log, what the agent returned, and the URL that nobody listens at any more."""
    folder = tmp_path_factory.mktemp("recordings")

    @cache
    def recorded(agent: str) -> tuple[Path, str, str]:
        path = folder / f"{agent}.rlog"
        main, _ = load(source_of(agent), agent)
        with model_server(script) as server:
            with record.run(path, agent_type=agent):
                answer = main(server.url)
            return path, answer, server.url

    return recorded


def contents(path: Path) -> list[bytes]:
    with EventLog.open(path) as log:
        return [event.content for event in log]


@pytest.mark.parametrize("agent", AGENTS)
def test_unchanged_code_runs_again_with_equal_content(agent: str, recordings: Any, tmp_path: Path) -> None:
    path, answer, url = recordings(agent)
    main, _ = load(source_of(agent), agent)
    with record.rerun(path, new=tmp_path / "again.rlog", patience=PATIENCE) as rerun:
        assert main(url) == answer
    assert (rerun.session.made, dict(rerun.session.unseen)) == (0, {})
    assert contents(tmp_path / "again.rlog") == contents(path)


@pytest.mark.parametrize(("agent", "change"), CASES, ids=[f"{agent}-{change}" for agent, change in CASES])
def test_a_change_is_found_where_it_shows_first(agent: str, change: str, recordings: Any) -> None:
    seeded = OWN.get(agent, {}).get(change, COMMON[change])
    path, _, url = recordings(agent)
    source = source_of(agent)
    assert seeded.old in source
    main, file = load(source.replace(seeded.old, seeded.new), agent)
    with pytest.raises(record.DiffersFromRecord) as stopped, record.rerun(path, patience=PATIENCE):
        main(url)
    difference = stopped.value.difference
    check(difference, seeded, file)
    before = OTHER_CALLS_BEFORE.get(agent, {}).get(change, CALLS_BEFORE.get(change, 0))
    if agent == "mcp_client" and before > 1:
        before += difference.recorded - 4  # mcp 2 asks with the first call what tools there are
    late = (agent, change) == ("threads", "dropped call")  # nobody waits for the thread, which may come later
    assert difference.answered in ((before, before - 1) if late else (before,))


def check(difference: FirstDifference, seeded: Seeded, file: str) -> None:
    assert (difference.kind, difference.asked) == (seeded.kind, seeded.asked)
    if seeded.path is not None:
        assert difference.differences[0].path.startswith(seeded.path)
    if seeded.kind is NOT_ASKED:
        assert difference.place is None
    elif "agents_sdk" not in file:  # there, libraries ask in tasks of their own
        assert difference.place is not None
        assert difference.place.startswith(f"{file}:")


def test_there_are_ninety_six() -> None:
    assert len(CASES) == len(set(CASES)) == 96
