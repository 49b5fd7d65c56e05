"""Make events of what the user, the assistant and other agents say in a Codex session."""

from __future__ import annotations

from typing import Any, TypeAlias

from replay_gui.core.importers.formats.codex.context import (
    add_step,
    is_abort,
    is_context,
    split_context,
    split_request,
)
from replay_gui.core.importers.formats.codex.item_parts import are_plain_texts, other_fields, texts_of
from replay_gui.core.importers.formats.codex.survey import CodexSurvey
from replay_gui.core.importers.run_builder import End, RunBuilder

RunEnd: TypeAlias = tuple[End, str | None] | None
"""How the run ended, and why; None if it goes on."""

_ROLES = {"user_message": "user", "agent_message": "assistant"}
_Fields: TypeAlias = dict[str, Any] | None


class CodexMessages:
    """Make events of messages, one after another.

    Attributes:
        is_subagent: whether the session's prompts come from another agent.
    """

    def __init__(self, run: RunBuilder, surveyed: CodexSurvey) -> None:
        self.is_subagent = False
        self._run = run
        self._surveyed = surveyed
        self._answer = ""  # the last message of the assistant

    def add_item(self, item: dict[str, Any], line: int, end: RunEnd) -> RunEnd:
        """Add a message of the conversation.

        Args:
            line: its number in the file. end: how the run ended as far as the lines before say.

        Returns how the run ended as far as this line says.
        """
        role = str(item.get("role"))
        context, own = split_context(item) if role in ("user", "developer") else ([], [])
        if role == "user" and context and own:  # one message holds Codex's additions and the user's words
            end = self._add_message(role, {**item, "content": context}, line, end, by_codex=True)
            return self._add_message(role, {**item, "content": own}, line, end, by_codex=False)
        return self._add_message(role, item, line, end, by_codex=bool(context))

    def add_between_agents(self, item: dict[str, Any]) -> None:
        """Add a message between two agents of the session."""
        content: Any = item.get("content")
        if are_plain_texts(content):
            content = "\n\n".join(texts_of(content))
        extra, volatile = other_fields(item, "type", "author", "content")
        self._run.observation("message", str(item.get("author") or "agent"), content, extra, fields=volatile)

    def add_event(self, kind: str, payload: dict[str, Any]) -> bool:
        """Add the message of an event, a "user_message" or an "agent_message"; False if the conversation has it."""
        role, text = _ROLES[kind], payload.get("message")
        if not isinstance(text, str) or (role == "user" and is_context(text)) or self._surveyed.has_message(role, text):
            return False
        extra, volatile = other_fields(payload, "type", "message")
        if role == "user":
            context, words = split_request(text)
            extra |= {} if context is None else {"context": context}
            self._add_prompt(words, extra, volatile)
        else:
            self._add_answer(text, extra, volatile)
        return True

    def add_last_answer(self, text: Any) -> None:
        """Add the answer that the end of a turn states, unless the file also has it as a message."""
        if not isinstance(text, str) or not text.strip() or text.strip() == self._answer.strip():
            return
        if not self._surveyed.has_message("assistant", text):
            self._add_answer(text, None, None)

    def _add_message(self, role: str, item: dict[str, Any], line: int, end: RunEnd, *, by_codex: bool) -> RunEnd:
        texts = texts_of(item.get("content"))
        content: Any = item.get("content")
        if texts and are_plain_texts(content):
            content = "\n\n".join(texts)
        extra, volatile = other_fields(item, "type", "role", "content")
        if role == "assistant":
            self._add_answer(content, extra, volatile)
        elif by_codex and isinstance(content, str) and add_step(self._run, content, extra, volatile):
            pass
        elif by_codex and isinstance(content, str) and is_abort(content) and not self._surveyed.has_aborts:
            self._run.interrupted("interrupted", "codex", {**extra, "text": content}, fields=volatile)
            return ("stopped by user", None)
        elif by_codex or (role == "user" and self._surveyed.is_not_prompt(line, texts)):
            payload = {**extra, "data": content}
            self._run.add("x:bookkeeping/codex/environment", payload, fields=volatile)
        elif role == "user":
            self._add_prompt(content, extra, volatile)
        else:
            self._run.observation("message", role, content, extra, fields=volatile)
        return None if role in ("user", "assistant") else end

    def _add_prompt(self, content: Any, extra: _Fields, volatile: _Fields) -> None:
        kind, source = ("subagent-message", "agent") if self.is_subagent else ("message", "user")
        self._run.observation(kind, source, content, extra, fields=volatile)

    def _add_answer(self, content: Any, extra: _Fields, volatile: _Fields) -> None:
        self._answer = content if isinstance(content, str) else ""
        self._run.decision("message", content, None, extra, fields=volatile)
