"""Complete the spans of tool calls without input or output from the messages of models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from replay_gui.core.importers.formats.message import MessageCall, MessageResult
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.traces.spans import NOTHING, Span


def with_calls_of_messages(spans: Sequence[Span]) -> list[Span]:
    """Return the spans, with the inputs and outputs of tool calls that only messages of models have.

    A call is found by its id, or by name and order if as many spans as calls have this name.
    """
    silent = [span for span in spans if span.role == "tool" and (span.input in NOTHING or span.output in NOTHING)]
    if not silent:
        return list(spans)
    calls, results = _calls_and_results(spans)
    named: dict[str, list[Span]] = {}
    for span in sorted((one for one in spans if one.role == "tool"), key=lambda one: one.start or 0):
        named.setdefault(span.name, []).append(span)
    found: dict[str, str] = {}  # the span's id -> the call's id in messages
    for name, of_name in named.items():
        call_ids = [call_id for call_id, call in calls.items() if call.name == name]
        by_id = {span.id: span.call_id for span in of_name if span.call_id in calls}
        ordered = {span.id: call_id for span, call_id in zip(of_name, call_ids, strict=False)}
        found |= {one: str(other) for one, other in by_id.items()} or (ordered if len(call_ids) == len(of_name) else {})
    return [_filled(span, calls.get(found.get(span.id, "")), results.get(found.get(span.id, ""))) for span in spans]


def _calls_and_results(spans: Sequence[Span]) -> tuple[dict[str, MessageCall], dict[str, MessageResult]]:
    """Return (calls, results) in messages of models, by the call's id in messages."""
    calls: dict[str, MessageCall] = {}
    results: dict[str, MessageResult] = {}
    for span in sorted((one for one in spans if one.role == "model"), key=lambda one: one.start or 0):
        for number, value in enumerate((*span.messages, *span.answers)):
            message = read_message(value) if is_message(value) else None
            is_answer = number >= len(span.messages)  # each later request repeats the messages before it
            for place, call in enumerate(() if message is None else message.calls):
                if call.id is not None:
                    calls.setdefault(call.id, call)
                elif is_answer:
                    calls[f"{span.id} {number} {place}"] = call
            for result in () if message is None else message.results:
                if result.id is not None:
                    results.setdefault(result.id, result)
    return calls, results


def _filled(span: Span, call: MessageCall | None, result: MessageResult | None) -> Span:
    if call is not None and span.input in NOTHING:
        span = replace(span, input=call.input)
    if result is not None and span.output in NOTHING:
        span = replace(span, output=result.output)
        if span.error == "failed" and (why := first_line(result.output)):  # the span has no other data
            span = replace(span, error=why)
    return span
