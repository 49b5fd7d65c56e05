"""What an OpenTelemetry span says of an agent, in the dialects that are spoken.

GenAI semantic conventions; Traceloop's ``gen_ai.prompt.N``; Google ADK's ``gcp.vertex.agent``; any-agent's
``gen_ai.output``; OpenInference.
"""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.traces.otel_spans import RawSpan
from replay_gui.core.importers.formats.traces.spans import Role, Span, unfolded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.plain_values import plain

_OPERATIONS: dict[str, Role] = {
    "invoke_agent": "agent",
    "create_agent": "agent",
    "chat": "model",
    "generate_content": "model",
    "text_completion": "model",
    "call_llm": "model",
    "execute_tool": "tool",
    "embeddings": "step",
}
_KINDS: dict[str, Role] = {
    "AGENT": "agent",
    "LLM": "model",
    "TOOL": "tool",
    "RETRIEVER": "retriever",
    "GUARDRAIL": "guardrail",
    "CHAIN": "step",
    "EMBEDDING": "step",
    "RERANKER": "step",
}
_INPUTS = ("gen_ai.input.messages", "gcp.vertex.agent.llm_request", "input.value")
_OUTPUTS = ("gen_ai.output.messages", "gen_ai.output", "gcp.vertex.agent.llm_response", "output.value")
_ARGUMENTS = (
    *("gen_ai.tool.call.arguments", "gen_ai.tool.args", "gcp.vertex.agent.tool_call_args", "tool_arguments"),
    "input.value",
)
_RESULTS = (
    *("gen_ai.tool.call.result", "gen_ai.output", "gcp.vertex.agent.tool_response", "tool_response", "output.value"),
)
_MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name")
_IN = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
_OUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
_COSTS = (("gen_ai.usage.input_cost", "gen_ai.usage.output_cost"), ("cost_prompt", "cost_completion"))
_NUMBERED = {
    "prompt": re.compile(r"(?:gen_ai\.prompt|llm\.input_messages)\.(\d+)\.(?:message\.)?(.+)"),
    "completion": re.compile(r"(?:gen_ai\.completion|llm\.output_messages)\.(\d+)\.(?:message\.)?(.+)"),
}
_CALL = re.compile(r"tool_calls\.(\d+)\.(?:tool_call\.)?(?:function\.)?(id|name|arguments)")
_CONFIG = (
    "gen_ai.request.model",
    "gen_ai.agent.description",
    "gen_ai.agent.instructions",
    "gen_ai.system_instructions",
)


def role_of(span: RawSpan) -> Role:
    """What the span is; plumbing where nothing says that it has to do with an agent."""
    found = span.attributes
    operation, kind = found.get("gen_ai.operation.name"), found.get("openinference.span.kind")
    if isinstance(operation, str) and operation in _OPERATIONS:
        return _OPERATIONS[operation]
    if isinstance(kind, str):
        return _KINDS.get(kind.upper(), "step")
    if any(
        key in found for key in ("gen_ai.prompt.0.role", "gen_ai.completion.0.role", "gcp.vertex.agent.llm_request")
    ):
        return "model"
    return "plumbing"


def is_of_an_agent(span: RawSpan) -> bool:
    return role_of(span) != "plumbing"


def meaning(span: RawSpan, notes: ImportNotes) -> Span:
    """The span in the terms that all traces share."""
    found, role = span.attributes, role_of(span)
    name = _first(found, ("gen_ai.tool.name", "tool.name")) if role == "tool" else found.get("gen_ai.agent.name")
    given = _first(found, _ARGUMENTS if role == "tool" else _INPUTS)
    output = _first(found, _RESULTS if role == "tool" else _OUTPUTS)
    messages: list[Any] = []
    if role == "model":
        messages = _numbered(found, "prompt") or _messages(unfolded(given))
        output = _said(_numbered(found, "completion")) or output
    tokens = {"input": _first(found, _IN), "output": _first(found, _OUT)}
    costs = [[found[key] for key in pair if isinstance(found.get(key), int | float)] for pair in _COSTS]
    cost = next((sum(pair) for pair in costs if pair), None)
    call_id = found.get("gen_ai.tool.call.id")
    return Span(
        id=span.id,
        parent=span.parent,
        role=role,
        name=str(name or span.name),
        start=span.start,
        end=span.end,
        input=plain(unfolded(given), notes),
        output=_text(plain(unfolded(output), notes)),
        messages=tuple(plain(messages, notes)),
        error=span.error or _exception(span),
        config={key.rpartition(".")[2]: found[key] for key in _CONFIG if key in found} if role == "agent" else {},
        call_id=call_id if isinstance(call_id, str) else None,
        meta={
            "span": span.id,
            "model": _first(found, _MODELS) if role == "model" else None,
            "tokens": {key: int(count) for key, count in tokens.items() if _is_count(count)} or None,
            "cost": cost,
            "attributes": plain(found, notes),
        },
    )


def _first(found: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((found[key] for key in keys if found.get(key) is not None), None)


def _is_count(value: Any) -> bool:
    return type(value) is int or (isinstance(value, str) and value.isdecimal() and len(value) < 18)


def _messages(given: Any) -> list[Any]:
    """The messages in what a model was sent: a list of them, or a request that has them."""
    match given:
        case list():
            return given
        case {"contents": list(contents)}:
            instruction = given["config"].get("system_instruction") if isinstance(given.get("config"), dict) else None
            return [*([{"role": "system", "content": instruction}] if instruction else []), *contents]
        case {"messages": list(messages)}:
            return messages
        case str() if given:
            return [{"role": "user", "content": given}]
    return []


def _numbered(found: dict[str, Any], which: str) -> list[dict[str, Any]]:
    """Messages that are spread over attributes with a number in their names."""
    messages: dict[int, dict[str, Any]] = {}
    for key, value in found.items():
        if (match := _NUMBERED[which].fullmatch(key)) and len(match[1]) < 9:
            message = messages.setdefault(int(match[1]), {})
            if call := _CALL.fullmatch(match[2]):
                calls = message.setdefault("tool_calls", {})
                calls.setdefault(call[1], {})[call[2]] = unfolded(value) if call[2] == "arguments" else value
            else:
                message[match[2]] = value
    for message in messages.values():
        if isinstance(calls := message.get("tool_calls"), dict):
            message["tool_calls"] = list(calls.values())
    return [messages[number] for number in sorted(messages)]


def _said(messages: list[dict[str, Any]]) -> Any:
    return messages[0] if len(messages) == 1 else messages or None


def _text(output: Any) -> Any:
    """The text, where a model's output is nothing else."""
    match output:
        case {"content": str(text), "role": "assistant"} | {
            "content": str(text),
            "role": "assistant",
            "finish_reason": _,
        }:
            return text
        case [{"content": str(text), "role": "assistant", **rest}] if not any(rest.values()):
            return text
        case {"content": {"parts": [{"text": str(text)}]}}:
            return text
    return output


def _exception(span: RawSpan) -> str | None:
    for event in span.events:
        if isinstance(event, dict) and event.get("name") == "exception":
            facts = event.get("attributes")
            facts = facts if isinstance(facts, dict) else {}
            return str(facts.get("exception.message") or facts.get("exception.type") or "exception")
    return None
