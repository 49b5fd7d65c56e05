"""Spans of Azure AI's agents: each call of the service is a span, often in a separate trace; a thread is one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replay_gui.core.importers.formats.traces.otel.spans import RawSpan

_SYSTEM, _THREAD, _OPERATION = "az.ai.agents", "gen_ai.thread.id", "gen_ai.operation.name"
_RUNS = ("process_thread_run", "start_thread_run")
_ASKS = ("create_agent", "create_message")  # with the instructions, and with a message of the user
_ID, _NAME = "gen_ai.agent.id", "gen_ai.agent.name"


def by_thread(traces: dict[str, list[RawSpan]]) -> dict[str, list[RawSpan]]:
    """Return the traces; those that have only calls of Azure's agents are joined by thread.

    A call that belongs to no thread, such as one that makes an agent, joins the first thread.
    """
    of_azure = {
        trace: next((str(span.attributes[_THREAD]) for span in spans if _THREAD in span.attributes), None)
        for trace, spans in traces.items()
        if all(span.attributes.get("gen_ai.system") == _SYSTEM for span in spans)
    }
    first = next((trace for trace, thread in of_azure.items() if thread is not None), None)
    if first is None:
        return traces
    known: dict[str | None, str] = {None: first}
    for trace, thread in of_azure.items():
        known.setdefault(thread, trace)
    joined: dict[str, list[RawSpan]] = {}
    for trace, spans in traces.items():
        joined.setdefault(known[of_azure[trace]] if trace in of_azure else trace, []).extend(spans)
    return joined


def with_azure_prompts(spans: Sequence[RawSpan]) -> list[RawSpan]:
    """Return the spans; a run of a thread is an agent's, and has the messages that were put in the thread before it."""
    waiting: list[Any] = []
    known: dict[str, RawSpan] = {}
    names = {
        str(span.attributes[_ID]): span.attributes[_NAME] for span in spans if {_ID, _NAME} <= span.attributes.keys()
    }
    for span in sorted(spans, key=lambda one: one.start or 0):
        operation = span.attributes.get(_OPERATION)
        if span.attributes.get("gen_ai.system") != _SYSTEM or operation not in (*_ASKS, *_RUNS):
            continue
        if operation in _ASKS:
            waiting += span.events
        elif span.events:
            attributes = {**span.attributes, _OPERATION: "invoke_agent"}
            if (name := names.get(str(span.attributes.get(_ID)))) is not None:
                attributes[_NAME] = name
            known[span.id] = replace(span, attributes=attributes, events=(*waiting, *span.events))
            waiting = []
    return [known.get(span.id, span) for span in spans]
