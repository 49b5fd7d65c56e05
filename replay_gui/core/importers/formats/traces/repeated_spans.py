"""Handle spans that repeat another span, and traces without an agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replay_gui.core.importers.formats.traces.spans import NOTHING, Span


def with_steps(spans: Sequence[Span]) -> list[Span]:
    """Return the spans; in a trace without an agent, every span becomes a step."""
    if any(span.role != "plumbing" for span in spans):
        return list(spans)
    return [replace(span, role="step") for span in spans]


def without_repeats(spans: Sequence[Span]) -> list[Span]:
    """Return the spans; a span that repeats another one gets the role "plumbing".

    An MCP call has a span of the client and, within it, one of the server. A provider's client can trace a call without
    its messages, next to another instrumentation's span of the same answer. If only the outer one of two nested spans
    of models has the messages, the inner one gets them.
    """
    by_id = {span.id: span for span in spans}
    models = {span.id for span in spans if span.role == "model"}
    wraps = {span.parent for span in spans if span.id in models and span.parent in models}
    around = {span.parent for span in spans}
    answer_ids = {span.answer_id for span in spans if span.answers and span.answer_id is not None}
    found = list[Span]()
    for span in spans:
        above = by_id.get(span.parent) if span.parent is not None else None
        if span.answer_id in answer_ids and not span.answers and span.output in NOTHING and span.id not in around:
            found.append(replace(span, role="plumbing"))
        elif above is None or above is span:
            found.append(span)
        elif above.id in models and span.id in models and span.id not in wraps:
            asked = {} if span.messages or span.input not in NOTHING else _part(above, "messages", "input")
            answered = {} if span.answers or span.output not in NOTHING else _part(above, "answers", "output")
            found.append(replace(span, **asked, **answered))
        elif span.role == above.role == "tool" and (span.name, span.input) == (above.name, above.input):
            found.append(replace(span, role="plumbing"))
        else:
            found.append(span)
    return found


def _part(span: Span, *names: str) -> dict[str, Any]:
    return {name: getattr(span, name) for name in names}
