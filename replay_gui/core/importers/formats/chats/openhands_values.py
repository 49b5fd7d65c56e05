"""Values in the events of OpenHands."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_usage import counted_tokens

_RUN_TOKENS = {"input": "prompt_tokens", "cached": "cache_read_tokens", "output": "completion_tokens"}
_EXITED = re.compile(r"\s*\[The command completed with exit code -?\d{1,9}\.\]\s*")  # repeats the exit code


def shell_words(observation: dict[str, Any]) -> Any:
    """Return the text of an observation as the model reads it: a shell's output with the command's status around it."""
    output, about = content_of(observation.get("content")) or None, observation.get("metadata")
    before, after = (about.get(name) if isinstance(about, dict) else None for name in ("prefix", "suffix"))
    if not isinstance(output, str | None):
        return output
    after = after if isinstance(after, str) and not _EXITED.fullmatch(after) else ""
    return (before if isinstance(before, str) else "") + (output or "") + after or None


def run_tokens(used: dict[str, Any]) -> dict[str, int] | None:
    """Return all tokens of a model, by sort; None if they are not counted."""
    counts = used.get("accumulated_token_usage")
    if not isinstance(counts, dict):
        return None
    return counted_tokens(counts, _RUN_TOKENS)


def reasoning_of(record: dict[str, Any]) -> str | None:
    """Return the model's reasoning before an action, from the first member with text; None if there is none."""
    if isinstance(record.get("reasoning_content"), str) and record["reasoning_content"]:
        return str(record["reasoning_content"])
    item = record.get("responses_reasoning_item")
    summary = item.get("summary") if isinstance(item, dict) else None
    blocks = record.get("thinking_blocks")
    texts = [*(summary if isinstance(summary, list) else [])]
    texts += [block.get("thinking") for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    return "\n".join(text for text in texts if isinstance(text, str)) or None
