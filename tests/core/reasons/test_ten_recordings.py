"""Ten agents' recordings of one project (nine of them of one task): each with each, and what leads, by plain counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import combinations
from typing import Any

import pytest

from replay_gui.commands.runs import open_run
from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.reasons.reason import Reason, ReasonKind
from replay_gui.core.reasons.why import WhyFinder
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

pytestmark = requires_shared_data

FILES = {path.parent.name.removeprefix("traceforge-"): path for path in SHARED_DATA.glob("more/traceforge-*/*.jsonl")}
EDITED = ["app/main.py", "app/service.py"]
WRITES = ("edit", "write", "patch")  # parts of the names of tools that change files


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ComparedSide]]:
    with ExitStack() as files:
        yield {
            name: ComparedSide.build(
                files.enter_context(open_run(str(path), None)).log, tmp_path_factory.mktemp(f"index-{name}")
            )
            for name, path in FILES.items()
        }


def test_each_recording_differs_from_each_other(sides: dict[str, ComparedSide]) -> None:
    assert len(sides) == 10
    for a, b in combinations(sides, 2):
        assert Comparer(sides[a], sides[b]).compare().diverged, (a, b)


# ---- plain counts of the files -----------------------------------------------------------------------
def lines(agent: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILES[agent].read_text().splitlines()]


def calls(agent: str) -> list[tuple[str, str]]:
    """(tool, arguments as text) of each call, in order."""
    found = list[tuple[str, str]]()
    parts: dict[str, tuple[str, str]] = {}
    for line in lines(agent):
        match agent, line:
            case "codex", {"payload": {"type": "function_call", "name": name, "arguments": given}}:
                found.append((name, given))
            case "copilot", {"type": "tool.execution_start", "data": {"toolName": name, "arguments": given}}:
                found.append((name, json.dumps(given)))
            case "claude", {"message": {"content": list(content)}}:
                uses = [part for part in content if part.get("type") == "tool_use"]
                found += [(part["name"], json.dumps(part["input"])) for part in uses]
            case "crewai", {"type": "tool_usage_started", **rest}:
                about = rest.get("event", rest)
                found.append((about["tool_name"], json.dumps(about["tool_args"])))
            case "openhands", {"kind": "ActionEvent", "action": given}:
                found.append((given["kind"], json.dumps(given)))
            case "pydantic_ai", {"kind": "response", "parts": list(told)}:
                found += [(part["tool_name"], part["args"]) for part in told if part["part_kind"] == "tool-call"]
            case "openai_agents", {"span_data": {"type": "function", "name": name, "input": given}}:
                found.append((name, given))
            case "opencode", {"data": {"part": {"type": "tool", "id": place, "tool": name, "state": state}}}:
                parts[place] = name, json.dumps(state.get("input"))
    return [*found, *parts.values()]


def edits(agent: str) -> list[str]:
    """The arguments of calls that change files, by the name of the tool or a patch in a shell's command."""
    return [
        given
        for tool, given in calls(agent)
        if any(word in tool.lower() for word in WRITES) or "*** Begin Patch" in given
    ]


def first_reason(sides: dict[str, ComparedSide], a: str, b: str) -> Reason:
    return WhyFinder(sides[a], sides[b]).find().reasons[0]


def test_what_leads_is_in_the_files(sides: dict[str, ComparedSide]) -> None:
    sentence = first_reason(sides, "codex", "opencode").sentence
    assert sentence == "B ran no check after its last change (event 52); A did (event 58)."
    assert not any("pytest" in given for _, given in calls("opencode"))
    patched = [number for number, (_, given) in enumerate(calls("codex")) if "*** Begin Patch" in given]
    assert any("pytest" in given for _, given in calls("codex")[patched[-1] :])

    sentence = first_reason(sides, "claude", "copilot").sentence
    assert "; A tried to edit" in sentence
    assert sentence.endswith(
        "CONTRIBUTING.md and …/demo-issue-tracker-api/app/constants.py, and no answer is recorded."
    )
    assert [json.loads(given)["file_path"].rpartition("/")[2] for given in edits("claude")] == [
        "CONTRIBUTING.md",
        "constants.py",
    ]
    answered = sum(
        part.get("type") == "tool_result"
        for line in lines("claude")
        if isinstance(content := (line.get("message") or {}).get("content"), list)
        for part in content
    )
    assert answered == len(calls("claude")) - 2
    assert sorted(json.loads(given)["path"].rpartition("\\")[2] for given in edits("copilot")) == [
        "main.py",
        "service.py",
    ]

    for agent in ("crewai", "openhands"):
        sentence = first_reason(sides, agent, "pydantic_ai").sentence
        assert sentence == "B edited app/main.py and app/service.py; A edited no file."
        assert edits(agent) == []
        assert not any(">" in given or "sed -i" in given for tool, given in calls(agent) if tool == "TerminalAction")
    assert sorted({json.loads(given)["path"] for given in edits("pydantic_ai")}) == EDITED

    *reasons, last = WhyFinder(sides["codex"], sides["copilot"]).find().reasons
    assert reasons[0].kind is ReasonKind.EXTRA
    assert last.sentence == "They are runs of different agents: “GitHub Copilot CLI” in B, codex in A (and 12 more)."

    sentence = first_reason(sides, "openai_agents", "pydantic_ai").sentence
    assert sentence == "list_dir(.) was answered differently (event 7 of B against event 4 of A)."
    spans = [line["span_data"] for line in lines("openai_agents") if line.get("object") == "trace.span"]
    parts = [part for line in lines("pydantic_ai") for part in line.get("parts", ())]
    first = next(span["output"] for span in spans if span.get("name") == "list_dir" and span["type"] == "function")
    second = next(part for part in parts if part["part_kind"] == "tool-return" and part["tool_name"] == "list_dir")
    assert [calls(agent)[0] for agent in ("openai_agents", "pydantic_ai")] == [("list_dir", '{"subpath":"."}')] * 2
    assert ("__pycache__" in first, "__pycache__" in second["content"]) == (True, False)
