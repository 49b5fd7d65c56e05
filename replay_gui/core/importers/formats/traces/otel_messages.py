"""Read the messages to and from a model in an OpenTelemetry span's attributes and events."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.formats.traces.langchain_wrappers import (
    paired_message,
    step_output,
    tool_output,
    without_callback,
)
from replay_gui.core.importers.formats.traces.otel_attributes import Attributes, is_volatile
from replay_gui.core.importers.formats.traces.otel_spans import RawSpan
from replay_gui.core.importers.formats.traces.spans import Role, unfolded

_INPUTS = (
    *("gen_ai.input.messages", "gcp.vertex.agent.llm_request", "ai.prompt.messages", "ai.prompt"),
    *("pydantic_ai.all_messages", "all_messages_events", "gen_ai.prompt", "input.value"),
    *("traceloop.entity.input", "gen_ai.task.input", "mlflow.spanInputs"),
)
_OUTPUTS = (
    *("gen_ai.output.messages", "gcp.vertex.agent.llm_response", "ai.response.text", "ai.response.object"),
    *("final_result", "gen_ai.output", "gen_ai.completion", "output.value"),
    *("traceloop.entity.output", "gen_ai.task.output", "mlflow.spanOutputs"),
)
_ARGUMENTS = (
    *("gen_ai.tool.call.arguments", "gen_ai.tool.args", "gcp.vertex.agent.tool_call_args", "tool_arguments"),
    *("ai.toolCall.args", "ai.toolCall.input", "traceloop.entity.input", "mlflow.spanInputs", "input.value"),
    "input",
)
_RESULTS = (
    *("gen_ai.tool.call.result", "gen_ai.output", "gcp.vertex.agent.tool_response", "tool_response"),
    *("ai.toolCall.result", "ai.toolCall.output", "traceloop.entity.output", "mlflow.spanOutputs", "output.value"),
    "output",
)
_TOOLS = ("gen_ai.tool.name", "ai.toolCall.name", "tool.name", "traceloop.entity.name")
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
_SPEAKERS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE, _DETAILS, _EVALUATION = (
    "gen_ai.choice",
    "gen_ai.client.inference.operation.details",
    "gen_ai.evaluation.result",
)
TOOL_TASK = "Tool.task"
"""The end of the entity name of LlamaIndex' tools in Traceloop; the tool's own name is in its output."""
NOT_SPECIFIED = "<not specified>"  # Google ADK's placeholder for a missing id or result
_NO_RESULT = (NOT_SPECIFIED, {"result": NOT_SPECIFIED}, "<not serializable>")
_ELIDED = "<elided>"  # Google ADK's placeholder for data that it does not record
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
    events = _events(span)
    sent = _numbered(attributes, "prompt") or events[0]
    answered = _numbered(attributes, "completion") or events[1]
    given, before = without_callback(unfolded(attributes.take_attribute(*_INPUTS)) if not sent else None)
    output, after = without_callback(unfolded(attributes.take_attribute(*_OUTPUTS)) if not answered else None)
    output = step_output(output)
    given = given["request"] if _is_request(given) else given
    _mark_repeats(attributes, sent, answered)
    _mark_equals(attributes)
    instructions = unfolded(attributes.take_attribute("gen_ai.system_instructions")) if role == "model" else None
    others = {"callback": before | after}
    if not sent and (sent := _messages(given)):
        others["request"] = _beside(given)
    if not answered and (answered := _answers(output) or (_state(output) if role == "agent" else [])):
        others["response"] = _beside(output)
    if calls := _vercel_calls(attributes):
        text = output if isinstance(output, str) else None
        answered = [{"role": "assistant", "content": text, "tool_calls": calls}]
    if instructions:
        sent = [{"role": "system", "content": content_of(instructions)}, *sent]
    agent_answer = None if answered and role == "model" else _answer_of_agent(output, answered)
    return (
        sent,
        answered,
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
        if messages and _messages(unfolded(attributes.found.get(name))) in (messages, messages[1:]):
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
        elif output is None and event.get("name") == _CHOICE:
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


def evaluations(span: RawSpan) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return (evaluations of the span, events that were not read)."""
    scores, others = list[dict[str, Any]](), list[Any]()
    known = (*_SPEAKERS, _CHOICE, _DETAILS, "exception")  # a name can be unhashable
    for event in span.events:
        facts = event.get("attributes") if isinstance(event, dict) else None
        if not isinstance(facts, dict):
            others.append(event)
        elif event.get("name") == _EVALUATION:
            score, label = facts.get("gen_ai.evaluation.score.value"), facts.get("gen_ai.evaluation.score.label")
            scores.append(
                {
                    "passed": {"pass": True, "passed": True, "fail": False, "failed": False}.get(str(label).lower()),
                    "score": float(score) if isinstance(score, int | float) else None,
                    "by": str(facts.get("gen_ai.evaluation.name") or "evaluation"),
                    "label": str(label) if label is not None else None,
                }
            )
        elif event.get("name") == _DETAILS:
            others += _other_details(facts, span)
        elif event.get("name") not in known:
            others.append({"name": event.get("name"), "attributes": facts})
    return scores, others


def _without_nulls(value: Any) -> Any:
    """Return `value` without null members at any depth; objects of an SDK have many of them."""
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_nulls(member) for name, member in value.items() if member is not None}


def _other_details(facts: dict[str, Any], span: RawSpan) -> list[Any]:
    """Return the data of an inference-details event that neither its messages nor the span's attributes have."""
    used = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions")
    rest = {
        name: value
        for name, value in facts.items()
        if name not in used and not is_volatile(name) and unfolded(span.attributes.get(name)) != unfolded(value)
    }
    return [{"name": _DETAILS, "attributes": rest}] if rest else []


def _events(span: RawSpan) -> tuple[list[Any], list[Any]]:
    """Return (messages sent, messages received) from a span's events (conventions 1.28 to 1.36)."""
    sent, answered = list[Any](), list[Any]()
    for event in span.events:
        if not isinstance(event, dict):
            continue
        name, facts = str(event.get("name")), event.get("attributes")
        facts = facts if isinstance(facts, dict) else {}
        if name in _SPEAKERS:
            speaker = _SPEAKERS[name]
            used = ("content", "gen_ai.event.content", "id", *(("role",) if facts.get("role") == speaker else ()))
            more = {key: unfolded(value) for key, value in facts.items() if key not in used and value is not None}
            if facts.get("id"):
                more["tool_call_id"] = facts["id"]
            content = unfolded(facts.get("content", facts.get("gen_ai.event.content")))
            if isinstance(content, dict) and isinstance(content.get("parts"), list):  # Gemini's message
                sent.append({**_without_nulls(content), **more, "role": content.get("role") or speaker})
            elif content != _ELIDED:
                sent.append({"content": content, **more, "role": speaker})
        elif name == _CHOICE and facts.get("content") != _ELIDED:
            message = _without_nulls(unfolded(facts.get("message", facts.get("content"))))
            more = {key: unfolded(value) for key, value in facts.items() if key not in ("message", "content", "id")}
            whole = message if is_message(message) else {"role": "assistant", "content": message}
            answered.append({**whole, **more})
        elif name == _DETAILS:
            if instructions := unfolded(facts.get("gen_ai.system_instructions")):
                sent.append({"role": "system", "content": content_of(instructions)})
            sent += _messages(unfolded(facts.get("gen_ai.input.messages")))
            answered += _messages(unfolded(facts.get("gen_ai.output.messages")))
    return sent, answered


def _is_request(given: Any) -> bool:
    """Return whether the input of an agent's span is the one argument of its method, a request of the Responses API."""
    return isinstance(given, dict) and given.keys() == {"request"} and bool(_items(given["request"], "input"))


def _items(value: Any, name: str) -> list[Any]:
    """Return the items of a request or response of the Responses API; [] if they are not all messages and calls."""
    held = value.get(name) if isinstance(value, dict) else None
    items = held if isinstance(held, list) and all(map(is_message, held)) else []
    usual = (("type", "message"), ("status", "completed"))
    return [
        {name: fact for name, fact in item.items() if fact is not None and name != "id" and (name, fact) not in usual}
        for item in items
    ]


def _messages(given: Any) -> list[Any]:
    """Return the messages in a model's input: a list, or a request with messages."""
    match given:
        case list() if any(isinstance(message, dict) and {"role", "kind", "lc"} & message.keys() for message in given):
            return _flat(given)
        case {"contents": list(contents)}:
            instruction = given["config"].get("system_instruction") if isinstance(given.get("config"), dict) else None
            return [*([{"role": "system", "content": instruction}] if instruction else []), *contents]
        case {"messages": [list(messages)]} if paired_message(messages) is None:
            return _flat(messages)
        case {"messages": list(messages)}:
            return _flat([paired_message(message) or message for message in messages])
        case {"input": list()}:
            return _items(given, "input")
        case {"prompt": str(prompt)}:
            system = given.get("system")
            return [
                *([{"role": "system", "content": system}] if isinstance(system, str) else []),
                {"role": "user", "content": prompt},
            ]
        case {"task": str(task), "reset": bool(), **more}:  # the arguments of smolagents' `run`
            settings = {"reset": given["reset"], **more}
            return [{"role": "user", "content": task, "settings": _without_nulls(settings)}]
        case str() if given:
            return [{"role": "user", "content": given}]
    return []


def _flat(messages: list[Any]) -> list[Any]:
    """Return the messages; Pydantic AI's, which hold parts of several speakers, are split."""
    flattened = list[Any]()
    for message in messages:
        if isinstance(message, dict) and message.get("kind") in ("request", "response") and "role" not in message:
            parts = message.get("parts")
            for part in parts if isinstance(parts, list) else []:
                kind = str(part.get("part_kind")) if isinstance(part, dict) else ""
                role = "assistant" if message["kind"] == "response" else kind.removesuffix("-prompt")
                flattened.append({"role": "tool" if kind == "tool-return" else role, "content": [part]})
        else:
            flattened.append(message)
    return flattened


def _answers(output: Any) -> list[Any]:
    match output:
        case [dict(), *_] if all(is_message(answer) for answer in output):
            return list(output)
        case {"object": "response", "output": list()}:
            return _items(output, "output")
        case {"role": _} | {"candidates": [{"content": {"parts": list()}}, *_]}:
            return [output]
        case {"choices": [{"message": dict(message)}, *_]}:
            return [{"role": "assistant", **message}]
        case {"content": {"parts": list(parts)}}:
            return [{"role": "assistant", "content": parts}]
        case {"generations": [[{"message": dict(message)}]]}:
            return [message]
    return []


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
