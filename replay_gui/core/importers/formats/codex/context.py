"""Which parts of a message that stands in the user's place were put there by Codex itself."""

from __future__ import annotations

import re
from typing import Any

_STARTS = (
    "<environment_context>",
    "<user_instructions>",
    "<permissions instructions>",
    "<turn_aborted>",
    "<INSTRUCTIONS>",
    "<collaboration_mode>",
    "<skill>",
    "<user_shell_command>",
    "<subagent_notification>",
    "<recommended_plugins>",
    "<goal_context>",
    "<skills_instructions>",
    "<apps_instructions>",
    "<plugins_instructions>",
    "<app-context>",
    "<multi_agent_mode>",
    "<model_switch>",
    "<personality_spec>",
    "# AGENTS.md instructions",
    ">>> TRANSCRIPT ",  # of the review that approves commands in the user's place
    ">>> APPROVAL REQUEST ",
)
_WRAPPED = re.compile(
    r'<codex_internal_context source="[a-z0-9_]+">|<external_[\w-]+>|<hook_prompt\b[^>]*\bhook_run_id='
)
_OF_THE_USER = frozenset({"", "unknown", "images.preparation_error", "images.unsupported", "audio.unsupported"})
"""Kinds of parts, beside those that begin with "user.", that stand for what the user gave."""


def is_context(text: str) -> bool:
    """Return whether a text begins as those do that Codex puts into the user's place."""
    start = text.lstrip()[:200]
    return start.startswith(_STARTS) or _WRAPPED.match(start) is not None


def split_context(item: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return (context, the user's own) of the parts of a message.

    Newer files name the kind of each part; in others the text tells. A list of kinds that does not fit is not used.
    """
    content = item.get("content")
    parts = content if isinstance(content, list) else [content]
    told = item.get("internal_chat_message_metadata_passthrough")
    kinds = told.get("content_item_kinds") if isinstance(told, dict) else None
    fits = isinstance(kinds, list) and len(kinds) == len(parts)
    context, own = list[Any](), list[Any]()
    for number, part in enumerate(parts):
        kind = kinds[number] if fits and isinstance(kinds, list) else None
        if isinstance(kind, str) and kind:
            ours = kind not in _OF_THE_USER and not kind.startswith("user.")
        else:
            text = part.get("text") if isinstance(part, dict) else part
            ours = isinstance(text, str) and is_context(text)
        (context if ours else own).append(part)
    return context, own
