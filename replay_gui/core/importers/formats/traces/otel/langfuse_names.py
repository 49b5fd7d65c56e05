"""Spans of Langfuse's SDK since its version 3 in the names of OpenInference and of the GenAI conventions."""

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


def with_langfuse_names(spans: Sequence[RawSpan]) -> list[RawSpan]:
    """Return the spans of a trace, with Langfuse's attributes renamed where no other convention tells the span."""
    return [_known(span) if _is_of_langfuse(span) else span for span in spans]


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
        counts = {known: next((usage[n] for n in names if n in usage), None) for known, names in _USAGE.items()}
        attributes = {**{name: count for name, count in counts.items() if count is not None}, **attributes}
    if isinstance(costs, dict):
        total = costs.get("total", sum(cost for cost in costs.values() if isinstance(cost, int | float)))
        attributes.setdefault("gen_ai.usage.input_cost", total)  # the only sum; Langfuse may divide it further
    level, why = attributes.pop(f"{_PREFIX}level", None), attributes.pop(f"{_PREFIX}status_message", None)
    error = span.error or (_text(why) or FAILED if level == "ERROR" else None)
    others = {f"{_PREFIX}level": level, f"{_PREFIX}status_message": why} if error is None else {}
    attributes |= {name: value for name, value in others.items() if value not in (None, "DEFAULT")}
    return replace(span, attributes=attributes, error=error)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
