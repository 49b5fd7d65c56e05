"""Spans of Microsoft's prompt flow (framework "promptflow") in the names of the GenAI conventions and OpenInference.

Newer versions have inputs and outputs in events only, older ones in attributes too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replay_gui.core.importers.formats.traces.otel.spans import RawSpan
from replay_gui.core.importers.formats.traces.spans import unfolded

_NAMES = {
    "inputs": "input.value",
    "output": "output.value",
    "llm.usage.prompt_tokens": "gen_ai.usage.input_tokens",
    "llm.usage.completion_tokens": "gen_ai.usage.output_tokens",
    "llm.response.model": "gen_ai.response.model",
}
_ANSWER = "llm.generated_message"
_EVENTS = {
    "promptflow.function.inputs": "input.value",
    "promptflow.function.output": "output.value",
    "promptflow.llm.generated_message": _ANSWER,
}
_KINDS = {"flow": "AGENT", "llm": "LLM", "retrieval": "RETRIEVER", "embedding": "EMBEDDING", "function": "CHAIN"}
_SUMS = "__computed__."


def with_prompt_flow_names(spans: Sequence[RawSpan]) -> list[RawSpan]:
    """Return the spans, with prompt flow's attributes and events renamed."""
    return [_known(span) if span.attributes.get("framework") == "promptflow" else span for span in spans]


def _known(span: RawSpan) -> RawSpan:
    attributes: dict[str, Any] = {
        _NAMES.get(name, name): value
        for name, value in span.attributes.items()
        if not name.startswith(_SUMS) and name not in ("span_type", "framework", "llm.usage.total_tokens")
    }
    others = list[Any]()
    for event in span.events:
        name = _EVENTS.get(str(event.get("name"))) if isinstance(event, dict) else None
        facts = event.get("attributes") if isinstance(event, dict) else None
        payload = facts.get("payload") if isinstance(facts, dict) else None
        if name is None or payload is None or unfolded(attributes.get(name, payload)) != unfolded(payload):
            others.append(event)
        else:
            attributes[name] = payload
    if _is_in(attributes.get(_ANSWER), attributes.get("output.value")):
        del attributes[_ANSWER]
    kind = str(span.attributes.get("span_type"))
    attributes["openinference.span.kind"] = _KINDS.get(kind.lower(), "CHAIN")
    if kind.lower() not in _KINDS:
        attributes["span_type"] = kind
    return replace(span, attributes=attributes, events=tuple(others))


def _is_in(answer: Any, output: Any) -> bool:
    """Return whether a model's output holds the answer."""
    response, message = unfolded(output), unfolded(answer)
    choices = response.get("choices") if isinstance(response, dict) else None
    return isinstance(choices, list) and any(isinstance(one, dict) and one.get("message") == message for one in choices)
