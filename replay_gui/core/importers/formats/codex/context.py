"""Find the parts of a user message that Codex itself added."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.run_builder import RunBuilder

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
    ">>> TRANSCRIPT ",  # texts of the automatic review, which approves commands for the user
    ">>> APPROVAL REQUEST ",
)
_WRAPPED = re.compile(
    r'<codex_internal_context source="[a-z0-9_]+">|<external_[\w-]+>|<hook_prompt\b[^>]*\bhook_run_id='
)
_REQUEST = re.compile(r"(#.*?)^## My request for Codex:[ \t]*$\s*", re.DOTALL | re.MULTILINE)
_SHELL = re.compile(r"\s*<user_shell_command>\s*<command>(.*?)</command>\s*(?:<result>(.*?)</result>)?", re.DOTALL)
_SHELL_END = "</user_shell_command>"
_NEWS = re.compile(r"\s*<subagent_notification>\s*(\{.*\})\s*</subagent_notification>\s*\Z", re.DOTALL)
_ABORTED = "<turn_aborted>"
_OF_THE_USER = frozenset({"", "unknown", "images.preparation_error", "images.unsupported", "audio.unsupported"})
"""Kinds of parts that come from the user, in addition to those that begin with "user."."""


def is_context(text: str) -> bool:
    """Return whether a text begins like a text that Codex adds to user messages."""
    start = text.lstrip()[:200]
    return start.startswith(_STARTS) or _WRAPPED.match(start) is not None


def split_request(text: str) -> tuple[str | None, str]:
    """Return (what an editor put before the user's request, the request); (None, the text) of other texts."""
    match = _REQUEST.match(text)
    return (match[1].rstrip(), text[match.end() :].strip()) if match else (None, text)


def add_step(run: RunBuilder, text: str, extra: dict[str, Any], volatile: dict[str, Any] | None) -> bool:
    """Add the step (a command of the user, news of a subagent) that Codex reports in a user message; False if none."""
    if (shell := _SHELL.match(text)) and text[shell.end() :].strip() in ("", _SHELL_END):
        run.command(f"! {shell[1].strip()}", extra=extra, fields=volatile)
        if printed := (shell[2] or "").strip():
            run.observation("command-output", "command", printed)
        return True
    news = _NEWS.match(text)
    report = decoded(news[1]) if news else None
    status = report.get("status") if isinstance(report, dict) else None
    state, words = next(iter(status.items()), (None, None)) if isinstance(status, dict) else (status, None)
    if not state:
        return False
    run.observation("notice", "agent", words or state, {**extra, "status": state}, fields=volatile)
    return True


def is_abort(text: str) -> bool:
    """Return whether the text is Codex's report that the user stopped it."""
    return text.lstrip().startswith(_ABORTED)


def split_context(item: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Split the parts of a message into (Codex's context, the user's).

    Newer files name the kind of each part; in other files the text decides. A list of kinds of wrong length is ignored.
    """
    content = item.get("content")
    parts = content if isinstance(content, list) else [content]
    metadata = item.get("internal_chat_message_metadata_passthrough")
    kinds = metadata.get("content_item_kinds") if isinstance(metadata, dict) else None
    fits = isinstance(kinds, list) and len(kinds) == len(parts)
    context, own = list[Any](), list[Any]()
    for number, part in enumerate(parts):
        kind = kinds[number] if fits and isinstance(kinds, list) else None
        if isinstance(kind, str) and kind:
            ours = kind not in _OF_THE_USER and not kind.startswith("user.")
        else:
            text = part.get("text") if isinstance(part, dict) else part
            ours = isinstance(text, str) and is_context(text)
            if isinstance(part, dict) and isinstance(text, str) and (asked := split_request(text))[0] is not None:
                context.append({**part, "text": asked[0]})
                part = {**part, "text": asked[1]}
        (context if ours else own).append(part)
    return context, own
