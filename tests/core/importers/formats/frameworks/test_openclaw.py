from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.helpers.foreign import read_all, real_files
from tests.helpers.shared_data import each_real_file

MS = 1_000_000


def line(kind: str, seq: int, **more: Any) -> str:
    return json.dumps({"type": kind, "seq": seq, "ts": 1_000 + seq, **more})


def test_lines_become_events_and_calls_are_found_by_session_and_tool(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.jsonl"
    path.write_text(
        "\n".join(
            [
                line("message.in", 1, channel="telegram", content="Hi"),
                line("tool.start", 2, toolName="exec", params={"command": "ls"}, sessionKey="a"),
                line("tool.start", 3, toolName="exec", params={"command": "rm"}, sessionKey="b"),
                line("tool.end", 4, toolName="exec", success=False, error="no", durationMs=5, sessionKey="b"),
                line("tool.end", 5, toolName="exec", success=True, sessionKey="a"),
                "garbage",
                line("llm.usage", 6),
            ]
        )
    )
    (one,) = read_all(path)
    assert one.format == "openclaw"
    failed, good = one.of("ToolResponse")
    assert (failed.meta["parent"], failed.meta["duration"], failed.payload["success"]) == (3, 5 * MS, False)
    assert (good.meta["parent"], good.payload["success"]) == (2, True)
    assert one.events[1].meta["time"] == 1_001 * MS
    assert one.kinds[-2:] == ["x:openclaw/unreadable-line", "x:openclaw/other"]
    assert len(one.run.notes.sentences()) == 2


@each_real_file(real_files("openclaw-telemetry", "*.jsonl"))
def test_real_telemetry_loses_nothing(path: Path) -> None:
    """Counted from the source: an event a line, a request a tool.start."""
    (one,) = read_all(path)
    types = Counter(json.loads(line)["type"] for line in path.read_text().splitlines())
    assert len(one.events) == types.total() + 1 + len(one.of("Error")) + len(one.of("x:end"))
    assert (len(one.of("ToolRequest")), len(one.of("ToolResponse"))) == (types["tool.start"], types["tool.end"])
    assert one.run.notes.sentences() == ()
