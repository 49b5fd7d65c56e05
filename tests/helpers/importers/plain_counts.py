"""Counts of one foreign file: made of the source alone by a test, or of what its importer read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replay_gui.core.log.kinds import Kind
from tests.helpers.foreign import Read, read_all
from tests.helpers.paths import SHARED_DATA


@dataclass
class Counts:
    """What one file holds: prompts of the user, calls by tool, failed results, tokens sent and answered."""

    prompts: int
    tools: Counter[str]
    failed: int
    input: int = 0
    output: int = 0


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def prompts(run: Read) -> int:
    return sum(
        event.payload["source"] == "user" and event.payload["obs_type"] == "message"
        for event in run.of(Kind.OBSERVATION)
    )


def tokens(run: Read, sort: str) -> int:
    return sum((event.meta.get("tokens") or {}).get(sort, 0) for event in run.events)


def counted(path: Path) -> Counts:
    """What the program counts in all runs of a file."""
    runs = read_all(path)
    failed = (not event.payload["success"] for run in runs for event in run.of(Kind.TOOL_RESPONSE))
    return Counts(
        sum(map(prompts, runs)),
        sum((run.tools() for run in runs), Counter[str]()),
        sum(failed),
        sum(tokens(run, "input") for run in runs),
        sum(tokens(run, "output") for run in runs),
    )


def check_counts(pattern: str, count: Callable[[Path], Counts]) -> None:
    """What the importers read of each real file is what `count` counts in the file itself."""
    paths = sorted(SHARED_DATA.glob(pattern))
    assert paths
    for path in paths:
        assert counted(path) == count(path), path
