"""Counts of real files, made of the source alone, equal what the importers read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.log.kinds import Kind
from tests.helpers.foreign import read_all
from tests.helpers.importers.plain_counts import Counts, check_counts, records
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data


def openhands(path: Path) -> Counts:
    found = records(path)
    results = [one["observation"] for one in found if one["kind"] == "ObservationEvent"]
    return Counts(
        sum(one["kind"] == "MessageEvent" and one["source"] == "user" for one in found),
        Counter(one["tool_name"] for one in found if one["kind"] == "ActionEvent"),
        sum(bool(one["is_error"]) or one.get("exit_code", 0) != 0 for one in results),
    )


def copilot(path: Path) -> Counts:
    found = records(path)
    asked = [call for one in found if one["type"] == "assistant.message" for call in one["data"]["toolRequests"]]
    ended = [one["data"] for one in found if one["type"] == "tool.execution_complete"]
    messages = [one["data"]["outputTokens"] for one in found if one["type"] == "assistant.message"]
    return Counts(
        sum(one["type"] == "user.message" for one in found),
        Counter(call["name"] for call in asked),
        sum(not one["success"] or "exit code 1>" in str(one.get("result")) for one in ended),
        sum(use["usage"]["inputTokens"] for one in found if one["type"] == "session.shutdown" for use in metrics(one)),
        sum(messages),
    )


def metrics(shutdown: dict[str, Any]) -> Iterable[dict[str, Any]]:
    uses: dict[str, dict[str, Any]] = shutdown["data"]["modelMetrics"]
    return uses.values()


def opencode(path: Path) -> Counts:
    found = records(path)
    parts = {one["data"]["part"]["id"]: one["data"]["part"] for one in found if "part" in one["data"]}
    roles = {one["data"]["info"]["id"]: one["data"]["info"].get("role") for one in found if "info" in one["data"]}
    tools = [part for part in parts.values() if part["type"] == "tool"]
    states = [part["state"] for part in tools]
    session = [one["data"]["info"] for one in found if one["type"] == "session.updated.1"][-1]["tokens"]
    return Counts(
        sum(part["type"] == "text" and roles[part["messageID"]] == "user" for part in parts.values()),
        Counter(part["tool"] for part in tools),
        sum(state["status"] == "error" or state.get("metadata", {}).get("exit", 0) != 0 for state in states),
        input=session["input"] + session["cache"]["read"] + session["cache"]["write"],
        output=session["output"] + session["reasoning"],  # which OpenCode counts beside it
    )


def pydantic_ai(path: Path) -> Counts:
    found = [one for one in records(path) if "kind" in one]
    parts = [part for one in found for part in one["parts"]]
    usage = [one["usage"] for one in found if one["kind"] == "response"]
    return Counts(
        sum(part["part_kind"] == "user-prompt" for part in parts),
        Counter(part["tool_name"] for part in parts if part["part_kind"] == "tool-call"),
        sum(part.get("outcome", "success") != "success" for part in parts),
        sum(one["input_tokens"] for one in usage),
        sum(one["output_tokens"] for one in usage),
    )


def crewai(path: Path) -> Counts:
    found = records(path)
    facts = {json.dumps(message) for one in found for message in one.get("messages") or () if message["role"] == "user"}
    (ended,) = (one for one in found if one["type"] == "agent_execution_completed")
    used = ended["agent"]["agent_executor"]["llm"]["_token_usage"]  # of the run so far
    return Counts(
        len(facts),
        Counter(one["tool_name"] for one in found if one["type"] == "tool_usage_started"),
        sum(one["type"] == "tool_usage_error" for one in found),
        used["prompt_tokens"],
        used["completion_tokens"],
    )


def openai_agents(path: Path) -> Counts:
    spans = [one for one in records(path) if one["object"] == "trace.span"]
    tools = [one for one in spans if one["span_data"]["type"] == "function"]
    return Counts(0, Counter(one["span_data"]["name"] for one in tools), sum(one["error"] is not None for one in tools))


def swe_agent_messages(path: Path) -> Counts:
    found = records(path)
    calls = [call["function"]["name"] for one in found for call in one.get("tool_calls") or ()]
    return Counts(sum(one["role"] == "user" for one in found), Counter(calls), 0)


def pi(path: Path) -> Counts:
    messages = [one["message"] for one in records(path) if one["type"] == "message"]
    by_model = [message for message in messages if message["role"] == "assistant"]
    calls = [part["name"] for message in by_model for part in message["content"] if part["type"] == "toolCall"]
    shells = [message for message in messages if message["role"] == "bashExecution"]
    failed = sum(message.get("isError") is True for message in messages)
    usage = [message["usage"] for message in by_model]
    return Counts(
        sum(message["role"] == "user" for message in messages),
        Counter(calls) + Counter({"bash": len(shells)}),
        failed + sum(message["exitCode"] != 0 for message in shells),
        sum(one["input"] + one["cacheRead"] + one["cacheWrite"] for one in usage),
        sum(one["output"] for one in usage),
    )


def burr(path: Path) -> Counts:
    found = records(path)
    ended = [one for one in found if one["type"] == "end_entry"]
    actions = Counter(one["action"] for one in found if one["type"] == "begin_entry")
    used = [(one["key"], one["value"]) for one in found if one["type"] == "attribute"]
    sums = [
        sum(value for key, value in used if key == f"gen_ai.usage.{sort}_tokens") for sort in ("prompt", "completion")
    ]
    return Counts(0, actions, sum(one["exception"] is not None for one in ended), *sums)


CASES: list[tuple[str, Callable[[Path], Counts]]] = [
    ("more/traceforge-openhands/*.jsonl", openhands),
    ("more/traceforge-copilot/*.jsonl", copilot),
    ("more/traceforge-opencode/*.jsonl", opencode),
    ("more/traceforge-pydantic_ai/*.jsonl", pydantic_ai),
    ("more/traceforge-crewai/*.jsonl", crewai),
    ("more/traceforge-openai_agents/*.jsonl", openai_agents),
    ("more/traceforge-sweagent/*.jsonl", swe_agent_messages),
    ("more/pi/*.jsonl", pi),
    ("more/burr/*.jsonl", burr),
]


@requires_shared_data
@pytest.mark.parametrize(("pattern", "count"), CASES, ids=[count.__name__ for _, count in CASES])
def test_counts_of_real_files(pattern: str, count: Callable[[Path], Counts]) -> None:
    check_counts(pattern, count)


@requires_shared_data
def test_tau2_rewards() -> None:
    """One run a simulation, with the calls of both sides and the reward."""
    (path,) = (SHARED_DATA / "more" / "tau2").glob("*.json")
    found = json.loads(path.read_text("utf-8"))["simulations"]
    runs = read_all(path)
    assert len(runs) == len(found)
    for simulation, run in zip(found, runs, strict=True):
        calls = [call["name"] for message in simulation["messages"] for call in message.get("tool_calls") or ()]
        assert run.tools() == Counter(calls)
        failed = sum(message["role"] == "tool" and message["error"] for message in simulation["messages"])
        assert sum(not event.payload["success"] for event in run.of(Kind.TOOL_RESPONSE)) == failed
        (outcome,) = run.of("x:outcome")
        assert outcome.payload["score"] == simulation["reward_info"]["reward"]
        assert outcome.payload["passed"] == (simulation["reward_info"]["reward"] >= 1)
