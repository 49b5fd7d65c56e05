"""Traces of services whose records are spans: Braintrust and W&B Weave."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.limits import Limits
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.log.source import Source
from tests.helpers.foreign import Read, read_seed
from tests.helpers.paths import DATA


def data(found: Read, kind: str) -> list[Any]:
    return [event.payload["data"] for event in found.of(kind)]


def test_spans_of_braintrust() -> None:
    found = read_seed("braintrust/0.jsonl")
    assert data(found, "Observation") == ["What is 2+2?"]
    assert data(found, "Decision") == [None, "4"]
    assert found.tools() == {"add": 1}
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["ValueError: bad"]
    assert found.tokens() == {"input": 20, "output": 10}
    assert [event.meta.get("cost") for event in found.of("Decision")] == [0.25, None]
    assert found.of("ToolRequest")[0].payload["fields"]["span"] == "Tool: add two numbers"
    assert data(found, "x:expected") == ["4"]
    assert found.outcomes() == [(None, 1.0, "Factuality")]
    assert found.of("x:end")[0].payload == {"how": "answered", "why": None}


def test_calls_of_weave() -> None:
    found = read_seed("weave/0.json")
    assert (found.run.agent, found.run.run_id) == ("agent", "t")
    assert data(found, "Decision") == [None, "4"]
    assert found.tools() == {"add": 1}  # since the model asked for a tool of that name
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["ValueError: bad"]
    assert found.tokens() == {"input": 20, "output": 10}
    (end,) = found.of("x:end")
    assert end.payload == {"how": "answered", "why": None}
    assert end.meta["time"] - found.events[0].meta["time"] == 8 * 10**9  # the outer call ends after the last answer
    asked, called = found.of("Decision")[0].meta["time"], found.of("ToolRequest")[0].meta["time"]
    assert (called - asked, found.of("Decision")[0].meta["duration"]) == (100_000_000, 900_000_000)
    assert data(found, "x:bookkeeping/weave/trace") == [{"query": {"limit": 50}}]


@pytest.mark.parametrize("seed", ["otel/1.json", "otel/12.json", "otel/13.json"])
def test_a_trace_that_ended_with_an_answer_was_answered(seed: str) -> None:
    """Although no span says why the answer ended."""
    found = read_seed(seed)
    assert found.decisions()[-1][1] is not None
    assert [event.payload for event in found.of("x:end")] == [{"how": "answered", "why": None}]


def test_what_must_be_sorted_and_is_too_large_is_refused_in_words() -> None:
    for format, name in (("braintrust", "0.jsonl"), ("openai-assistants", "0.jsonl"), ("otel", "0.json")):
        with Source(DATA / "seeds" / format / name) as source:
            file = ForeignFile(source, limits=Limits(document=1))
            with pytest.raises(ImportRefused, match="must be in memory together; split it"):
                next(importer_for(file, format).runs(file))
