"""Read messages to and from a model, in the forms of today's providers and frameworks, into one form.

OpenAI (chat and responses), Anthropic, Google, AWS Bedrock (Strands), the GenAI conventions of OpenTelemetry
(``parts``), the Vercel AI SDK, LangChain (also serialised), Pydantic AI, AutoGen, and those of `framework_messages`.
"""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.autogen_messages import as_chat, is_agent_chat
from replay_gui.core.importers.formats.framework_messages import as_usual, is_of_framework
from replay_gui.core.importers.formats.message import Message, MessageCall, MessageResult
from replay_gui.core.importers.formats.message_content import arguments_of, content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_parts import (
    EMPTY,
    OF_PARTS,
    OF_THOUGHTS,
    RESULT_TYPES,
    MessageParts,
    has_results,
    read_call,
    read_thought,
    tool_name,
)
from replay_gui.core.importers.formats.message_text import split_calls, split_reasoning, without_result_tags
from replay_gui.core.importers.formats.providers.provider_answers import as_message, is_answer

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
_TOOL_NAME = re.compile(r"[\w.:/-]{1,100}")
_CALL_TAG = "<tool_call>"
_SPEAKERS = frozenset(_LANGCHAIN) - {"system", "tool", "function"}
_OF_CALL_AND_RESULT = ("tool_name", "tool_input", "tool_output")  # a tool's message that also holds the call
_REASONING = ("reasoning_content", "reasoning", "thinking")  # its text; an object holds its settings
_OF_MESSAGES = frozenset(
    {
        *("role", "content", "parts", "tool_calls", "toolCalls", "tool_call_id", "toolCallId", "tool_call_ids"),
        *("function_call", "tool_call", "tool_result", "name", "is_error", "isError", "status"),
        *_REASONING,
    }
)


def is_message(value: Any) -> bool:
    """Return whether `value` is a message in a known form."""
    match value:
        case (
            {"role": str(), "content": _}
            | {"role": str(), "parts": list()}
            | {"role": "tool", "tool_name": str(), "tool_output": _}
            | {"role": "assistant", "tool_calls": list()}
            | {"role": "assistant", "toolCalls": list()}
        ):
            return True
        case {"sender": str(speaker), "content": _} | {"sender": str(speaker), "parts": list()} if speaker in _ROLES:
            return "role" not in value
        case {"role": str(), "text": str()} | {"role": "system", "system_prompt": str(), "text": None}:
            return "type" not in value  # beside a type it is one of several sorts of records
        case {"type": "function_call", "name": _, "arguments": _}:
            return True
        case {"type": "function_call_output" | "function_call_result", "output": _}:
            return True
        case {"lc": int(), "id": list(), "kwargs": dict()}:
            return True
        case {"type": str(kind), "content": _} | {"type": str(kind), "data": {"content": _}} if kind in _LANGCHAIN:
            return True
        case {"type": "reasoning", "summary": list()} | {"from": str(), "value": str()}:
            return True
    return is_agent_chat(value) or is_answer(value) or (isinstance(value, dict) and is_of_framework(value))


def names_speaker(message: dict[str, Any]) -> bool:
    """Return whether a message names its speaker in a member that other records rarely have."""
    by_type = "Role" in message or (isinstance(kind := message.get("type"), str) and kind in _SPEAKERS)
    by_class = "lc" in message and isinstance(names := message.get("id"), list) and names and names[-1] in _LANGCHAIN
    is_named = by_type or by_class or is_agent_chat(message) or is_answer(message)
    return bool(is_named or message.keys() & {"role", "from", "sender"} or "data" in message)


def read_message(value: dict[str, Any]) -> Message:
    """Read one message of any known form; unknown data becomes its content."""
    value = as_message(value) if "role" not in value and is_answer(value) else value
    value = as_chat(value) if "role" not in value and is_agent_chat(value) else value
    value = as_usual(value) if is_of_framework(value) else value
    if "role" in value and "text" in value and value.keys().isdisjoint(("content", "parts")):
        content = value["text"] if value["text"] is not None else value.get("system_prompt")
        value = {**{key: member for key, member in value.items() if key != "text"}, "content": content}
        if value.get("system_prompt") in (None, content):
            value.pop("system_prompt", None)
    if "role" not in value:
        if value.get("type") == "reasoning" and isinstance(value.get("summary"), list):
            return _thought(value)
        value = _with_role(value)
    match value:
        case {"lc": int(), "id": [*_, str(name)], "kwargs": dict(facts)}:
            kind = {"serialised": value["type"]} if value.get("type") not in ("constructor", None) else {}
            value = {**facts, **kind, "role": _ROLES.get(name, name)}
            value.pop("type", None)
        case {"type": str(kind), "content": _} if kind in _LANGCHAIN and "role" not in value:
            value = {**{key: member for key, member in value.items() if key != "type"}, "role": kind}
        case {"role": "assistant", "content": str(text), "finish_reason": "tool_calls"} if "tool_calls" not in value:
            if _are_calls(calls := arguments_of(text)):  # the form of JetBrains' Koog
                value = {**value, "content": None, "tool_calls": calls}
        case {"role": "tool", "tool_name": str(), "tool_output": _} if "content" not in value:
            return _call_and_result(value)
        case {"type": "function_call" | "function_call_output" | "function_call_result"} if "role" not in value:
            return _call_or_result(value)
    return _of_role(value)


def _are_calls(value: Any) -> bool:
    """Whether a value is a list of calls in the form of OpenAI's Chat Completions API."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(call, dict) and isinstance(call.get("function"), dict) and "name" in call["function"]
            for call in value
        )
    )


def _with_role(value: dict[str, Any]) -> dict[str, Any]:
    """Convert a message with a ``sender``, in LangChain's ``data`` or in ShareGPT's form to one with a role.

    Others are returned unchanged.
    """
    sender = value.get("sender")
    if isinstance(sender, str) and sender in _ROLES and not value.keys().isdisjoint(("content", "parts")):
        return {**{key: member for key, member in value.items() if key != "sender"}, "role": sender}
    kind, data = value.get("type"), value.get("data")
    if isinstance(kind, str) and kind in _LANGCHAIN and isinstance(data, dict) and "content" in data:
        facts = {key: member for key, member in data.items() if (key, member) != ("type", kind)}
        return {**({"serialised": facts.pop("type")} if "type" in facts else {}), **facts, "role": kind}
    if isinstance(value.get("from"), str) and isinstance(value.get("value"), str):
        rest = {key: member for key, member in value.items() if key not in ("from", "value")}
        role, text = value["from"], value["value"]
        arguments = arguments_of(text) if role == "function_call" else None
        calls = arguments if isinstance(arguments, list) else [arguments]
        if all(isinstance(call, dict) and isinstance(call.get("name"), str) for call in calls):
            return {**rest, "role": "assistant", "content": None, "tool_calls": calls}
        is_result = _ROLES.get(role) == "tool"
        return {**rest, "role": role, "content": without_result_tags(text) if is_result else text}
    return value


def _thought(value: dict[str, Any]) -> Message:
    """Read reasoning that is a separate message."""
    known = ("type", *OF_THOUGHTS, *OF_PARTS)
    rest = {key: member for key, member in value.items() if key not in known and member not in EMPTY}
    return Message("assistant", None, reasoning=read_thought(value), calls=(), results=(), rest=rest)


def _call_and_result(value: dict[str, Any]) -> Message:
    """Read a tool's message that also holds the call."""
    name = value["tool_name"]
    call = MessageCall(None, name, arguments_of(value.get("tool_input")))
    result = MessageResult(None, name, content_of(value["tool_output"]), _reports_failure(value))
    rest = {key: member for key, member in value.items() if key not in _OF_MESSAGES.union(_OF_CALL_AND_RESULT)}
    rest |= _status(value)
    return Message("tool", None, reasoning=None, calls=(call,), results=(result,), rest=rest)


def _call_or_result(value: dict[str, Any]) -> Message:
    """Read a separate call or result of the Responses API."""
    parts = MessageParts()
    parts.add(value)
    role = "assistant" if value["type"] == "function_call" else "tool"
    rest = {"parts": parts.rest} if parts.rest else {}
    return Message(role, None, reasoning=None, calls=tuple(parts.calls), results=tuple(parts.results), rest=rest)


def _of_role(value: dict[str, Any]) -> Message:
    """Read a message with a role: its content, perhaps in parts, and the calls and reasoning in other members."""
    role = str(value.get("role"))
    role = _ROLES.get(role) or _ROLES.get(role.lower(), role)
    content = value.get("content", value.get("parts"))
    if isinstance(content, dict) and content.get("type") in RESULT_TYPES:
        content = [content]
    parts = MessageParts()
    if role == "tool" and not has_results(content):
        parts.results.append(_result(value, content))
    else:
        for part in content if isinstance(content, list) else [content]:
            parts.add(part)
    calls = _calls_beside(value)
    known = {call.id for call in calls if call.id is not None}
    calls += [call for call in parts.calls if call.id is None or call.id not in known]
    for told in map(_thought_in, map(value.get, _REASONING)):
        if told and told not in parts.reasoning:  # some programs write it under two names
            parts.reasoning.append(told)
    whole = parts.whole
    if role == "assistant" and isinstance(whole, str):
        thought, whole = split_reasoning(whole)
        parts.reasoning += [thought] if thought else []
        if isinstance(whole, str) and _CALL_TAG in whole:
            tagged_calls, whole = split_calls(whole)
            calls += map(read_call, tagged_calls)
            whole = whole or None
    rest = _rest(value, role, has_content=bool(content))
    if parts.rest:
        rest["parts"] = parts.rest
    if parts.usage:
        rest.setdefault("usage", parts.usage)
    if value.get("name") not in (None, "") and role != "tool":
        rest["name"] = value["name"]
    return Message(
        role,
        whole,
        reasoning="\n".join(parts.reasoning) or None,
        calls=tuple(calls),
        results=tuple(parts.results),
        rest=rest,
    )


def _thought_in(member: Any) -> str:
    """Return the reasoning in a member of a message; "" if it has none, such as settings of the reasoning."""
    text = member.get("thinking") if isinstance(member, dict) else member
    return text if isinstance(text, str) else ""


def _calls_beside(value: dict[str, Any]) -> list[MessageCall]:
    """Return the calls in members other than the content."""
    several = value.get("tool_calls", value.get("toolCalls"))
    several = several if isinstance(several, list) else []
    calls = [_named_call(call) if isinstance(call, str) else read_call(call) for call in several if _is_call(call)]
    is_repeated = _has_its_call(value)
    alone = (value.get("function_call"), None if is_repeated else value.get("tool_call"))
    return [*calls, *(read_call(call) for call in alone if isinstance(call, dict))]


def _is_call(value: Any) -> bool:
    """Whether an item of a list of calls is one, or the bare name of the tool that was called."""
    return isinstance(value, dict) or (isinstance(value, str) and _TOOL_NAME.fullmatch(value) is not None)


def _named_call(name: str) -> MessageCall:
    return MessageCall(None, name, None)


def _has_its_call(value: dict[str, Any]) -> bool:
    """Whether a tool's message has beside its result the call that it answers, as AgentDojo writes it."""
    call = value.get("tool_call")
    return isinstance(call, dict) and "tool_call_id" in value and call.get("id") == value["tool_call_id"]


def _result(value: dict[str, Any], content: Any) -> MessageResult:
    """Return a tool's message as a result."""
    call_id = value.get("tool_call_id") or value.get("toolCallId")
    several = value.get("tool_call_ids")
    if call_id is None and isinstance(several, list) and len(several) == 1:
        call_id = several[0]
    why, output = _why_failed(value), content_of(content if content not in (None, "") else value.get("tool_result"))
    failed = bool(why) or _reports_failure(value)
    return MessageResult(
        call_id if isinstance(call_id, str) and call_id else None, tool_name(value), output, failed, why
    )


def _rest(value: dict[str, Any], role: str, *, has_content: bool) -> dict[str, Any]:
    """Return the members that are not read, or whose value has an unknown form."""
    rest = {key: member for key, member in value.items() if key not in _OF_MESSAGES and member not in EMPTY}
    settings = {name: value[name] for name in _REASONING if isinstance(value.get(name), dict)}
    rest |= {name: kept for name, own in settings.items() if (kept := _without_thought(own))}
    calls = value.get("tool_calls", value.get("toolCalls"))
    unread = [call for call in calls if not _is_call(call)] if isinstance(calls, list) else calls
    if unread not in EMPTY:
        rest["tool_calls"] = unread
    rest |= _status(value)
    call_is_read = isinstance(value.get("tool_call"), dict) and not _has_its_call(value)
    is_read = {"tool_call": call_is_read, "tool_result": role == "tool" and not has_content}
    rest |= {name: value[name] for name, read in is_read.items() if not read and value.get(name) not in EMPTY}
    return rest


def _without_thought(settings: dict[str, Any]) -> dict[str, Any]:
    read = ("thinking", "signature") if _thought_in(settings) else ()
    return {name: member for name, member in settings.items() if member not in EMPTY and name not in read}


def _status(message: dict[str, Any]) -> dict[str, Any]:
    """Return the status of a message, if it is more than success or failure."""
    status = message.get("status")
    return {} if status in (None, "", "success", "completed", "error") else {"status": status}


def _reports_failure(message: dict[str, Any]) -> bool:
    """Return whether a tool's message reports that the call failed."""
    return message.get("status") == "error" or any(message.get(name) is True for name in _FAILED)


_FAILED = ("is_error", "isError", "tool_call_error")  # the last one: Agno


def _why_failed(message: dict[str, Any]) -> str:
    """Return the error of a tool's message, in one line."""
    wrong = message.get("error")
    wrong = wrong.get("message", wrong) if isinstance(wrong, dict) else wrong
    return first_line(wrong) if isinstance(wrong, str) else ""
