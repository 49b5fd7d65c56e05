"""Counts of more real files, made of the source alone: messages, other programs' records, spans, an evaluation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.log.kinds import Kind
from tests.core.importers.formats.test_plain_counts import MORE, Counts, prompts, records, tokens
from tests.helpers.foreign import read_all
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
    said = [one["message"] for one in records(path) if "message" in one]
    tools = [message for message in said if "tool_name" in message]
    failed = [message for message in tools if str(message.get("tool_output")).startswith("Error")]
    return Counts(sum(one["role"] == "user" for one in said), Counter(one["tool_name"] for one in tools), len(failed))


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


def tau_bench(path: Path) -> Counts:
    found = json.loads(path.read_text("utf-8"))["traj"]
    calls = [call["function"]["name"] for one in found for call in one.get("tool_calls") or ()]
    failed = [one for one in found if one["role"] == "tool" and one["content"].startswith("Error")]
    return Counts(sum(one["role"] == "user" for one in found), Counter(calls), len(failed))


def aider(path: Path) -> Counts:
    return Counts(sum(one["type"] == "user_message" for one in records(path)), Counter(), 0)


CASES: list[tuple[str, Callable[[Path], Counts]]] = [
    ("vibe/*.jsonl", messages),
    ("gptme/*.jsonl", messages),
    ("cass/c*_setup.jsonl", sessions_of_others),
    ("cass/codex_*.jsonl", sessions_of_others),
    ("cass/all_*.jsonl", sessions_of_others),
    ("gemini-cli/*.json", gemini),
    ("tau-bench/*.json", tau_bench),
    ("traceforge-aider_markdown/*.jsonl", aider),
]


@requires_shared_data
@pytest.mark.parametrize(("pattern", "count"), CASES, ids=[pattern for pattern, _ in CASES])
def test_counts_of_real_files(pattern: str, count: Callable[[Path], Counts]) -> None:
    paths = sorted(MORE.glob(pattern))
    assert paths
    for path in paths:
        (run,) = read_all(path)
        expected = count(path)
        assert (prompts(run), run.tools()) == (expected.prompts, expected.tools), path
        assert sum(not event.payload["success"] for event in run.of(Kind.TOOL_RESPONSE)) == expected.failed, path
        if expected.input is not None:
            assert (tokens(run, "input"), tokens(run, "output")) == (expected.input, expected.output), path


@requires_shared_data
def test_counts_of_an_evaluation() -> None:
    (path,) = (MORE / "docent").glob("*.json")
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


def phoenix(path: Path) -> list[dict[str, Any]]:
    return [{**one["attributes"], "tool": one.get("tool_name")} for one in records(path)]


def vercel(path: Path) -> list[dict[str, Any]]:
    """The spans of the calls themselves; those around them say the same once more."""
    return [span["attributes"] for span in json.loads(path.read_text("utf-8")) if ".do" in span["name"]]


def jaeger(path: Path) -> list[dict[str, Any]]:
    spans = [span for trace in json.loads(path.read_text("utf-8"))["data"] for span in trace["spans"]]
    return [{tag["key"]: tag["value"] for tag in span["tags"]} for span in spans]


SPANS: list[tuple[str, Callable[[Path], list[dict[str, Any]]], str, str]] = [
    ("phoenix/*.jsonl", phoenix, "llm.token_count.prompt", "llm.token_count.completion"),
    ("otel/vercel*.json", vercel, "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"),
    ("otel-jaeger/*.json", jaeger, "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"),
]


@requires_shared_data
@pytest.mark.parametrize(("pattern", "spans", "sent", "answered"), SPANS, ids=[case[0] for case in SPANS])
def test_tokens_of_traces(
    pattern: str, spans: Callable[[Path], list[dict[str, Any]]], sent: str, answered: str
) -> None:
    for path in sorted(MORE.glob(pattern)):
        runs, found = read_all(path), spans(path)
        assert sum(tokens(run, "input") for run in runs) == total(found, sent)
        assert sum(tokens(run, "output") for run in runs) == total(found, answered)
        tools = Counter(span["tool"] for span in found if span.get("tool"))
        assert not tools or sum((run.tools() for run in runs), Counter[str]()) == tools
