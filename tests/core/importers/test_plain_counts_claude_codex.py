"""Prompts, calls, failures and tokens of real sessions: a plain count of the lines equals what the program counts.

The counts here are made from the lines alone, without any code of the importers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replay_gui.core.facts.run_totals import RunTotals, total_use
from tests.helpers.foreign import Read, read_all
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import each_real_file

DAMAGED = ("missing_fields", "truncated")
CLAUDE_FILES = [
    *sorted((SHARED_DATA / "claude-code").rglob("*.jsonl")),
    *sorted((SHARED_DATA / "more" / "claude-code").glob("*.jsonl")),
    *sorted((SHARED_DATA / "more" / "traceforge-claude").glob("*.jsonl")),
    *sorted((SHARED_DATA / "more" / "cass").glob("claude_code_*.jsonl")),
    *sorted(path for path in (SHARED_DATA / "more" / "cass").glob("*.jsonl") if path.stem in DAMAGED),
]
CODEX_FILES = [
    *sorted((SHARED_DATA / "codex").rglob("*.jsonl")),
    *sorted((SHARED_DATA / "more" / "codex").glob("*.jsonl")),
    *sorted((SHARED_DATA / "more" / "traceforge-codex").glob("*.jsonl")),
]
NOT_WORDS = re.compile(
    r"\s*(\[Request interrupted|Caveat: |<(local-command|bash-std|system-reminder|task-notification))"
)
CODEX_CONTEXT = re.compile(
    r"<(environment_context|user_instructions|permissions|turn_aborted|INSTRUCTIONS)|# AGENTS\.md"
)
REWOUND = {"claude_forked_session.jsonl": [3, 4, 5, 6]}
"""Lines that the user rewound, found by reading the files."""


@dataclass
class Counts:
    prompts: int = 0
    calls: int = 0
    failed: int = 0
    input: int = 0
    output: int = 0


def objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines that are JSON objects, with their numbers."""
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield number, value


def counted(found: Read) -> Counts:
    """The same, of the program."""
    totals = RunTotals()
    for event in found.events:
        totals.add_meta(event.kind, event.meta)
    tokens = total_use(totals.uses()).tokens
    messages = [event.payload for event in found.of("Observation")]
    return Counts(
        prompts=sum(
            payload["obs_type"] in ("message", "command") and payload["source"] == "user" for payload in messages
        ),
        calls=len(found.of("ToolRequest")),
        failed=sum(not event.payload["success"] for event in found.of("ToolResponse")),
        input=tokens.get("input", 0),
        output=tokens.get("output", 0),
    )


def claude_counts(path: Path) -> Counts:
    count, usage = Counts(), dict[str, dict[str, Any]]()
    for number, line in objects(path):
        message, kind = line.get("message"), line.get("type")
        if not isinstance(message, dict) or number in REWOUND.get(path.name, []):
            continue
        content = message.get("content")
        parts = (
            [{"type": "text", "text": content}]
            if isinstance(content, str)
            else [part for part in content or [] if isinstance(part, dict)]
        )
        if kind == "user":
            results = [part for part in parts if part["type"] == "tool_result"]
            count.failed += sum(part.get("is_error") is True for part in results)
            words = [part for part in parts if part["type"] != "tool_result"]
            text = next((part["text"] for part in words if part["type"] == "text"), "")
            aside = line.get("isMeta") or line.get("isCompactSummary") or NOT_WORDS.match(text)
            count.prompts += bool(words) and not (aside or line.get("isSidechain"))  # which an agent said
        elif kind == "assistant":
            count.calls += sum(part["type"] == "tool_use" for part in parts)
            if isinstance(message.get("usage"), dict):
                usage[message.get("id") or f"line {number}"] = message["usage"]
    sent = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    count.input = sum(one.get(name) or 0 for one in usage.values() for name in sent)
    count.output = sum(one.get("output_tokens", 0) for one in usage.values())
    return count


def codex_counts(path: Path) -> Counts:
    count, total = Counts(), None
    for _, line in objects(path):
        payload, item = line.get("payload", {}), line.get("item", {})
        kind = payload.get("type")
        if line["type"] == "response_item":
            if payload.get("role") == "user":
                text = "".join(part.get("text", "") for part in payload["content"])
                count.prompts += not CODEX_CONTEXT.match(text)
            count.calls += str(kind).endswith("_call")
            if str(kind).endswith("_output"):
                output = str(payload.get("output"))
                exits = re.search(r'(?:Exit code: |exited with code |"exit_code": ?)(-?\d+)', output)
                count.failed += bool(exits and exits[1] != "0") or "verification failed" in output[:60]
        elif kind == "token_count" and payload.get("info") and payload["info"]["total_token_usage"] != total:
            total = payload["info"]["total_token_usage"]
            count.input += payload["info"]["last_token_usage"]["input_tokens"]
            count.output += payload["info"]["last_token_usage"]["output_tokens"]
        elif line["type"] == "item.completed" and item.get("type") == "command_execution":
            count.calls += 1
            count.failed += item.get("exit_code") != 0
        elif line["type"] == "turn.completed":
            count.input += line["usage"]["input_tokens"]
            count.output += line["usage"]["output_tokens"]
    return count


@each_real_file(CLAUDE_FILES)
def test_claude_code(path: Path) -> None:
    assert counted(read_all(path, "claude-code")[0]) == claude_counts(path)


@each_real_file(CODEX_FILES)
def test_codex(path: Path) -> None:
    (found,) = read_all(path, "codex")
    assert counted(found) == codex_counts(path)
