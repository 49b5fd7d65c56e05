"""Recognise special texts in messages: reasoning in tags, context that a program added."""

from __future__ import annotations

import re

_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reasoning|thinking-content-[0-9a-f]+)>(.*?)</\1>", re.DOTALL)
_UNOPENED = "</think>"  # the opening tag is in the prompt, as in some models' templates
_CONTEXT = re.compile(
    r"\s*<(session_context|environment_context|environment_details|user_instructions|system-reminder"
    r"|permissions instructions|user_info|project_layout)\b[^>]{0,200}>"
)
_SETTING_UP = re.compile(r"\s*This is (?:the )?[\w ]{1,40}\. We are setting up the context for our chat\.")
"""How Gemini CLI and programs that were made from it begin a conversation, in the user's place."""
_NOTHING = re.compile(r"\s*\Z")


def thought_apart(text: str) -> tuple[str | None, str | None]:
    """Return (the reasoning in tags at the beginning of an answer, the rest); None for a missing part."""
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
