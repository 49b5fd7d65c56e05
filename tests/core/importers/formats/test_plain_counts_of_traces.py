"""Tools, failures and tokens of real traces, counted in the source alone, equal what the importers read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.importers.plain_counts import counted
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

USAGE = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
OLDER = ("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens")
OPENINFERENCE = ("llm.token_count.prompt", "llm.token_count.completion")
UNSAID = {
    "pydantic-ai-tools-2025-12-04.trace.json": ["final_result"],
    "packetpanic-get-inventory.json": ["query_detector"],
}
"""Calls that only the answer of a model tells, found by reading the files."""


@dataclass(frozen=True)
class SpanFacts:
    """The facts of one span. tool: the one that it is a call of. failed: whether that call failed.

    prompts: (trace, text) of each message of a user.
    """

    tool: str | None = None
    failed: bool = False
    input: int = 0
    output: int = 0
    prompts: tuple[tuple[str, str], ...] = ()


def told(
    attributes: dict[str, Any],
    *names: tuple[str, str],
    tool: str | None = None,
    failed: bool = False,
    trace: str = "",
) -> SpanFacts:
    """The first of these pairs of names that the attributes have says the tokens."""
    sent, answered = next((pair for pair in names if pair[0] in attributes), ("", ""))
    prompts = tuple((trace, text) for text in prompts_in(attributes)) if sent else ()
    return SpanFacts(tool, failed, int(attributes.get(sent, 0)), int(attributes.get(answered, 0)), prompts)


NUMBERED = re.compile(r"(?:gen_ai\.prompt|llm\.input_messages)\.(\d+)\.(?:message\.)?role")


def prompts_in(attributes: dict[str, Any]) -> Iterator[str]:
    """The texts of a user in the last turn of the messages that were sent to a model, numbered or as JSON."""
    roles = {int(one[1]): one[0] for name in attributes if (one := NUMBERED.fullmatch(name))}
    numbered = [
        {"role": attributes[name], "content": attributes.get(f"{name.removesuffix('role')}content")}
        for _, name in sorted(roles.items())
    ]
    given = next(
        (attributes[name] for name in ("gen_ai.input.messages", "ai.prompt.messages") if name in attributes), "[]"
    )
    yield from texts_of_user(numbered or json.loads(given))


def texts_of_user(messages: list[dict[str, Any]]) -> Iterator[str]:
    """The texts since the last answer before the last message of a user."""
    roles = [message.get("role") if "tool_call_response" not in str(message) else "tool" for message in messages]
    users = [number for number, role in enumerate(roles) if role == "user"]
    for number in reversed(users):
        if "assistant" in roles[number : users[-1]]:
            break
        yield json.dumps(messages[number].get("content") or messages[number].get("parts"))


def valued(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in attributes}


def phoenix(path: Path) -> Iterator[SpanFacts]:
    for line in path.read_text("utf-8").splitlines():
        span = json.loads(line)
        of = span["attributes"]
        given = [(span["trace_id"], of["input.value"])] if "llm.model_name" in of else []
        yield replace(told(of, OPENINFERENCE, tool=span.get("tool_name")), prompts=tuple(given))


def vercel(path: Path) -> Iterator[SpanFacts]:
    """The spans of the calls themselves; those around them say the same once more, in traces of their own."""
    for span in json.loads(path.read_text("utf-8")):
        trace = span["spanContext"]["traceId"]
        if ".do" in span["name"]:
            yield told(span["attributes"], USAGE, trace=trace)
        elif given := json.loads(span["attributes"].get("ai.prompt", "{}")):
            messages = given.get("messages") or [{"role": "user", "content": given["prompt"]}]
            yield SpanFacts(prompts=tuple((trace, text) for text in texts_of_user(messages)))
        elif span["name"] == "ai.toolCall":
            yield SpanFacts(span["attributes"]["ai.toolCall.name"])


def jaeger(path: Path) -> Iterator[SpanFacts]:
    """A model's call is told by spans around each other: the innermost of these counts."""
    spans = [span for trace in json.loads(path.read_text("utf-8"))["data"] for span in trace["spans"]]
    for span in spans:
        of = {tag["key"]: tag["value"] for tag in span["tags"]}
        is_call = span["operationName"].endswith(".chat")
        yield told(of if is_call else {}, USAGE, OLDER, tool=of.get("gen_ai.tool.name"), failed=of.get("error") is True)


def tempo(path: Path) -> Iterator[SpanFacts]:
    for batch in json.loads(path.read_text("utf-8"))["batches"]:
        for span in (span for scope in batch["instrumentationLibrarySpans"] for span in scope["spans"]):
            of = valued(span.get("attributes", []))
            failed = span["status"]["code"] == 2
            yield told(
                of if span["name"] == "openai.chat" else {}, USAGE, tool=of.get("gen_ai.tool.name"), failed=failed
            )


def any_agent(path: Path) -> Iterator[SpanFacts]:
    spans = {span["context"]["span_id"]: span for span in json.loads(path.read_text("utf-8"))["spans"]}
    for span in spans.values():  # some stand there twice
        of, failed = span["attributes"], span["status"]["status_code"] == "error"
        tool = of.get("gen_ai.tool.name") or of.get("tool.name")
        yield told(of, USAGE, OPENINFERENCE, tool=tool, failed=failed)


def visual_studio(path: Path) -> Iterator[SpanFacts]:
    for line in path.read_text("utf-8").splitlines():
        for group in json.loads(line)["resourceSpans"]:
            for span in (span for scope in group["scopeSpans"] for span in scope["spans"]):
                yield told(valued(span["attributes"]), tool=valued(span["attributes"]).get("gen_ai.tool.name"))


def langfuse(path: Path) -> Iterator[SpanFacts]:
    """An agent's observation repeats what its models used."""
    for one in json.loads(path.read_text("utf-8"))["observations"]:
        if one["type"] == "GENERATION":
            given = json.loads(one["input"]) if isinstance(one["input"], str) else one["input"]
            messages = given.get("messages", [given]) if isinstance(given, dict) else given
            prompts = tuple((one["traceId"], text) for text in texts_of_user(messages))
            yield replace(told(one["usageDetails"], ("input", "output")), prompts=prompts)
        elif one["type"] == "TOOL" or one["name"] == "Web-Search":  # a span that returns the message of its tool
            yield SpanFacts(one["name"].removeprefix("running tool: "), one["level"] == "ERROR")


CASES: list[tuple[str, Callable[[Path], Iterator[SpanFacts]]]] = [
    ("more/phoenix/*.jsonl", phoenix),
    ("more/otel/vercel*.json", vercel),
    ("more/otel-jaeger/*.json", jaeger),
    ("more/otel-vs-copilot/*.jsonl", visual_studio),
    ("otel/agentevals-jaeger/*.json", jaeger),
    ("otel/agentevals-tempo/*.json", tempo),
    ("otel/any-agent/**/*.json", any_agent),
    ("langfuse/*.json", langfuse),
]


@requires_shared_data
@pytest.mark.parametrize(("pattern", "spans"), CASES, ids=[pattern for pattern, _ in CASES])
def test_counts_of_real_traces(pattern: str, spans: Callable[[Path], Iterator[SpanFacts]]) -> None:
    paths = sorted(SHARED_DATA.glob(pattern))
    assert paths
    for path in paths:
        found, counts = [*spans(path), *map(SpanFacts, UNSAID.get(path.name, ()))], counted(path)
        assert counts.tools == Counter(one.tool for one in found if one.tool is not None), path
        assert counts.prompts == len({one for span in found for one in span.prompts}), path
        assert counts.failed == sum(one.failed for one in found if one.tool is not None), path
        assert (counts.input, counts.output) == (sum(one.input for one in found), sum(one.output for one in found)), (
            path
        )
