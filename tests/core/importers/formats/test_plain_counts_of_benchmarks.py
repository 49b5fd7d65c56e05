"""Counts of real benchmark and evaluation files, made of the source alone, equal what the importers read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.importers.plain_counts import Counts, check_counts
from tests.helpers.shared_data import requires_shared_data

REJECTED = "Your proposed edit has introduced new syntax error"


def document(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def tau_bench(path: Path) -> Counts:
    found = document(path)
    (trial,) = found if isinstance(found, list) else [found]
    calls = [call["function"]["name"] for one in trial["traj"] for call in one.get("tool_calls") or ()]
    failed = sum(one["role"] == "tool" and one["content"].startswith("Error") for one in trial["traj"])
    return Counts(sum(one["role"] == "user" for one in trial["traj"]), Counter(calls), failed)


def mini_swe_agent(path: Path) -> Counts:
    found = document(path)
    if isinstance(
        found, list
    ):  # of the oldest version: one command in each answer, what it printed as the user's words
        codes = [match[1] for one in found if (match := re.match(r"<returncode>(\d+)", one["content"]))]
        answers = sum(one["role"] == "assistant" for one in found)
        return Counts(1, Counter({"bash": answers}), sum(code != "0" for code in codes))
    messages = found["messages"]
    calls = [call["function"]["name"] for one in messages for call in one.get("tool_calls") or ()]
    codes = [one["extra"]["returncode"] for one in messages if one["role"] == "tool"]
    use = [(one["extra"].get("response") or {}).get("usage") or {} for one in messages if one["role"] == "assistant"]
    return Counts(
        sum(one["role"] == "user" for one in messages),
        Counter(calls),
        sum(code != 0 for code in codes),
        sum(one.get("prompt_tokens", 0) for one in use),
        sum(one.get("completion_tokens", 0) for one in use),
    )


def swe_agent(path: Path) -> Counts:
    """Every step is an action, whose first word names the tool, where no call of a function does."""
    found = document(path)
    asked = [call["function"]["name"] for one in found["history"] for call in one.get("tool_calls") or ()]
    steps = found.get("trajectory") or ()
    words = [step["action"].split()[0] for step in steps]
    listed = [step["observation"] for step in steps]
    use = found.get("info", {}).get("model_stats", {})
    return Counts(
        1,
        Counter(asked or words),
        sum(REJECTED in text or text.strip() == "EXECUTION TIMED OUT" for text in listed),
        use.get("tokens_sent", 0),
        use.get("tokens_received", 0),
    )


def atif(path: Path) -> Counts:
    found = document(path)
    steps = [*found["steps"]]
    if following := found.get("continued_trajectory_ref"):  # beside it, after what the first file's name begins with
        (rest,) = path.parent.glob(f"*{following.removeprefix('trajectory')}")
        steps += [step for step in document(rest)["steps"] if not step.get("is_copied_context")]
    calls = [call["function_name"] for step in steps for call in step.get("tool_calls") or ()]
    messages = [step["message"] for step in steps if step["source"] == "agent" and step["message"].startswith("{")]
    calls += ["terminal" for text in messages for _ in json.loads(text)["commands"]]  # Terminus answers with commands
    use = [step["metrics"] for step in steps if "metrics" in step]
    return Counts(
        sum(step["source"] == "user" for step in steps),
        Counter(calls),
        0,
        sum(one.get("prompt_tokens", 0) for one in use),
        sum(one.get("completion_tokens", 0) for one in use),
    )


def who_and_when(path: Path) -> Counts:
    return Counts(1, Counter(), 0)


def openclaw(path: Path) -> Counts:
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    started = [one for one in found if one["type"] == "tool.start"]
    failed = [one for one in found if one["type"] == "tool.end" and not one["success"]]
    told = {
        json.dumps([one["sessionKey"], message], sort_keys=True): (one["sessionKey"], message)
        for one in found
        for message in one.get("messages") or ()
        if message["timestamp"] >= found[0]["ts"]  # earlier ones are of earlier work
    }
    asked = [session for session, message in told.values() if message["role"] == "user" and "subagent" not in session]
    answers = [message for _, message in told.values() if message["role"] == "assistant"]
    parts = [part for message in answers for part in message["content"] if part["type"] == "toolCall"]
    known = [one["params"] for one in started]
    names = [part["name"] for part in parts if part["arguments"] not in known]
    use = [message["usage"] for message in answers]
    return Counts(
        sum(one["type"] == "message.in" for one in found) + len(asked),
        Counter([*names, *(one["toolName"] for one in started)]),
        len(failed),
        sum(one["input"] + one["cacheRead"] + one["cacheWrite"] for one in use),
        sum(one["output"] for one in use),
    )


CASES: list[tuple[str, Callable[[Path], Counts]]] = [
    ("tau-bench/*/*.json", tau_bench),
    ("mini-swe-agent/*/*.json", mini_swe_agent),
    ("swe-agent/**/*.traj", swe_agent),
    ("atif/*.json", atif),
    ("who-and-when/*/*.json", who_and_when),
    ("openclaw-telemetry/*.jsonl", openclaw),
]


@requires_shared_data
@pytest.mark.parametrize(("pattern", "count"), CASES, ids=[count.__name__ for _, count in CASES])
def test_counts_of_real_files(pattern: str, count: Callable[[Path], Counts]) -> None:
    check_counts(pattern, count)
