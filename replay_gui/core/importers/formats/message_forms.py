"""Messages to and from a model, in the forms of today's providers and frameworks, read into one.

OpenAI (chat and responses), Anthropic, Google, AWS Bedrock (Strands), the GenAI conventions of OpenTelemetry
(``parts``), the Vercel AI SDK, LangChain (also serialised), Pydantic AI, AutoGen, and those of `framework_messages`.
"""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.autogen_messages import as_chat, is_agent_chat
from replay_gui.core.importers.formats.framework_messages import as_usual, is_of_framework
from replay_gui.core.importers.formats.gemini_tools import failure_of
from replay_gui.core.importers.formats.message import Message, MessageCall, MessageResult
from replay_gui.core.importers.formats.message_content import TEXTS, arguments_of, content_of, text_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_text import thought_apart
from replay_gui.core.importers.run_builder import NOT_RECORDED

_ROLES = {
    "human": "user",
    "HumanMessage": "user",
    "SystemMessage": "system",
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "gpt": "assistant",
    "agent": "assistant",
    "bot": "assistant",
    "chatbot": "assistant",
    **{role: role for role in ("user", "assistant", "system", "tool")},
    "observation": "tool",
    "ToolMessage": "tool",
    "FunctionMessage": "tool",
    "function": "tool",
}
_LANGCHAIN = (
    *("human", "ai", "system", "tool", "function", "AIMessageChunk"),
    *("HumanMessage", "AIMessage", "SystemMessage", "ToolMessage", "FunctionMessage"),
)
_SPEAKERS = frozenset(_LANGCHAIN) - {"system", "tool", "function"}


class _Parts:
    """Collects what the parts of one message say."""

    def __init__(self) -> None:
        self.content: list[Any] = []
        self.reasoning: list[str] = []
        self.calls: list[MessageCall] = []
        self.results: list[MessageResult] = []
        self.rest: list[dict[str, Any]] = []  # members of parts that nothing above has

    def add(self, part: Any) -> None:
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
            case {"function_call": dict(call)} | {"functionCall": dict(call)}:
                self.calls.append(MessageCall(_id(call, "id"), str(call.get("name")), call.get("args")))
            case {"function_response": dict(result)} | {"functionResponse": dict(result)}:
                response = result.get("response")
                why, refused = failure_of(response)
                self.results.append(
                    MessageResult(
                        _id(result, "id"), _name(result), response, why is not None, why or "", refused=refused
                    )
                )
            case _ if kind in ("tool_call", "tool_use", "tool-call", "function_call", "toolCall", *_MORE_CALLS):
                self.calls.append(_call(part))
            case _ if kind in _RESULTS:
                self.results.append(_result(part))
                self._keep(part, *_RESULT)
            case {"thought": True, "text": str()}:  # of Google
                self.reasoning.append(_reasoning(part))
                self._keep(part, "thought", *_THOUGHT)
            case _ if kind in ("reasoning", "thinking", "redacted_thinking"):
                self.reasoning.append(_reasoning(part))
                self._keep(part, *_THOUGHT)
            case _ if (text := text_of(part)) is not None:
                self.content.append(text)
                self._keep(part, *TEXTS)
            case _:
                self.content.append(part)

    def _keep(self, part: dict[str, Any], *used: str) -> None:
        known = ("type", "part_kind", "id", "index", "timestamp", *used, *OF_PARTS)
        rest = {
            key: value for key, value in part.items() if key not in known and value not in (None, "", [], {}, False)
        }
        if rest:
            self.rest.append(rest)

    @property
    def whole(self) -> Any:
        """The text where there is nothing else, else the list of parts."""
        if not self.content:
            return None
        if all(isinstance(part, str) for part in self.content):
            return "\n".join(self.content)
        return self.content if len(self.content) > 1 else self.content[0]


_MORE_CALLS = ("builtin-tool-call", "server_tool_use", "mcp_tool_use")
OF_PARTS = {
    "tool_id": "an id",
    "signature": "a signature",
    "signatureProvider": "a signature",
    "thoughtSignature": "a signature",
    "encrypted_content": "reasoning in an encrypted form",
    "provider_name": "how the provider keeps a part",
    "provider_details": "how the provider keeps a part",
    "cache_control": "the provider's cache",
    "durationMs": "a clock",
}
"""Members of parts of messages that differ between faithful runs, and why; beside ids, places and times."""
_RESULT = (
    *("tool_use_id", "toolCallId", "call_id", "tool_call_id", "tool_id", "response", "result", "output", "content"),
    *("is_error", "isError", "name", "toolName", "tool_name"),
)
_THOUGHT = ("thinking", "text", "content", "summary", "data")
_HOLD_RESULTS = ("toolResult", "function_response", "functionResponse")
_RESULTS = (
    *("tool_call_response", "tool_result", "tool-result", "function_call_output", "tool-return", "toolResult"),
    *("mcp_tool_result", "web_search_tool_result", "builtin-tool-return"),
)


def is_message(value: Any) -> bool:
    """Return whether `value` is a message in a form that is read here."""
    match value:
        case (
            {"role": str(), "content": _}
            | {"role": str(), "parts": list()}
            | {"role": "tool", "tool_name": str(), "tool_output": _}
            | {"role": "assistant", "tool_calls": list()}
        ):
            return True
        case {"type": "function_call", "name": _, "arguments": _} | {"type": "function_call_output", "output": _}:
            return True
        case {"lc": int(), "id": list(), "kwargs": dict()}:
            return True
        case {"type": str(kind), "content": _} | {"type": str(kind), "data": {"content": _}} if kind in _LANGCHAIN:
            return True
        case {"type": "reasoning", "summary": list()} | {"from": str(), "value": str()}:
            return True
    return is_agent_chat(value) or (isinstance(value, dict) and is_of_framework(value))


def says_who_spoke(message: dict[str, Any]) -> bool:
    """Return whether a message says who spoke it, by a name that other records hardly have."""
    by_type = "Role" in message or (isinstance(kind := message.get("type"), str) and kind in _SPEAKERS)
    return by_type or bool(message.keys() & {"role", "from"}) or is_agent_chat(message) or "data" in message


def read_message(value: dict[str, Any]) -> Message:
    """Read one message of any form; what has none of them is content of its role."""
    value = as_chat(value) if "role" not in value and is_agent_chat(value) else value
    value = as_usual(value) if is_of_framework(value) else value
    if "role" not in value:
        if value.get("type") == "reasoning" and isinstance(value.get("summary"), list):
            rest = {key: member for key, member in value.items() if key not in ("type", *_THOUGHT, *OF_PARTS)}
            return Message("assistant", None, reasoning=_reasoning(value), calls=(), results=(), rest=_told(rest))
        value = _with_role(value)
    match value:
        case {"lc": int(), "id": [*_, str(name)], "kwargs": dict(facts)}:
            kind = {"serialised": value["type"]} if value.get("type") not in ("constructor", None) else {}
            value = {**facts, **kind, "role": _ROLES.get(name, name)}
            value.pop("type", None)
        case {"type": str(kind), "content": _} if kind in _LANGCHAIN and "role" not in value:
            value = {**{key: member for key, member in value.items() if key != "type"}, "role": kind}
        case {"role": "tool", "tool_name": str(name), "tool_output": output} if "content" not in value:
            call = MessageCall(None, name, arguments_of(value.get("tool_input")))
            result = MessageResult(None, name, content_of(output), _says_failed(value))
            rest = {key: member for key, member in value.items() if key not in (*_CALL_AND_RESULT, *_USED)}
            rest |= _status(value)
            return Message("tool", None, reasoning=None, calls=(call,), results=(result,), rest=rest)
        case {"type": "function_call" | "function_call_output"} if "role" not in value:
            role = "assistant" if value["type"] == "function_call" else "tool"
            parts = _Parts()
            parts.add(value)
            return Message(role, None, reasoning=None, calls=tuple(parts.calls), results=tuple(parts.results), rest={})
    role = str(value.get("role"))
    role = _ROLES.get(role) or _ROLES.get(role.lower(), role)
    parts = _Parts()
    content = value.get("content", value.get("parts"))
    if isinstance(content, dict) and content.get("type") in _RESULTS:
        content = [content]
    call_id = value.get("tool_call_id") or value.get("toolCallId")
    if call_id is None and isinstance(several := value.get("tool_call_ids"), list) and len(several) == 1:
        call_id = several[0]
    if role == "tool" and not _has_results(content):
        why, output = _why_failed(value), content_of(content if content not in (None, "") else value.get("tool_result"))
        failed = bool(why) or _says_failed(value)
        parts.results.append(MessageResult(_text_or_none(call_id), _name(value), output, failed, why))
    else:
        for part in content if isinstance(content, list) else [content]:
            parts.add(part)
    told = value.get("tool_calls", value.get("toolCalls"))
    calls = [_call(call) for call in told if isinstance(call, dict)] if isinstance(told, list) else []
    single = (value.get(name) for name in ("function_call", "tool_call"))
    calls += [_call(call) for call in single if isinstance(call, dict)]
    for name in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(value.get(name), str) and value[name]:
            parts.reasoning.append(value[name])
    rest = {key: member for key, member in value.items() if key not in _USED and member not in (None, [], {}, "")}
    if told is not None and not isinstance(told, list):
        rest["tool_calls"] = told
    rest |= _status(value)
    for name, is_read in (("tool_call", dict), ("tool_result", object if role == "tool" and not content else ())):
        if value.get(name) not in (None, [], {}, "") and not isinstance(value[name], is_read):
            rest[name] = value[name]
    if parts.rest:
        rest["parts"] = parts.rest
    if value.get("name") not in (None, "") and role != "tool":
        rest["name"] = value["name"]
    known = {call.id for call in calls if call.id is not None}
    calls += [call for call in parts.calls if call.id is None or call.id not in known]
    whole = parts.whole
    if role == "assistant" and isinstance(whole, str):
        thought, whole = thought_apart(whole)
        parts.reasoning += [thought] if thought else []
    reasoning = "\n".join(parts.reasoning) or None
    return Message(role, whole, reasoning=reasoning, calls=tuple(calls), results=tuple(parts.results), rest=rest)


def _with_role(value: dict[str, Any]) -> dict[str, Any]:
    """A message that LangChain keeps in ``data``, or ShareGPT's form, as one with a role; others as they are."""
    kind, data = value.get("type"), value.get("data")
    if isinstance(kind, str) and kind in _LANGCHAIN and isinstance(data, dict) and "content" in data:
        facts = {key: member for key, member in data.items() if (key, member) != ("type", kind)}
        return {**({"serialised": facts.pop("type")} if "type" in facts else {}), **facts, "role": kind}
    if isinstance(value.get("from"), str) and isinstance(value.get("value"), str):
        rest = {key: member for key, member in value.items() if key not in ("from", "value")}
        return {**rest, "role": value["from"], "content": value["value"]}
    return value


def _told(rest: dict[str, Any]) -> dict[str, Any]:
    return {key: member for key, member in rest.items() if member not in (None, [], {}, "")}


def _status(message: dict[str, Any]) -> dict[str, Any]:
    """Return the status of a message, where it says more than whether a call failed."""
    status = message.get("status")
    return {} if status in (None, "", "success", "completed", "error") else {"status": status}


def _says_failed(message: dict[str, Any]) -> bool:
    """Return whether a tool's message says that the call failed."""
    return message.get("is_error") is True or message.get("isError") is True or message.get("status") == "error"


def _why_failed(message: dict[str, Any]) -> str:
    """Return what a tool's message has as its error, in a line."""
    wrong = message.get("error")
    wrong = wrong.get("message", wrong) if isinstance(wrong, dict) else wrong
    return first_line(wrong) if isinstance(wrong, str) else ""


_CALL_AND_RESULT = ("tool_name", "tool_input", "tool_output")  # of a tool's message that has the call in it, too
_USED = frozenset(
    (
        *(
            "role",
            "content",
            "parts",
            "tool_calls",
            "toolCalls",
            "tool_call_id",
            "toolCallId",
            "tool_call_ids",
            "function_call",
        ),
        *(
            "tool_call",
            "tool_result",
            "name",
            "is_error",
            "isError",
            "status",
            "reasoning_content",
            "reasoning",
            "thinking",
            "invalid_tool_calls",
        ),
    )
)


_CALL = frozenset(
    (
        *(
            "id",
            "call_id",
            "toolCallId",
            "tool_call_id",
            "tool_id",
            "function",
            "name",
            "toolName",
            "tool_name",
            "index",
        ),
        *("arguments", "input", "args", "parameters", "type", "part_kind", "toolCallType", "cache_control"),
    )
)
_CALL_TYPES = (
    *(None, "function", "tool_call", "tool_use", "tool-call", "function_call", "toolCall", "tool"),
    *("server_tool_use", "mcp_tool_use"),
)


def _has_results(content: Any) -> bool:
    if not isinstance(content, list):
        return False
    return any(
        isinstance(part, dict) and (part.get("type") in _RESULTS or not part.keys().isdisjoint(_HOLD_RESULTS))
        for part in content
    )


def _call(call: dict[str, Any]) -> MessageCall:
    function = call.get("function")
    facts = function if isinstance(function, dict) else call
    given = next(
        (facts[key] for key in ("arguments", "input", "args", "parameters") if facts.get(key) is not None), None
    )
    named = facts.get("name") or facts.get("toolName") or facts.get("tool_name")
    name = named or (function if isinstance(function, str) and function else "tool")
    rest = {key: value for key, value in call.items() if key not in _CALL and value not in (None, "", [], {})}
    if call.get("type") not in _CALL_TYPES:
        rest["type"] = call["type"]
    return MessageCall(
        _id(call, "call_id", "id", "toolCallId", "tool_call_id", "tool_id"), str(name), arguments_of(given), rest
    )


def _result(part: dict[str, Any]) -> MessageResult:
    output = next((part[key] for key in ("response", "result", "output", "content") if part.get(key) is not None), None)
    failed = (
        part.get("is_error") is True
        or part.get("isError") is True
        or part.get("outcome") in ("failed", "denied", "retried")
    )
    if isinstance(output, dict) and output.keys() == {"type", "value"}:  # the Vercel AI SDK, version 5
        failed = failed or str(output["type"]).startswith("error")
        output = output["value"]
    call_id = _id(part, "tool_use_id", "toolCallId", "call_id", "tool_call_id", "tool_id", "id")
    return MessageResult(call_id, _name(part), content_of(output), failed, refused=part.get("outcome") == "denied")


def _reasoning(part: dict[str, Any]) -> str:
    thought = next((part[key] for key in ("thinking", "text", "content", "summary") if part.get(key)), None)
    text = content_of(arguments_of(thought) if isinstance(thought, str) and thought.startswith("[{") else thought)
    return text if isinstance(text, str) and text else thought if isinstance(thought, str) else NOT_RECORDED


def _id(value: dict[str, Any], *names: str) -> str | None:
    return next((str(value[name]) for name in names if value.get(name)), None)


def _name(value: dict[str, Any]) -> str | None:
    name = value.get("name") or value.get("toolName") or value.get("tool_name")
    return name if isinstance(name, str) else None


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
