"""What the result of an MCP call says in text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def result_text(result: Mapping[str, Any]) -> str:
    """Return the text of a result's parts, a line each; "failed" where it has none."""
    content = result.get("content")
    texts = [part.get("text") for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return "\n".join(text for text in texts if isinstance(text, str)) or "failed"
