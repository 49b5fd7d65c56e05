"""Results of calls of MCP tools."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.record.calls.mcp_results import whole_result

WHOLE: dict[str, Any] = {"content": [{"type": "text", "text": "a"}], "structuredContent": {"a": 1}, "isError": True}


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (WHOLE, WHOLE),
        ("nothing found", {"content": [{"type": "text", "text": "nothing found"}]}),
        (7, {"content": [{"type": "text", "text": "7"}]}),
        (["content"], {"content": [{"type": "text", "text": "['content']"}]}),
    ],
)
def test_any_value_is_a_result(value: Any, result: dict[str, Any]) -> None:
    assert whole_result(value) == result
