"""Results of calls of MCP tools: their text, and values as results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def result_text(result: Mapping[str, Any]) -> str:
    """Return the text of a result's parts, a line each; "failed" if it has none."""
    content = result.get("content")
    texts = [part.get("text") for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return "\n".join(text for text in texts if isinstance(text, str)) or "failed"


def whole_result(output: Any) -> dict[str, Any]:
    """Return a value as the result of a tool: itself if it is one, else its text as the only part."""
    if isinstance(output, dict) and "content" in output:
        return output
    return {"content": [{"type": "text", "text": str(output)}]}
