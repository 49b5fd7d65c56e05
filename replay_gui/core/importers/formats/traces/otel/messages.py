"""Read the messages to and from a model in an OpenTelemetry span's attributes and events."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.formats.traces.langchain_wrappers import (
    step_output,
    tool_output,
    without_callback,
)
from replay_gui.core.importers.formats.traces.otel.attributes import Attributes
from replay_gui.core.importers.formats.traces.otel.events import CHOICE, messages_of_events
from replay_gui.core.importers.formats.traces.otel.message_values import answer_messages, items_in, sent_messages
from replay_gui.core.importers.formats.traces.otel.spans import RawSpan
from replay_gui.core.importers.formats.traces.spans import Role, unfolded, unfolded_or_none

_INPUTS = (
    *("gen_ai.input.messages", "gcp.vertex.agent.llm_request", "ai.prompt.messages", "ai.prompt"),
    *("pydantic_ai.all_messages", "all_messages_events", "gen_ai.prompt", "input.value"),
    *("traceloop.entity.input", "gen_ai.task.input", "mlflow.spanInputs", "lmnr.span.input", "agentops.entity.input"),
)
_OUTPUTS = (
    *("gen_ai.output.messages", "gcp.vertex.agent.llm_response", "ai.response.text", "ai.response.object"),
    *("final_result", "gen_ai.output", "gen_ai.completion", "output.value"),
    *(
        "traceloop.entity.output",
        "gen_ai.task.output",
        "mlflow.spanOutputs",
        "lmnr.span.output",
        "agentops.entity.output",
    ),
)
_ARGUMENTS = (
    *("gen_ai.tool.call.arguments", "gen_ai.tool.args", "gcp.vertex.agent.tool_call_args", "tool_arguments"),
    *("ai.toolCall.args", "ai.toolCall.input", "traceloop.entity.input", "mlflow.spanInputs", "input.value"),
    *("lmnr.span.input", "agentops.entity.input", "gen_ai.prompt", "input"),
)
_RESULTS = (
    *("gen_ai.tool.call.result", "gen_ai.output", "gcp.vertex.agent.tool_response", "tool_response"),
    *("ai.toolCall.result", "ai.toolCall.output", "traceloop.entity.output", "mlflow.spanOutputs", "output.value"),
    *("lmnr.span.output", "agentops.entity.output", "gen_ai.completion", "output"),
)
_TOOLS = ("gen_ai.tool.name", "ai.toolCall.name", "tool.name", "traceloop.entity.name", "operation.name")
_TWINS = (
    *(("gen_ai.task.input", "traceloop.entity.input"), ("gen_ai.task.output", "traceloop.entity.output")),
    *(("traceloop.entity.input", "gen_ai.tool.call.arguments"), ("traceloop.entity.output", "gen_ai.tool.call.result")),
)
"""Pairs of attributes in which Traceloop repeats the same value."""
_NUMBERED = {
    "prompt": re.compile(r"(?:gen_ai\.prompt|llm\.input_messages)\.(\d{1,8})\.(?:message\.)?(.+)"),
    "completion": re.compile(r"(?:gen_ai\.completion|llm\.output_messages)\.(\d{1,8})\.(?:message\.)?(.+)"),
}
_CALL = re.compile(r"tool_calls\.(\d{1,8})\.(?:tool_call\.)?(?:function\.)?(id|name|arguments)")
_PART = re.compile(r"contents\.(\d{1,8})\.(?:message_content|tool_call)\.(?:function\.)?(.+)")
TOOL_TASK = "Tool.task"
"""The end of the entity name of LlamaIndex' tools in Traceloop; the tool's own name is in its output."""
NOT_SPECIFIED = "<not specified>"  # Google ADK's placeholder for a missing id or result
_NO_RESULT = (NOT_SPECIFIED, {"result": NOT_SPECIFIED}, "<not serializable>")
_HOLD_MESSAGES = (
    *("messages", "contents", "prompt", "task", "choices", "candidates", "content", "generations", "input", "output"),
)
"""Members of requests and responses with the messages; the first that there is holds them."""
_VOLATILE_BESIDE = ("id", "created", "usage", "usage_metadata", "system_fingerprint")
_TOOL_EVENTS, _ROLE = ("gen_ai.tool.message", "gen_ai.choice"), ("role", "tool")


def messages_of(
    span: RawSpan, attributes: Attributes, role: Role
) -> tuple[list[Any], list[Any], Any, Any, dict[str, Any]]:
    """Return (messages sent, messages received, input, output, other data: of the request, the response, a callback).

    Input and output are None if messages have the same content.
    """
    events = messages_of_events(span, is_agent=role == "agent")
    sent = _numbered(attributes, "prompt") or events[0]
    answered = _numbered(attributes, "completion") or events[1]
    read = unfolded if role == "model" else unfolded_or_none  # a model may answer with this word
    given, before = without_callback(read(attributes.take_attribute(*_INPUTS)) if not sent else None)
    output, after = without_callback(read(attributes.take_attribute(*_OUTPUTS)) if not answered else None)
    output = step_output(output)
    given = given["request"] if _is_request(given) else given
    _mark_repeats(attributes, sent, answered)
    _mark_equals(attributes)
    instructions = unfolded(attributes.take_attribute("gen_ai.system_instructions")) if role == "model" else None
    others = {"callback": before | after}
    if not sent and (sent := sent_messages(given)):
        others["request"] = _beside(given)
    state = _state(output) if role == "agent" and not answered else []
    if not answered and not state and (answered := answer_messages(output)):
        others["response"] = _beside(output)
    if calls := _vercel_calls(attributes):
        text = output if isinstance(output, str) else None
        answered = [{"role": "assistant", "content": text, "tool_calls": calls}]
    if instructions:
        sent = [{"role": "system", "content": content_of(instructions)}, *sent]
    agent_answer = None if answered and role == "model" else _answer_of_agent(output, answered)
    return (
        sent,
        answered or state,
        None if sent else given,
        agent_answer,
        {name: facts for name, facts in others.items() if facts},
    )


def _beside(value: Any) -> dict[str, Any]:
    """Return the other members of a request or a response than its messages, without ids, times and counts."""
    if not isinstance(value, dict) or {"role", "lc"} & value.keys():
        return {}
    holds = next((name for name in _HOLD_MESSAGES if name in value), "")
    used = (holds, *_VOLATILE_BESIDE, *(("system",) if holds == "prompt" else ()))
    used += ("object",) if value.get("object") == "response" else ()
    beside = {name: member for name, member in value.items() if name not in used and member is not None}
    if isinstance(about := beside.get("llm_output"), dict):
        beside["llm_output"] = {
            name: fact for name, fact in about.items() if name not in (*_VOLATILE_BESIDE, "token_usage")
        }
    if isinstance(config := beside.get("config"), dict):
        beside["config"] = {name: member for name, member in config.items() if name != "system_instruction"}
    choices = [
        {name: fact for name, fact in choice.items() if name not in ("message", "index") and fact is not None}
        for choice in maps_in(value.get("choices"))
    ]
    return beside | ({"choices": choices} if any(choices) else {})


def _mark_repeats(attributes: Attributes, sent: list[Any], answered: list[Any]) -> None:
    """Mark attributes as read that repeat the content of events."""
    for name, messages in (("gen_ai.input.messages", sent), ("gen_ai.output.messages", answered)):
        if messages and sent_messages(unfolded(attributes.found.get(name))) in (messages, messages[1:]):
            attributes.mark_read(name)


def _mark_equals(attributes: Attributes) -> None:
    """Mark attributes as read that are equal to one that was read."""
    for twin, own in _TWINS:
        if own in attributes.found and attributes.found[own] == attributes.found.get(twin):
            attributes.mark_read(twin)


def tool_of(span: RawSpan, attributes: Attributes) -> tuple[str, Any, Any, dict[str, Any]]:
    """Return (name, input, output, other members) of a tool call."""
    name = str(attributes.take_attribute(*_TOOLS) or span.name.removeprefix("execute_tool "))
    given, before = without_callback(unfolded(attributes.take_attribute(*_ARGUMENTS)))
    output, after = without_callback(unfolded(attributes.take_attribute(*_RESULTS)))
    _mark_equals(attributes)
    if name.endswith(TOOL_TASK) and isinstance(output, dict) and output.get("tool_name"):
        name = str(output["tool_name"])
    output, of_message = tool_output(None if output in _NO_RESULT else output)
    for event in span.events:  # Strands has both in events
        if not isinstance(event, dict):
            continue
        facts = event.get("attributes")
        facts = facts if isinstance(facts, dict) else {}
        if given is None and event.get("name") == "gen_ai.tool.message":
            given = content_of(unfolded(facts.get("content")))
        elif output is None and event.get("name") == CHOICE:
            output = content_of(unfolded(facts.get("message")))
    return name, given, output, before | after | of_message


def facts_of_tool(span: RawSpan) -> dict[str, Any]:
    """Return the data in the events of a tool's span other than input and output."""
    used = ("content", "message", "id")
    attributes = [
        event.get("attributes")
        for event in span.events
        if isinstance(event, dict) and event.get("name") in _TOOL_EVENTS
    ]
    maps = [facts for facts in attributes if isinstance(facts, dict)]
    return {
        name: value for facts in maps for name, value in facts.items() if name not in used and (name, value) != _ROLE
    }


def _is_request(given: Any) -> bool:
    """Return whether the input of an agent's span is the one argument of its method, a request of the Responses API."""
    return isinstance(given, dict) and given.keys() == {"request"} and bool(items_in(given["request"], "input"))


def _state(output: Any) -> list[Any]:
    """Return the messages in the state that a LangGraph agent ended with."""
    messages = output.get("messages") if isinstance(output, dict) else None
    return messages if isinstance(messages, list) and all(map(is_message, messages)) else []


def _answer_of_agent(output: Any, answered: list[Any]) -> Any:
    """Return an agent's answer: its output, or the text of its last message."""
    if answered and isinstance(answered[-1], dict):
        if "lc" in answered[-1] or "data" in answered[-1]:
            return read_message(answered[-1]).content
        return content_of(answered[-1].get("content", answered[-1].get("parts")))
    return output


def _numbered(attributes: Attributes, which: str) -> list[dict[str, Any]]:
    """Return messages from attributes with a number in their names (``gen_ai.prompt.0.content``)."""
    messages: dict[int, dict[str, Any]] = {}
    for key, value in attributes.found.items():
        match = _NUMBERED[which].fullmatch(key)
        if match is None:
            continue
        attributes.mark_read(key)
        message = messages.setdefault(int(match[1]), {})
        if call := _CALL.fullmatch(match[2]):
            calls = message.setdefault("tool_calls", {})
            calls.setdefault(call[1], {})[call[2]] = unfolded(value) if call[2] == "arguments" else value
        elif part := _PART.fullmatch(match[2]):
            message.setdefault("contents", {}).setdefault(int(part[1]), {})[part[2]] = value
        else:
            message[match[2]] = unfolded(value) if match[2] == "content" else value
    for message in messages.values():
        if isinstance(calls := message.get("tool_calls"), dict):
            message["tool_calls"] = list(calls.values())
        if isinstance(parts := message.pop("contents", None), dict):
            several = [parts[number] for number in sorted(parts)]
            if message.setdefault("content", several) != several and _text_of(several) != message["content"]:
                message["contents"] = several
        message.setdefault("content", None)
        message.setdefault("role", "user" if which == "prompt" else "assistant")
    return [messages[number] for number in sorted(messages)]


def _text_of(parts: list[dict[str, Any]]) -> str | None:
    """Return the text of parts that are only text; None for other parts."""
    texts = [part.get("text") for part in parts if part.keys() == {"type", "text"} and part["type"] == "text"]
    return "\n".join(map(str, texts)) if len(texts) == len(parts) else None


def _vercel_calls(attributes: Attributes) -> list[Any]:
    calls = unfolded(attributes.take_attribute("ai.response.toolCalls"))
    return calls if isinstance(calls, list) else []
