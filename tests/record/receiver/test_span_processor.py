"""Spans of OpenTelemetry's SDK become the logs that the importer makes of the same trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Status, StatusCode

from replay_gui import EventLog, LogUnreadable, ReplayEngine, record

CANARY = "canary-of-the-environment"


def provider(folder: Path) -> TracerProvider:
    made = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    made.add_span_processor(record.span_processor(folder))
    return made


def test_an_instrumented_run_becomes_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_API_KEY", CANARY)
    made = provider(tmp_path / "traces")
    tracer = made.get_tracer("shop.agent", "2")
    with tracer.start_as_current_span("invoke_agent planner", attributes={"gen_ai.operation.name": "invoke_agent"}):
        with tracer.start_as_current_span("execute_tool search") as tool:
            tool.set_attributes(
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": "search",
                    "gen_ai.tool.call.id": "c1",
                    "gen_ai.tool.call.arguments": f'{{"q": "fjord", "n": 3, "key": "{CANARY}"}}',
                    "gen_ai.tool.call.result": "two pages",
                    "sizes": [1, 2],
                }
            )
        with tracer.start_as_current_span("execute_tool fetch") as failing:
            failing.set_attributes({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "fetch"})
            failing.set_status(Status(StatusCode.ERROR, "no such page"))
    made.shutdown()
    (log,) = (tmp_path / "traces").glob("*.rlog")
    (spans,) = (tmp_path / "traces").glob("*.jsonl")
    assert len(spans.read_bytes().splitlines()) == 3
    assert CANARY.encode() not in log.read_bytes() + spans.read_bytes()
    with EventLog.open(log) as opened:
        assert ReplayEngine(opened).verify().verdict != "INVALID"
        events = list(opened)
    calls = [event.payload["tool_name"] for event in events if event.kind == "ToolRequest"]
    answers = [(event.payload["output"], event.payload["success"]) for event in events if event.kind == "ToolResponse"]
    assert calls == ["search", "fetch"]
    assert answers[0] == ("two pages", True)
    assert answers[1][1] is False
    assert "no such page" in str(events)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LogUnreadable, match="cannot be made"):
        record.span_processor(tmp_path / "file" / "traces")


def test_what_cannot_be_written_does_not_reach_the_agent(tmp_path: Path) -> None:
    folder = tmp_path / "traces"
    made = provider(folder)
    folder.rmdir()
    with made.get_tracer("a").start_as_current_span("chat"):
        pass
    assert not made.force_flush()
    made.shutdown()
