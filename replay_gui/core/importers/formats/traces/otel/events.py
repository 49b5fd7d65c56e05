"""Read the messages, the evaluations and other data in the events of OpenTelemetry spans, and in their log records."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.formats.traces.otel.attributes import is_volatile
from replay_gui.core.importers.formats.traces.otel.message_values import sent_messages, without_nulls
from replay_gui.core.importers.formats.traces.otel.spans import RawSpan
from replay_gui.core.importers.formats.traces.spans import unfolded

_SPEAKERS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_PROMPT = "gen_ai.content.prompt"
_CONTENTS = {_PROMPT: "gen_ai.prompt", "gen_ai.content.completion": "gen_ai.completion"}
"""Events of the conventions before 1.28, which OpenLIT and others still write, with the attribute that has the text."""
_SPEAKER = re.compile(r"^(system|developer|user|assistant|tool): ", re.MULTILINE)
_CONTENT = "gen_ai.event.content"
_OF_RECORDER = ("gen_ai.system", "gen_ai.provider.name", "gen_ai.thread.", "gen_ai.message.", "gen_ai.agent.id")
"""How attributes begin that Azure writes beside a message."""
CHOICE, _DETAILS, _EVALUATION = (
    "gen_ai.choice",
    "gen_ai.client.inference.operation.details",
    "gen_ai.evaluation.result",
)
_OF_EXCEPTIONS = ("exception.type", "exception.message", "exception.stacktrace", "exception.escaped")
_ELIDED = "<elided>"  # Google ADK's placeholder for data that it does not record


def messages_of_events(span: RawSpan, *, is_agent: bool = False) -> tuple[list[Any], list[Any]]:
    """Return (messages sent, messages received) from a span's events (conventions up to 1.36).

    `is_agent`: what the assistant said last is the agent's answer.
    """
    sent, answered = list[Any](), list[Any]()
    for event in span.events:
        if not isinstance(event, dict):
            continue
        name, facts = str(event.get("name")), _facts(event)
        if name in _SPEAKERS:
            sent += _message(_SPEAKERS[name], facts)
        elif name == CHOICE and facts.get("content") != _ELIDED:
            message = without_nulls(unfolded(facts.get("message", facts.get("content"))))
            more = {key: unfolded(value) for key, value in facts.items() if key not in ("message", "content", "id")}
            if isinstance(message, dict) and message.keys() & {"content", "tool_calls"}:
                message = {"role": "assistant", **message}
            whole = message if is_message(message) else {"role": "assistant", "content": message}
            answered.append({**whole, **more})
        elif name in _CONTENTS:
            texts = unfolded(facts.get(_CONTENTS[name], facts.get("content")))
            own, role = (sent, "user") if name == _PROMPT else (answered, "assistant")
            own += sent_messages(texts) if isinstance(texts, list) else _spoken(texts, role) if texts else []
        elif name == _DETAILS:
            if instructions := unfolded(facts.get("gen_ai.system_instructions")):
                sent.append({"role": "system", "content": content_of(instructions)})
            sent += sent_messages(unfolded(facts.get("gen_ai.input.messages")))
            answered += sent_messages(unfolded(facts.get("gen_ai.output.messages")))
    if is_agent and not answered:
        roles = [message.get("role") for message in sent]
        asked = max((number for number, role in enumerate(roles, 1) if role in ("user", "system")), default=0)
        if "assistant" in roles[asked:]:
            return sent[:asked], _in_order(sent[asked:])
    return sent, answered


def _spoken(text: Any, role: str) -> list[Any]:
    """Return the messages in the text of an event: OpenLIT joins those of a prompt, each after its role."""
    if not isinstance(text, str) or _SPEAKER.match(text) is None:
        return [{"role": role, "content": text}]
    _, *pairs = _SPEAKER.split(text)
    return [{"role": pairs[n], "content": pairs[n + 1].removesuffix("\n")} for n in range(0, len(pairs), 2)]


def _in_order(messages: list[Any]) -> list[Any]:
    """Return the messages, with each result after its call; Azure's agents record results when they are submitted."""
    ordered, early = list[Any](), list[Any]()
    asked = set[Any]()
    for message in messages:
        if message.get("role") == "tool" and str(message.get("tool_call_id")) not in asked:
            early.append(message)
            continue
        calls = message.get("tool_calls")
        asked |= {str(call.get("id")) for call in maps_in(calls)}
        ordered.append(message)
        ordered += [one for one in early if str(one.get("tool_call_id")) in asked]
        early = [one for one in early if str(one.get("tool_call_id")) not in asked]
    return [*ordered, *early]


def _facts(event: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an event; Azure AI and Semantic Kernel have the message in one of them, as JSON."""
    facts = event.get("attributes")
    facts = facts if isinstance(facts, dict) else {}
    inner = unfolded(facts.get(_CONTENT))
    if not isinstance(inner, dict) or isinstance(inner.get("parts"), list):
        return facts
    text = inner.get("content")
    value = text.get("text") if isinstance(text, dict) else None
    if isinstance(value, dict) and value.keys() == {"value"}:  # of Azure's agents
        inner = {**inner, "content": value["value"]}
    recorder = {name for name in facts if name.startswith(_OF_RECORDER)}
    return {name: member for name, member in facts.items() if name not in (_CONTENT, *recorder)} | inner


def _message(speaker: str, facts: dict[str, Any]) -> list[Any]:
    """Return the message in an event's attributes; [] if its content is left out."""
    used = ("content", _CONTENT, "id", *(("role",) if facts.get("role") == speaker else ()))
    more = {key: unfolded(value) for key, value in facts.items() if key not in used and value is not None}
    if facts.get("id"):
        more["tool_call_id"] = facts["id"]
    content = unfolded(facts.get("content", facts.get(_CONTENT)))
    if isinstance(content, dict) and isinstance(content.get("parts"), list):  # Gemini's message
        return [{**without_nulls(content), **more, "role": content.get("role") or speaker}]
    named = more.pop("role", None)
    role = named if isinstance(named, str) and named else speaker
    return [] if content == _ELIDED else [{"content": content, **more, "role": role}]


def evaluations(span: RawSpan, *, are_messages_read: bool = True) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return (evaluations of the span, events that were not read)."""
    scores, others = list[dict[str, Any]](), list[Any]()
    messages = (*_SPEAKERS, *_CONTENTS, CHOICE, _DETAILS) if are_messages_read else ()
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
        elif event.get("name") == _DETAILS and are_messages_read:
            others += _other_details(facts, span)
        elif event.get("name") == "exception":
            rest = {name: facts[name] for name in facts if name not in _OF_EXCEPTIONS and not is_volatile(name)}
            others += [{"name": "exception", "attributes": rest}] if rest else []
        elif event.get("name") not in messages:
            others.append({"name": event.get("name"), "attributes": facts})
    return scores, others


def _other_details(facts: dict[str, Any], span: RawSpan) -> list[Any]:
    """Return the data of an inference-details event that neither its messages nor the span's attributes have."""
    used = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions")
    rest = {
        name: value
        for name, value in facts.items()
        if name not in used and not is_volatile(name) and unfolded(span.attributes.get(name)) != unfolded(value)
    }
    return [{"name": _DETAILS, "attributes": rest}] if rest else []
