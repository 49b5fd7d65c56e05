"""Make events of messages in the form of OpenAI's Chat Completions API, for the importers of such trajectories."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.run_builder import RunBuilder, cut_text
from replay_gui.core.text.call_text import raised_in
from replay_gui.core.translation.messages import translatable

UNKNOWN_ROLES = translatable("messages of an unknown role, kept as custom events")
NOT_MESSAGES = translatable("entries that are no messages, kept as custom events")
BAD_ARGUMENTS = translatable("arguments of tool calls that are no JSON, kept as text")

_TRACEBACK = "Traceback (most recent call last):"
_SPEAKERS = ("system", "developer", "user")
# A failed result begins like this, or with a line that is only the exit code of a command.
# "Errors found: 0" and "ErrorPage.tsx" are not failures.
_FAILURE = re.compile(
    r"(?:Error|ERROR)(?::|$| - | (?:code|calling|executing|invoking|running|using|occurred|accessing|fetching|loading"
    r"|opening|parsing|processing|reading|writing|while|when|during|in|from)\b)"
    r"|An error occurred while running the tool\b"  # OpenAI's Agents SDK
    r"|Tool [\"'`]?[\w.:/-]{1,100}[\"'`]? (?:is )?not found\b"  # Kimi, and others
    r"|\"[^\"\n]{1,400}\" does not exist\.\Z"
    r"|The path [^\n]{1,400}? (?:does not exist\. Please provide a valid path|is not an absolute path, it should)"
    r"|No replacement was performed[,.]"  # the editor of Anthropic and SWE-agent
    r"|(?:exit_code=|[Ee]xit [Cc]ode: ?)-?[1-9][0-9]{0,9}\r?$",
    re.MULTILINE,
)
_FAILED_AT_END = re.compile(r"(?:\A|\n)Command failed with exit code: -?[1-9]\d{0,8}\.?\s*\Z")
_MAX_END_CHARACTERS = 100
_OF_SPEAKERS = frozenset({"role", "content"})
_OF_ASSISTANT = frozenset({"role", "content", "tool_calls", "reasoning_content"})


class MessageEvents:
    """Add messages to a run, one after another.

    The parent of a response is its request; the parent of a request is the decision in the same message. A message of
    the model has no parent, because everything before it is its cause.

    Attributes:
        run: the RunBuilder. format: the importer's name, the prefix of its custom kinds.
    """

    def __init__(self, run: RunBuilder, notes: ImportNotes, format: str) -> None:
        self.run = run
        self.format = format
        self._notes = notes

    def message(self, message: Any, meta: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Add one message that is not a tool's.

        `meta` removes the volatile members from the other members and returns them as meta; the rest is content.
        """
        if not isinstance(message, dict):
            self._notes.count(NOT_MESSAGES)
            self.run.custom(f"{self.format}/entry", message)
            return
        role, content = message.get("role"), message.get("content")
        used = _OF_ASSISTANT if role == "assistant" else _OF_SPEAKERS
        rest = {key: value for key, value in message.items() if key not in used and value is not None}
        if role in _SPEAKERS:
            facts = meta(rest)
            self.run.unmapped = rest
            self.run.observation("message", str(role), content, **facts)
        elif role == "assistant":
            facts = meta(rest)
            self.run.unmapped = rest
            self._assistant(message, facts)
        else:
            self._notes.count(UNKNOWN_ROLES, example=str(role))
            self.run.custom(f"{self.format}/message", message)

    def _assistant(self, message: dict[str, Any], meta: dict[str, Any]) -> None:
        content, reasoning = message.get("content"), message.get("reasoning_content")
        calls = message.get("tool_calls")
        if calls is not None and not isinstance(calls, list):
            self._notes.count(NOT_MESSAGES)
            self.run.custom(f"{self.format}/tool-calls", calls)
        calls = calls if isinstance(calls, list) else []
        context = dict(self.run.context)
        if "time" in meta:
            self.run.context["time"] = meta.pop("time")  # for all events of one answer
        self.run.once = meta
        if content or reasoning or not calls:
            thought = reasoning if isinstance(reasoning, str) and reasoning else None
            decided = self.run.decision("message" if content else "thinking", content or None, thought)
            self.run.context["parent"] = decided
        for call in calls:
            self._call(call)
        self.run.context = context

    def _call(self, call: Any) -> None:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            self._notes.count(NOT_MESSAGES)
            self.run.custom(f"{self.format}/tool-call", call)
            return
        self.run.request(call.get("id"), function["name"], self.arguments(function.get("arguments")), **_id(call))

    def arguments(self, given: Any) -> Any:
        """Return the arguments of a call. JSON in a string is decoded, so that equal calls in two formats match."""
        if not isinstance(given, str):
            return given
        try:
            return value_in(given) if given else {}
        except NotJson:
            self._notes.count(BAD_ARGUMENTS)
            return given


def decoded(text: Any) -> Any:
    """Return the JSON object or array in a text, or the text itself."""
    if isinstance(text, str) and text.lstrip()[:1] in ("{", "["):
        try:
            return value_in(text)
        except NotJson:
            return text
    return text


def first_line(text: Any) -> str:
    """Return the first line of an error, to show it in one line; of a traceback of Python, the exception."""
    return cut_text(raised_in(text) or text.strip().partition("\n")[0]) if isinstance(text, str) else ""


def split_traceback(error: str) -> tuple[str, bool]:
    """Return (the error without the traceback that LangChain's callbacks append, whether there was one)."""
    what, found, _ = error.partition(_TRACEBACK)
    is_behind = bool(found and what.strip())
    return (what.strip() if is_behind else error), is_behind


def is_failure_text(text: str) -> bool:
    """Return whether the first words of a tool's result report a failure, or its last line the exit code of one."""
    return _FAILURE.match(text) is not None or _FAILED_AT_END.search(text[-_MAX_END_CHARACTERS:]) is not None


def _id(call: dict[str, Any]) -> dict[str, Any]:
    known = ("function", "id", "index", *(("type",) if call.get("type") in ("function", None) else ()))
    rest = {key: value for key, value in call.items() if key not in known}
    return {"tool_call_id": call.get("id"), "extra": {"call": rest} if rest else None}
