"""Spans as the Python SDK prints them: JSON over several lines, one value after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.formats.traces.otel.importer import REPEATED
from replay_gui.core.importers.json_lines import BETWEEN_VALUES
from tests.helpers.foreign import Read, read_all

MESSAGES = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "How warm?"}]}])


def printed(id: str, above: str | None, begun: int, ended: int | None, **of: Any) -> dict[str, Any]:
    return {
        "name": str(of.get("gen_ai__operation__name")),
        "context": {"trace_id": "0xa", "span_id": id, "trace_state": "[]"},
        "kind": "SpanKind.INTERNAL",
        "parent_id": above,
        "start_time": f"2026-03-01T20:47:0{begun}.500000Z",
        "end_time": None if ended is None else f"2026-03-01T20:47:0{ended}.500000Z",
        "status": {"status_code": "UNSET"},
        "attributes": {name.replace("__", "."): value for name, value in of.items()},
        "events": [],
        "links": [],
        "resource": {"attributes": {"service.name": "demo"}, "schema_url": ""},
    }


BEGUN = printed("0x1", None, 1, None, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="Scout")
MODEL = printed("0x2", "0x1", 1, 2, gen_ai__operation__name="chat", gen_ai__input__messages=MESSAGES)
TOOL = printed("0x3", "0x1", 2, 5, gen_ai__operation__name="execute_tool", gen_ai__tool__name="warmth")
ENDED = {**BEGUN, "end_time": "2026-03-01T20:47:06.500000Z"}


def read_printed(tmp_path: Path, *parts: dict[str, Any] | str) -> list[Read]:
    path = tmp_path / "spans.jsonl"
    path.write_text("\n".join(part if isinstance(part, str) else json.dumps(part, indent=4) for part in parts))
    return read_all(path)


def test_printed_spans_have_their_parents_and_times(tmp_path: Path) -> None:
    (one,) = read_printed(tmp_path, ENDED, MODEL, TOOL)
    assert one.format == "otel"
    assert one.kinds == ["AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse"]
    assert one.of("ToolResponse")[0].meta["duration"] == 3_000_000_000
    assert one.of("AgentInit")[0].payload["agent_type"] == "Scout"
    assert one.run.notes.sentences() == ()


def test_a_span_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    (one,) = read_printed(tmp_path, BEGUN, MODEL, MODEL, TOOL, ENDED, BEGUN)
    assert one.kinds == ["AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse"]
    assert one.run.notes[REPEATED] == 3


def test_another_span_of_the_same_id_is_kept(tmp_path: Path) -> None:
    other = {**TOOL, "end_time": "2026-03-01T20:47:04.500000Z"}
    (one,) = read_printed(tmp_path, ENDED, TOOL, other)
    assert len(one.of("ToolResponse")) == 2


def test_text_between_printed_spans_and_a_span_that_breaks_off_are_counted(tmp_path: Path) -> None:
    (one,) = read_printed(tmp_path, ENDED, "INFO done", TOOL, json.dumps(MODEL, indent=4)[:-200])
    assert one.kinds == ["AgentInit", "ToolRequest", "ToolResponse"]
    assert one.run.notes[BETWEEN_VALUES] == 2


def test_a_file_that_is_damaged_again_and_again_is_given_up_soon(tmp_path: Path) -> None:
    (one,) = read_printed(tmp_path, ENDED, TOOL, "[\n" * 100_000)
    assert one.kinds == ["AgentInit", "ToolRequest", "ToolResponse"]
    assert 1 < one.run.notes[BETWEEN_VALUES] < 100


def test_a_single_value_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text(json.dumps({"a": [{"b": 1}, {"c": 2}]}, indent=0)[:-3])
    with pytest.raises(ImportRefused, match="ends in the middle"):
        read_all(path)
