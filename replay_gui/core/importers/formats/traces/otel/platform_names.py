"""Spans of Langfuse's SDK (since its version 3) and of Braintrust's in the names of OpenInference and GenAI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replay_gui.core.importers.formats.traces.otel.spans import FAILED, RawSpan
from replay_gui.core.importers.formats.traces.spans import unfolded

_PREFIX = "langfuse.observation."
_KINDS = {
    "agent": "AGENT",
    "generation": "LLM",
    "tool": "TOOL",
    "retriever": "RETRIEVER",
    "guardrail": "GUARDRAIL",
    **dict.fromkeys(("chain", "embedding", "evaluator", "event"), "CHAIN"),
}
_KNOWN = ("openinference.span.kind", "gen_ai.operation.name", "traceloop.span.kind", "ai.operationId")
_NAMES = {"input": "input.value", "output": "output.value", "model.name": "gen_ai.response.model"}
_USAGE = {
    "gen_ai.usage.input_tokens": ("input", "prompt_tokens", "input_tokens"),
    "gen_ai.usage.output_tokens": ("output", "completion_tokens", "output_tokens"),
    "gen_ai.usage.cache_read.input_tokens": ("cache_read_input_tokens", "input_cached_tokens", "input_cache_read"),
    "gen_ai.usage.reasoning.output_tokens": ("output_reasoning_tokens", "output_reasoning"),
}


_OF_BRAINTRUST = {"llm": "LLM", "tool": "TOOL", "task": "AGENT", "function": "CHAIN", "score": "CHAIN", "eval": "CHAIN"}
_SIDES = {"braintrust.input_json": "input.value", "braintrust.output_json": "output.value"}
_SIDES |= {"braintrust.input": "input.value", "braintrust.output": "output.value"}


def with_platform_names(spans: Sequence[RawSpan]) -> list[RawSpan]:
    """Return the spans of a trace, with these attributes renamed where no other convention tells the span."""
    langfuse = [_known(span) if _is_of_langfuse(span) else span for span in spans]
    return [_of_braintrust(span) if "braintrust.span_attributes" in span.attributes else span for span in langfuse]


def _of_braintrust(span: RawSpan) -> RawSpan:
    attributes = dict(span.attributes)
    about, metrics, facts = (
        value if isinstance(value := unfolded(attributes.get(f"braintrust.{name}")), dict) else {}
        for name in ("span_attributes", "metrics", "metadata")
    )
    kind = _OF_BRAINTRUST.get(str(about.get("type")))
    if kind is None or any(name in attributes for name in _KNOWN):
        return span
    attributes["openinference.span.kind"] = kind
    for name, known in _SIDES.items():
        if (value := attributes.pop(name, None)) is not None:
            attributes.setdefault(known, _with_choices(value))
    attributes |= _counts(metrics)
    if isinstance(model := facts.get("model"), str):
        attributes.setdefault("gen_ai.response.model", model)
    return replace(span, attributes=attributes)


def _is_of_langfuse(span: RawSpan) -> bool:
    kind = span.attributes.get(f"{_PREFIX}type")
    return isinstance(kind, str) and kind in _KINDS and not any(name in span.attributes for name in _KNOWN)


def _known(span: RawSpan) -> RawSpan:
    attributes = dict(span.attributes)
    attributes["openinference.span.kind"] = _KINDS[attributes.pop(f"{_PREFIX}type")]
    for name, known in _NAMES.items():
        if (value := attributes.pop(f"{_PREFIX}{name}", None)) is not None:
            attributes.setdefault(known, value)
    usage, costs = (unfolded(attributes.get(f"{_PREFIX}{name}_details")) for name in ("usage", "cost"))
    if isinstance(usage, dict):
        attributes = _counts(usage) | attributes
    if isinstance(costs, dict):
        total = costs.get("total", sum(cost for cost in costs.values() if isinstance(cost, int | float)))
        attributes.setdefault("gen_ai.usage.input_cost", total)  # the only sum; Langfuse may divide it further
    level, why = attributes.pop(f"{_PREFIX}level", None), attributes.pop(f"{_PREFIX}status_message", None)
    error = span.error or (_text(why) or FAILED if level == "ERROR" else None)
    others = {f"{_PREFIX}level": level, f"{_PREFIX}status_message": why} if error is None else {}
    attributes |= {name: value for name, value in others.items() if value not in (None, "DEFAULT")}
    return replace(span, attributes=attributes, error=error)


def _counts(usage: dict[str, Any]) -> dict[str, Any]:
    """Return the tokens in a platform's own names by those of the conventions."""
    counts = {known: next((usage[name] for name in names if name in usage), None) for known, names in _USAGE.items()}
    return {known: count for known, count in counts.items() if count is not None}


def _with_choices(value: Any) -> Any:
    """Return an answer of OpenAI's API of which only the choices were recorded as a whole answer."""
    listed = unfolded(value)
    are_choices = (
        isinstance(listed, list)
        and bool(listed)
        and all(isinstance(one, dict) and isinstance(one.get("message"), dict) for one in listed)
    )
    return {"choices": listed} if are_choices else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
