"""The meaning of an OpenTelemetry span for an agent, in the known conventions.

GenAI semantic conventions, as attributes and as span events; Traceloop (``gen_ai.prompt.N``, ``traceloop.entity``);
OpenInference; the Vercel AI SDK (``ai.operationId``); Pydantic AI and Logfire; Strands; Microsoft Agent Framework;
Google ADK (``gcp.vertex.agent``); Gemini CLI; any-agent (``gen_ai.output``); MLflow (``mlflow.spanType``); Laminar
(``lmnr.span.type``).
"""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_events import first_line, split_traceback
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens, use_of
from replay_gui.core.importers.formats.records import as_map
from replay_gui.core.importers.formats.traces.langchain_wrappers import without_callback
from replay_gui.core.importers.formats.traces.otel.attributes import Attributes, compared_part
from replay_gui.core.importers.formats.traces.otel.events import evaluations
from replay_gui.core.importers.formats.traces.otel.messages import (
    NOT_SPECIFIED,
    TOOL_TASK,
    facts_of_tool,
    messages_of,
    tool_of,
)
from replay_gui.core.importers.formats.traces.otel.spans import FAILED, RawSpan
from replay_gui.core.importers.formats.traces.span_turns import rest_of
from replay_gui.core.importers.formats.traces.spans import Role, Span, unfolded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.plain_values import plain

_OPERATIONS: dict[str, Role] = {
    "invoke_agent": "agent",
    "create_agent": "step",
    "invoke_workflow": "agent",
    "chat": "model",
    "generate_content": "model",
    "text_completion": "model",
    "call_llm": "model",
    "llm_call": "model",  # Gemini CLI
    "tool_call": "tool",
    "execute_tool": "tool",
    "embeddings": "step",
    **dict.fromkeys(("create_thread", "create_message", "start_thread_run", "submit_tool_outputs"), "step"),
    "list_messages": "step",
}
_KINDS: dict[str, Role] = {  # OpenInference, Traceloop, MLflow, Laminar, LangSmith and AgentOps
    "AGENT": "agent",
    "WORKFLOW": "agent",
    "LLM": "model",
    "CHAT_MODEL": "model",
    "TOOL": "tool",
    "RETRIEVER": "retriever",
    "GUARDRAIL": "guardrail",
}
_KIND_NAMES = (
    *("openinference.span.kind", "traceloop.span.kind", "mlflow.spanType", "lmnr.span.type"),
    *("langsmith.span.kind", "agentops.span.kind"),
)
_LAMINARS_OTHER = "DEFAULT"
"""Laminar's type of a span of which it knows no other."""
_VERCEL: dict[str, Role] = {
    "ai.toolCall": "tool",
    "ai.embed": "step",
    "ai.embedMany": "step",
}
_MODEL_SIGNS = (
    "gen_ai.prompt.0.role",
    "gen_ai.completion.0.role",
    "gcp.vertex.agent.llm_request",
    "llm.request.type",
    "llm.token_count.completion",
)
_MODELS = (
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "ai.response.model",
    "ai.model.id",
    "mlflow.llm.model",
)
_IN = (
    *("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    *("ai.usage.inputTokens", "ai.usage.promptTokens"),
)
_OUT = (
    *("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
    *("ai.usage.outputTokens", "ai.usage.completionTokens"),
)
_CACHED = (
    *("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "ai.usage.cachedInputTokens"),
    *("llm.token_count.prompt_details.cache_read", "gen_ai.usage.cache_read_tokens", "gen_ai.usage.cached_tokens"),
    *("gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cached_tokens"),
)
_REASONING = (
    *("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "ai.usage.reasoningTokens"),
    *("gen_ai.usage.details.reasoning_tokens", "llm.token_count.completion_details.reasoning"),
)
_OF_MLFLOW = {"input": "input_tokens", "cached": "cache_read_input_tokens", "output": "output_tokens"}
_SORTS = (("input", _IN), ("cached", _CACHED), ("output", _OUT), ("reasoning", _REASONING))
_COSTS = (("gen_ai.usage.input_cost", "gen_ai.usage.output_cost"), ("cost_prompt", "cost_completion"))
_FINISHES = ("gen_ai.response.finish_reasons", "ai.response.finishReason", "gen_ai.completion.0.finish_reason")
_AGENTS = ("gen_ai.agent.name", "gen_ai.workflow.name", "agent_name", "traceloop.entity.name")
_PREPARES = "._prepare_chat_with_tools"  # LlamaIndex: a helper that its instrumentation marks as a model
_MERGED = "(merged tools)"
"""Google ADK's name for the span that merges the results of parallel calls."""
_NAMED = re.compile(r"execute_tool (?P<tool>[^\s()]+)|(?:invoke_agent (?P<agent>\S.*)|agent_run \[(?P<run>.+)\])")
"""Span names by the conventions, and Google ADK's: an interrupted span can lack attributes."""
_CALL_IDS = (
    *("gen_ai.tool.call.id", "gen_ai.tool.call_id", "ai.toolCall.id"),
    "lmnr.association.properties.metadata.tool_call_id",
)
_CONFIG = {
    "model": ("gen_ai.request.model",),
    "description": ("gen_ai.agent.description",),
    "instructions": ("gen_ai.agent.instructions", "gen_ai.system_instructions"),
    "tools": ("gen_ai.tool.definitions", "gen_ai.agent.tools"),
}


def role_of(span: RawSpan) -> Role:
    """Return the role of a span; "plumbing" if it is not connected with an agent."""
    attributes = span.attributes
    operation = attributes.get("gen_ai.operation.name")
    if attributes.get("gen_ai.tool.name") == _MERGED:
        return "plumbing"
    if isinstance(operation, str) and operation in _OPERATIONS:
        return _OPERATIONS[operation]
    for name in _KIND_NAMES:
        kind = unfolded(attributes.get(name))
        if kind == _LAMINARS_OTHER:
            continue
        if isinstance(kind, str) and (span.name.endswith(_PREPARES) or _is_handoff(span)):
            return "step"
        if kind == "task" and str(attributes.get("traceloop.entity.name")).endswith(TOOL_TASK):
            return "tool"
        if kind == "task" and _is_chat_task(attributes):
            return "model"
        if isinstance(kind, str):
            return _KINDS.get(kind.upper(), "step")
    vercel = attributes.get("ai.operationId")
    if isinstance(vercel, str):
        return _VERCEL.get(vercel) or ("model" if vercel.endswith((".doGenerate", ".doStream")) else "agent")
    if any(name in attributes for name in _MODEL_SIGNS):
        return "model"
    if isinstance(attributes.get("gen_ai.tool.name"), str) or isinstance(attributes.get("tool_arguments"), str):
        return "tool"
    if isinstance(attributes.get("tool.name"), str) and span.name.startswith(("tool.", "tool ", "execute_tool")):
        return "tool"
    if (named := _NAMED.fullmatch(span.name)) is not None:
        return "tool" if named["tool"] else "agent"
    if "agent_name" in attributes or ("gen_ai.agent.name" in attributes and span.name.startswith("agent")):
        return "agent"
    return "plumbing"


def _is_chat_task(attributes: dict[str, Any]) -> bool:
    """Return whether a task of LlamaIndex in Traceloop is a model's: it was given messages, and returned an answer."""
    names = (
        ("traceloop.entity.input", "input.value"),
        ("traceloop.entity.output", "output.value"),
    )  # CloudWatch: value
    given, output = (unfolded(next((attributes[one] for one in pair if one in attributes), None)) for pair in names)
    answer, _ = without_callback(output)
    if not (isinstance(given, dict) and isinstance(given.get("messages"), list) and isinstance(answer, dict)):
        return False
    return is_message(answer) and read_message(answer).role == "assistant"


def _is_handoff(span: RawSpan) -> bool:
    """Return whether a span of OpenAI's Agents SDK only repeats that a model's call handed the task over."""
    return span.name.startswith("handoff to ") and "tool.name" not in span.attributes


def is_of_an_agent(span: RawSpan) -> bool:
    """Return whether a span has data about an agent."""
    return role_of(span) != "plumbing"


def as_common_span(span: RawSpan, notes: ImportNotes) -> Span:
    """Return the span in the common form of all traces."""
    attributes, role = Attributes(span.attributes), role_of(span)
    name, given, output = span.name, None, None
    messages: list[Any] = []
    answers: list[Any] = []
    config: dict[str, Any] = {}
    call_id = attributes.take_attribute(*_CALL_IDS)
    call_id = None if call_id == NOT_SPECIFIED else call_id
    if role == "tool":
        name, given, output, around = tool_of(span, attributes)
        beside = {"callback": around} if around else {}
    else:
        messages, answers, given, output, beside = messages_of(span, attributes, role)
    if role == "agent":
        named = _NAMED.fullmatch(span.name)
        name = str(attributes.take_attribute(*_AGENTS) or (named and (named["agent"] or named["run"])) or span.name)
        config = {
            key: unfolded(value)
            for key, names in _CONFIG.items()
            if (value := attributes.take_attribute(*names)) is not None
        }
    model = unfolded(attributes.take_attribute(*_MODELS)) or _model_in(beside) if role == "model" else None
    if span.attributes.get("gen_ai.operation.name") in tuple(_OPERATIONS):  # the value can be unhashable
        attributes.mark_read("gen_ai.operation.name")
    if str(unfolded(span.attributes.get("mlflow.spanType"))).upper() in _KINDS:
        attributes.mark_read("mlflow.spanType")
    scores, others = evaluations(span, are_messages_read=role in ("agent", "model", "tool"))
    fields = attributes.rest(notes) | ({"events": plain(others, notes)} if others else {})
    fields |= plain(beside, notes)
    if role == "agent" and answers and is_message(answers[-1]):
        more = rest_of(read_message(answers[-1]))
        fields |= {"answer": plain(more, notes)} if more else {}
    if role == "tool":
        fields |= plain(facts_of_tool(span), notes)
    fields |= plain(compared_part(span.rest), notes) if span.rest else {}
    fields |= {"exception": plain(raised, notes)} if (raised := _exception_details(span)) else {}
    what, has_traceback = split_traceback(_error(span) or "")
    fields |= {"error": _error(span)} if has_traceback else {}
    if name != span.name and role in ("agent", "tool"):
        fields["span"] = span.name
    return Span(
        id=span.id,
        parent=span.parent,
        role=role,
        name=name,
        start=span.start,
        end=span.end,
        input=plain(given, notes),
        output=plain(output, notes),
        messages=tuple(plain(messages, notes)),
        answers=tuple(plain(answers, notes)),
        answer_id=answer if isinstance(answer := span.attributes.get("gen_ai.response.id"), str) else None,
        error=what or (_tool_failure(span, output, beside.get("callback", {})) if role == "tool" else None),
        is_output_missing=role in ("model", "tool") and not answers and output is None and what == "",
        config=plain(config, notes),
        call_id=call_id if isinstance(call_id, str) else None,
        finish=_finish(span.attributes, answers) if role == "model" else None,
        fields=fields,
        meta={
            "span": span.id,
            "model": model,
            "tokens": tokens_of(span.attributes) if role == "model" else None,
            "cost": _cost(span.attributes) if role == "model" else None,
            "attributes": attributes.kept(notes) or None,
        },
        scores=tuple(scores),
    )


def tokens_of(attributes: dict[str, Any]) -> dict[str, int] | None:
    """Return the tokens in a span's attributes, by sort; None if there are none."""
    counts = {}
    for sort, names in _SORTS:
        value = next((attributes[name] for name in names if attributes.get(name) is not None), None)
        if type(value) is int or (isinstance(value, str) and value.isdecimal() and len(value) < 18):
            counts[sort] = int(value)
    if not counts:
        usage = unfolded(attributes.get("mlflow.chat.tokenUsage"))
        counts = counted_tokens(usage, _OF_MLFLOW)
    if not counts and isinstance(output := unfolded(attributes.get("mlflow.spanOutputs")), dict):  # before 2.21
        about = as_map(output.get("llm_output"))
        counts = use_of(output.get("usage") or about.get("token_usage")).get("tokens", {})
    return counts or None


def _model_in(beside: dict[str, Any]) -> str | None:
    """Return the model that a response or a request names."""
    parts = [as_map(beside.get(name)) for name in ("response", "request")]
    names = (part.get("model") or as_map(part.get("llm_output")).get("model_name") for part in parts)
    return next((name for name in names if isinstance(name, str)), None)


def _finish(attributes: dict[str, Any], answers: list[Any]) -> str | None:
    """Return why a model's answer ended: the last reason in its attributes or messages."""
    reasons = next((attributes[name] for name in _FINISHES if attributes.get(name)), None)
    reasons = unfolded(reasons)
    reason = reasons[-1] if isinstance(reasons, list) and reasons else reasons
    if reason is None and answers and isinstance(answers[-1], dict):
        reason = answers[-1].get("finish_reason")
    return reason if isinstance(reason, str) else None


def _cost(attributes: dict[str, Any]) -> float | None:
    costs = [[attributes[name] for name in pair if isinstance(attributes.get(name), int | float)] for pair in _COSTS]
    return next((sum(pair) for pair in costs if pair), None)


def _tool_failure(span: RawSpan, output: Any, beside: dict[str, Any]) -> str | None:
    """Return the first line of a tool's result, if an attribute or another member reports that the tool failed."""
    statuses = [span.attributes.get(name) for name in ("gen_ai.tool.status", "tool.status")]
    return first_line(output) or "failed" if "error" in statuses or beside.get("is_error") is True else None


def _exception_details(span: RawSpan) -> list[dict[str, Any]]:
    """Return the exceptions' members other than the message: type and traceback."""
    found = []
    for event in span.events:
        facts = event.get("attributes") if isinstance(event, dict) and event.get("name") == "exception" else None
        if isinstance(facts, dict):
            is_error_text = facts.get("exception.message") == _error(span)
            used = ("exception.escaped", *(("exception.message",) if is_error_text else ()))
            found.append({name: value for name, value in facts.items() if name not in used and value not in (None, "")})
    return [facts for facts in found if facts]


def _error(span: RawSpan) -> str | None:
    """Return the error: the status text, or the exception's message if the status has no text."""
    return _exception(span) or span.error if span.error == FAILED else span.error or _exception(span)


def _exception(span: RawSpan) -> str | None:
    for event in span.events:
        if isinstance(event, dict) and event.get("name") == "exception":
            facts = event.get("attributes")
            facts = facts if isinstance(facts, dict) else {}
            return str(facts.get("exception.message") or facts.get("exception.type") or "exception")
    return None
