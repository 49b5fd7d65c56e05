"""Spans of Claude Code (2.1.197, with CLAUDE_CODE_ENHANCED_TELEMETRY_BETA) in the names of the GenAI conventions.

A tool's span holds one for the wait for the user and one for its execution; only the latter records a failure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replay_gui.core.importers.formats.traces.otel.spans import RawSpan

_SPANS = "claude_code."
_AGENT, _MODEL, _TOOL, _RUNS, _WAITS = (
    f"{_SPANS}{name}" for name in ("interaction", "llm_request", "tool", "tool.execution", "tool.blocked_on_user")
)
_OPERATIONS = {_AGENT: "invoke_agent", _MODEL: "chat", _TOOL: "execute_tool"}
_NAMES = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_creation_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "tool_name": "gen_ai.tool.name",
}
_ARGUMENTS = {"full_command": "command", "file_path": "file_path", "subagent_type": "subagent_type"}
_OUTPUT = "tool.output"  # an event, with OTEL_LOG_TOOL_CONTENT=1
_REJECTED = "reject"


def with_genai_names(spans: Sequence[RawSpan]) -> list[RawSpan]:
    """Return the spans of a trace, with Claude Code's attributes renamed to the GenAI conventions."""
    inside = defaultdict[str | None, list[RawSpan]](list)
    for span in spans:
        if span.name in (_RUNS, _WAITS):
            inside[span.parent].append(span)
    return [_known(span, inside[span.id]) if span.name.startswith(_SPANS) else span for span in spans]


def _known(span: RawSpan, parts: Sequence[RawSpan]) -> RawSpan:
    if span.name not in _OPERATIONS:
        return replace(span, error=None)  # the tool's span has it
    attributes: dict[str, Any] = {_NAMES.get(name, name): value for name, value in span.attributes.items()}
    attributes["gen_ai.operation.name"] = _OPERATIONS[span.name]
    if span.name == _AGENT:
        attributes["gen_ai.agent.name"] = "claude-code"
        if isinstance(prompt := attributes.pop("user_prompt", None), str):
            message = {"role": "user", "parts": [{"type": "text", "content": prompt}]}
            attributes["gen_ai.input.messages"] = [message]
    if span.name != _TOOL:
        return replace(span, attributes=attributes)
    given = {to: attributes.pop(name) for name, to in _ARGUMENTS.items() if name in attributes}
    if given:
        attributes["gen_ai.tool.call.arguments"] = given
    others = list[Any]()
    for event in span.events:
        facts = event.get("attributes") if isinstance(event, dict) and event.get("name") == _OUTPUT else None
        if isinstance(facts, dict):
            result = {name: value for name, value in facts.items() if name not in given}
            attributes["gen_ai.tool.call.result"] = result["content"] if [*result] == ["content"] else result
        else:
            others.append(event)
    return replace(span, attributes=attributes, events=tuple(others), error=span.error or _problem(parts))


def _problem(parts: Sequence[RawSpan]) -> str | None:
    """Return why a tool failed, or was not used; None if neither is recorded."""
    for part in parts:
        if part.name == _RUNS and (part.error is not None or part.attributes.get("success") in (False, "false")):
            return str(part.attributes.get("error") or part.error or "failed")
        if part.name == _WAITS and part.attributes.get("decision") == _REJECTED:
            return "not permitted"
    return None
