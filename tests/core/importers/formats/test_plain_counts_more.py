"""Counts of more real files, made of the source alone: messages, other programs' records, spans, an evaluation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.log.kinds import Kind
from tests.helpers.foreign import read_all
from tests.helpers.importers.plain_counts import Counts, counted, records, tokens
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data


def total(counts: Iterable[dict[str, Any]], *names: str) -> int:
    return sum(count.get(name) or 0 for count in counts for name in names)


def messages(path: Path) -> Counts:
    found = records(path)
    use = [(one.get("metadata") or {}).get("usage") or {} for one in found]
    calls = [call["function"]["name"] for one in found for call in one.get("tool_calls") or ()]
    sent = ("input_tokens", "cache_read_tokens", "cache_creation_tokens")
    return Counts(
        sum(one["role"] == "user" for one in found), Counter(calls), 0, total(use, *sent), total(use, "output_tokens")
    )


def sessions_of_others(path: Path) -> Counts:
    """As another program redacted them: a tool's message has the call and the answer."""
    texts = [one["message"] for one in records(path) if "message" in one]
    tools = [message for message in texts if "tool_name" in message]
    failed = [message for message in tools if str(message.get("tool_output")).startswith("Error")]
    return Counts(sum(one["role"] == "user" for one in texts), Counter(one["tool_name"] for one in tools), len(failed))


def gemini(path: Path) -> Counts:
    found = json.loads(path.read_text("utf-8"))["messages"]
    calls = [call for one in found for call in one.get("toolCalls") or ()]
    use = [one.get("tokens") or {} for one in found]
    return Counts(
        sum(one["type"] == "user" for one in found),
        Counter(call["name"] for call in calls),
        sum(call["status"] != "success" for call in calls),
        total(use, "input"),
        total(use, "output", "thoughts"),
    )


def iflow(path: Path) -> Counts:
    """Answers that are told again as they grow are one answer, with calls that have one id each."""
    parts = [
        part
        for one in records(path)
        if isinstance(one["message"]["content"], list)
        for part in one["message"]["content"]
    ]
    calls = {part["id"]: part["name"] for part in parts if part["type"] == "tool_use"}
    failed = sum(part.get("is_error") is True for part in parts if part["type"] == "tool_result")
    prompts = sum(isinstance(one["message"]["content"], str) for one in records(path) if one["type"] == "user")
    return Counts(prompts, Counter(calls.values()), failed)


def tau_bench(path: Path) -> Counts:
    found = json.loads(path.read_text("utf-8"))["traj"]
    calls = [call["function"]["name"] for one in found for call in one.get("tool_calls") or ()]
    failed = [one for one in found if one["role"] == "tool" and one["content"].startswith("Error")]
    return Counts(sum(one["role"] == "user" for one in found), Counter(calls), len(failed))


def aider(path: Path) -> Counts:
    return Counts(sum(one["type"] == "user_message" for one in records(path)), Counter(), 0)


CASES: list[tuple[str, Callable[[Path], Counts]]] = [
    ("more/vibe/*.jsonl", messages),
    ("more/gptme/*.jsonl", messages),
    ("more/cass/c*_setup.jsonl", sessions_of_others),
    ("more/cass/codex_*.jsonl", sessions_of_others),
    ("more/cass/all_*.jsonl", sessions_of_others),
    ("more/iflow/*.jsonl", iflow),
    ("**/gemini-cli/*.json", gemini),
    ("more/tau-bench/*.json", tau_bench),
    ("more/traceforge-aider_markdown/*.jsonl", aider),
]


@requires_shared_data
@pytest.mark.parametrize(("pattern", "count"), CASES, ids=[pattern for pattern, _ in CASES])
def test_counts_of_real_files(pattern: str, count: Callable[[Path], Counts]) -> None:
    paths = sorted(SHARED_DATA.glob(pattern))
    assert paths
    for path in paths:
        assert counted(path) == count(path), path


@requires_shared_data
def test_counts_of_an_evaluation() -> None:
    (path,) = (SHARED_DATA / "more" / "docent").glob("*.json")
    samples = json.loads(path.read_text("utf-8"))["samples"]
    for sample, run in zip(samples, read_all(path), strict=True):
        calls = [event for event in sample["events"] if event["event"] == "tool"]
        use = [event["output"]["usage"] for event in sample["events"] if event["event"] == "model"]
        assert run.tools() == Counter(call["function"] for call in calls)
        failed = sum(not event.payload["success"] for event in run.of(Kind.TOOL_RESPONSE))
        assert failed == sum(call.get("error") is not None for call in calls)
        assert (tokens(run, "input"), tokens(run, "output")) == (
            total(use, "total_tokens") - total(use, "output_tokens"),  # with what came from the cache
            total(use, "output_tokens"),
        )
