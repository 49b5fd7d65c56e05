"""Read the parts of a message: texts, reasoning, tool calls and their results, in the forms of several providers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from replay_gui.core.importers.formats.gemini_tools import failure_of
from replay_gui.core.importers.formats.message import MessageCall, MessageResult
from replay_gui.core.importers.formats.message_content import TEXTS, arguments_of, content_of, text_of
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED

OF_PARTS = {
    "tool_id": "An id; it differs in every run.",
    "toolUseId": "An id; it differs in every run.",
    "toolId": "An id; it differs in every run.",
    "signature": "A signature; it differs in every run.",
    "signatureProvider": "A signature; it differs in every run.",
    "thoughtSignature": "A signature; it differs in every run.",
    "encrypted_content": "Encrypted reasoning; it is encrypted differently in every run.",
    "provider_name": "How the provider stores a part; its content is compared.",
    "provider_details": "How the provider stores a part; its content is compared.",
    "cache_control": "A setting of the provider's cache; it says nothing about the run.",
    "durationMs": "A time; it differs in every run.",
}
"""Members of parts that differ between faithful runs, with the reason; ids, places and times are elsewhere."""

OF_THOUGHTS = ("thinking", "text", "content", "summary", "data")
"""Members with the text of a part that is reasoning."""

EMPTY: tuple[Any, ...] = (None, "", [], {})
"""Empty values of members."""

RESULT_TYPES = (
    *("tool_call_response", "tool_result", "tool-result", "function_call_output", "tool-return", "toolResult"),
    *("function_call_result", "mcp_tool_result", "web_search_tool_result", "builtin-tool-return"),
)
"""Types of parts with results of calls."""

_OF_RESULTS = (
    *(
        "tool_use_id",
        "toolCallId",
        "call_id",
        "callId",
        "tool_call_id",
        "tool_id",
        "toolId",
        "response",
        "result",
        "output",
        "content",
    ),
    *("is_error", "isError", "name", "toolName", "tool_name", "exception"),
)
_OF_CALLS = frozenset(
    {
        *(
            "id",
            "call_id",
            "callId",
            "toolCallId",
            "tool_call_id",
            "tool_id",
            "toolUseId",
            "toolId",
            "index",
            "type",
            "part_kind",
            "toolCallType",
        ),
        *("function", "name", "toolName", "tool_name", "arguments", "input", "args", "parameters", "cache_control"),
    }
)
_CALL_TYPES = (
    "tool_call",
    "tool_use",
    "tool-call",
    "tool-use",
    "function_call",
    "toolCall",
    "toolUse",
    "server_tool_use",
    "mcp_tool_use",
)
_MEMBERS_WITH_RESULTS = {"toolResult", "function_response", "functionResponse"}


class MessageParts:
    """Collect the data in the parts of one message.

    Attributes:
        content: texts, and parts of an unknown form. reasoning: texts of reasoning. calls, results: of tools.
        rest: all other members of the parts. usage: tokens of the answer, if a part has them.
    """

    def __init__(self) -> None:
        self.content: list[Any] = []
        self.reasoning: list[str] = []
        self.calls: list[MessageCall] = []
        self.results: list[MessageResult] = []
        self.rest: list[dict[str, Any]] = []
        self.usage: dict[str, Any] = {}

    def add(self, part: Any) -> None:
        """Add one part, in any form."""
        if not isinstance(part, dict):
            if part not in (None, ""):
                self.content.append(part)
            return
        kind = str(part.get("type") or part.get("part_kind") or "")
        match part:
            case {"toolUse": dict(call)}:
                self.calls.append(MessageCall(_id(call, "toolUseId"), str(call.get("name")), call.get("input")))
            case {"toolResult": dict(result)}:
                output, wrong = content_of(result.get("content")), result.get("status") == "error"
                self.results.append(MessageResult(_id(result, "toolUseId"), None, output, wrong))
            case {"reasoningContent": dict(thought)}:  # Bedrock
                told = thought.get("reasoningText")
                self.reasoning.append(read_thought(told) if isinstance(told, dict) else REASONING_NOT_RECORDED)
            case {"cachePoint": dict()} | {"text": None} if len(part) == 1:
                pass  # a setting of the provider's cache; no text
            case {"function_call": dict(call)} | {"functionCall": dict(call)}:
                self.calls.append(MessageCall(_id(call, "id"), str(call.get("name")), call.get("args")))
            case {"function_response": dict(result)} | {"functionResponse": dict(result)}:
                response = result.get("response")
                why, refused = failure_of(response)
                self.results.append(
                    MessageResult(
                        _id(result, "id"), tool_name(result), response, why is not None, why or "", refused=refused
                    )
                )
            case _ if kind in _CALL_TYPES or kind == "builtin-tool-call":
                self._call(part)
            case _ if kind in RESULT_TYPES:
                self.results.append(_result(part))
                self._keep_rest(part, *_OF_RESULTS)
            case {"thought": True, "text": str()}:  # Google
                self.reasoning.append(read_thought(part))
                self._keep_rest(part, "thought", *OF_THOUGHTS)
            case _ if kind in ("reasoning", "thinking", "redacted_thinking"):
                self.reasoning.append(read_thought(part))
                self._keep_rest(part, *OF_THOUGHTS)
            case {"type": "usage", "usage_details": dict(usage)}:  # of Microsoft's Agent Framework
                self.usage = {str(name): count for name, count in usage.items()}
            case _ if (text := text_of(part)) is not None:
                self.content.append(text)
                self._keep_rest(part, *TEXTS)
            case _:
                self.content.append(part)

    def _call(self, part: dict[str, Any]) -> None:
        """Add a call, and its result if the part also has it."""
        result = part.get("result")
        if not isinstance(result, dict) or "output" not in result:
            self.calls.append(read_call(part))
            return
        rest = {key: value for key, value in result.items() if key not in ("output", "status")}
        whole = {**part, "result": rest}
        self.calls.append(call := read_call(whole))
        wrong = result.get("status") == "error"
        self.results.append(MessageResult(call.id, call.name, content_of(result["output"]), wrong))

    def _keep_rest(self, part: dict[str, Any], *used: str) -> None:
        known = ("type", "part_kind", "id", "index", "timestamp", *used, *OF_PARTS)
        rest = {key: value for key, value in part.items() if key not in known and value not in (*EMPTY, False)}
        if rest:
            self.rest.append(rest)

    @property
    def whole(self) -> Any:
        """Return the content: a text if there is only text, else the list of parts."""
        if not self.content:
            return None
        if all(isinstance(part, str) for part in self.content):
            return "\n".join(self.content)
        return self.content if len(self.content) > 1 else self.content[0]


def has_results(content: Any) -> bool:
    """Return whether any of the parts is the result of a call."""
    if not isinstance(content, list):
        return False
    parts = [part for part in content if isinstance(part, dict)]
    return any(part.get("type") in RESULT_TYPES or part.keys() & _MEMBERS_WITH_RESULTS for part in parts)


def split_at_results(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a message; a model's message with tool results in its parts is split, in order."""
    content = record.get("content")
    if record.get("role") != "assistant" or not isinstance(content, list) or not any(map(_is_result_part, content)):
        yield record
        return
    about = {name: value for name, value in record.items() if name != "content"}
    for of_tools, parts in groupby(content, _is_result_part):
        if of_tools:
            yield {"role": "tool", "content": [*parts]}
        else:
            yield {**about, "content": [*parts]}
            about = {"role": "assistant"}  # only the first piece has the message's other members


def _is_result_part(part: Any) -> bool:
    kind = part.get("type") if isinstance(part, dict) else None
    return isinstance(kind, str) and kind.replace("-", "_").endswith("tool_result")


def read_call(call: dict[str, Any]) -> MessageCall:
    """Read a call; its name and arguments may be in a member ``function``."""
    function = call.get("function")
    facts = function if isinstance(function, dict) else call
    given = next(
        (facts[key] for key in ("arguments", "input", "args", "parameters") if facts.get(key) is not None), None
    )
    tool = call["tool"] if isinstance(call.get("tool"), str) else ""
    named = facts.get("name") or facts.get("toolName") or facts.get("tool_name") or tool
    name = named or (function if isinstance(function, str) and function else "tool")
    rest = {key: value for key, value in call.items() if key not in _OF_CALLS and value not in EMPTY}
    if named == tool:
        rest.pop("tool", None)
    if call.get("type") not in (None, "function", "tool", *_CALL_TYPES):
        rest["type"] = call["type"]
    return MessageCall(
        _id(call, "call_id", "callId", "id", "toolCallId", "tool_call_id", "tool_id", "toolUseId", "toolId"),
        str(name),
        arguments_of(given),
        rest,
    )


def _result(part: dict[str, Any]) -> MessageResult:
    output = next((part[key] for key in ("response", "result", "output", "content") if part.get(key) is not None), None)
    failed = (
        part.get("is_error") is True
        or part.get("isError") is True
        or part.get("outcome") in ("failed", "denied", "retried")
        or part.get("status") == "error"
    )
    if isinstance(output, dict) and output.keys() == {"type", "value"}:  # Vercel AI SDK, version 5
        failed = failed or str(output["type"]).startswith("error")
        output = output["value"]
    call_id = _id(
        part, "tool_use_id", "toolUseId", "toolCallId", "call_id", "callId", "tool_call_id", "tool_id", "toolId", "id"
    )
    raised = part.get("exception")  # of Microsoft's Agent Framework
    why = raised if isinstance(raised, str) else ""
    refused = part.get("outcome") == "denied"
    return MessageResult(call_id, tool_name(part), content_of(output), failed or bool(why), why, refused=refused)


def read_thought(part: dict[str, Any]) -> str:
    """Return the text of reasoning; REASONING_NOT_RECORDED if it was withheld."""
    thought = next((part[key] for key in ("thinking", "text", "content", "summary") if part.get(key)), None)
    text = content_of(arguments_of(thought) if isinstance(thought, str) and thought.startswith("[{") else thought)
    return text if isinstance(text, str) and text else thought if isinstance(thought, str) else REASONING_NOT_RECORDED


def tool_name(value: dict[str, Any]) -> str | None:
    """Return the name of the tool in a message or part; None if it names none."""
    name = value.get("name") or value.get("toolName") or value.get("tool_name")
    return name if isinstance(name, str) else None


def _id(value: dict[str, Any], *names: str) -> str | None:
    return next((str(value[name]) for name in names if value.get(name)), None)
