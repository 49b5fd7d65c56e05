"""Read the content of messages, and the arguments of calls, in any form."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.json_lines import NotJson, value_in

TEXTS = ("text", "content", "output_text", "input_text")
"""Members with the text of a part that is only text."""


def content_of(content: Any) -> Any:
    """Return the text of a content that is only text, the value of a single part, or else the content unchanged."""
    if isinstance(content, dict):
        text = text_of(content)
        return text if text is not None else content
    if not isinstance(content, list):
        return content
    parts = [part["json"] if isinstance(part, dict) and part.keys() == {"json"} else part for part in content]
    texts = [part if isinstance(part, str) else text_of(part) if isinstance(part, dict) else None for part in parts]
    if texts and all(text is not None for text in texts):
        return "\n".join(text for text in texts if text is not None)
    return parts[0] if len(parts) == 1 else parts


def arguments_of(given: Any) -> Any:
    """Return the arguments of a call. JSON in a string is decoded, so that equal calls in two forms match."""
    if not isinstance(given, str):
        return given
    try:
        return value_in(given) if given else {}
    except NotJson:
        return given


def text_of(part: dict[str, Any]) -> str | None:
    """Return the text of a part that is only text; None for another part."""
    kind = part.get("type") or part.get("part_kind") or part.get("block_type")
    if kind in (None, "text", "output_text", "input_text", "summary_text", "reasoning_text"):
        for name in TEXTS:
            if isinstance(part.get(name), str) and (kind is not None or part.keys() == {name}):
                return str(part[name])
    return None
