"""Recognise special texts in messages: reasoning in tags, context that a program added."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.json_lines import NotJson, value_in

_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reasoning|thinking-content-[0-9a-f]+)>(.*?)</\1>", re.DOTALL)
_UNOPENED = "</think>"  # the opening tag is in the prompt, as in some models' templates
_CALL = re.compile(r"<tool_call>\s*(\{[^<]*(?:<(?!/?tool_call>)[^<]*)*)</tool_call>")
_RESULT = re.compile(r"\s*<tool_response>(.*)</tool_response>\s*", re.DOTALL)
_CONTEXT = re.compile(
    r"\s*<(session_context|environment_context|environment_details|user_instructions|system-reminder"
    r"|permissions instructions|user_info|project_layout)\b[^>]{0,200}>"
)
_SETTING_UP = re.compile(r"\s*This is (?:the )?[\w ]{1,40}\. We are setting up the context for our chat\.")
"""How Gemini CLI and programs that were made from it begin a conversation, in the user's place."""
_NOTHING = re.compile(r"\s*\Z")


def split_reasoning(text: str) -> tuple[str | None, str | None]:
    """Return (the reasoning in tags at the beginning of an answer, the rest); None for a missing part."""
    if "<" not in text:
        return None, text
    thoughts, at = list[str](), 0
    while match := _THOUGHT.match(text, at):
        thoughts.append(match[2].strip())
        at = match.end()
    if not thoughts and _UNOPENED in text and "<think" not in text:
        end = text.index(_UNOPENED)
        thoughts, at = [text[:end].strip()], end + len(_UNOPENED)
    if not any(thoughts):
        return None, text[at:].strip() if thoughts else text
    return "\n".join(thoughts), text[at:].strip() or None


def split_calls(text: str) -> tuple[list[dict[str, Any]], str]:
    """Return (calls in ``<tool_call>`` tags, as Hermes and Qwen write them; the text around them)."""
    calls, rest, at = list[dict[str, Any]](), list[str](), 0
    for match in _CALL.finditer(text):
        try:
            call = value_in(match[1])
        except NotJson:
            continue
        if isinstance(call, dict) and isinstance(call.get("name"), str):
            calls.append(call)
            rest.append(text[at : match.start()])
            at = match.end()
    return calls, "".join([*rest, text[at:]]).strip() if calls else text


def without_result_tags(text: str) -> str:
    """Return the result of a tool without the ``<tool_response>`` tags around it."""
    inside = _RESULT.fullmatch(text)
    return inside[1].strip() if inside and "<tool_response>" not in inside[1] else text


def is_context(text: object) -> bool:
    """Return whether a program added this text: only tagged parts, without words of the user."""
    if not isinstance(text, str):
        return False
    if _SETTING_UP.match(text):
        return True
    at = 0
    while match := _CONTEXT.match(text, at):
        closing = f"</{match[1]}>"
        at = text.find(closing, match.end()) + len(closing)
        if at < match.end():
            return False
        if _NOTHING.match(text, at):
            return True
    return False
