"""The turns of a conversation in the messages that a model was sent, and what identifies a message."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from typing import Any

from replay_gui.core.importers.formats.message import Message, MessageCall
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.traces.spans import Span, only_member, unfolded


def messages_of(value: Any) -> list[Any]:
    """Return the messages in an agent's input or output: one, a list, or a state or request that holds them."""
    match value:
        case {"role": str()} if is_message(value):
            return [value]
        case {"prompt": str(prompt), **rest} if rest.keys() <= {"system"}:
            texts = {"system": rest.get("system"), "user": prompt}
            return [{"role": role, "content": text} for role, text in texts.items() if text]
    held = value.get("messages") if isinstance(value, dict) else value
    return held if isinstance(held, list) and all(map(is_message, held)) else []


def earlier_turns(messages: Sequence[Any], *, is_input: bool = False) -> int:
    """Return the number of messages before the user's last one, if a model answered before it; else 0.

    `is_input`: the messages are an agent's; they have no earlier turn unless they end with a user's.
    """
    roles = [read_message(value).role if is_message(value) else "user" for value in messages]
    if is_input and roles[-1:] != ["user"]:
        return 0
    last = max((number for number, role in enumerate(roles) if role == "user"), default=0)
    return last if "assistant" in roles[:last] else 0


def is_of_an_agent(content: Any) -> bool:
    """Whether a user message reports an action of another agent of Google ADK."""
    first = content[0] if isinstance(content, list) and content else content
    text = first.get("text") if isinstance(first, dict) else first
    return isinstance(text, str) and text.startswith("For context:")


def before_answers(messages: Sequence[Any]) -> Iterator[Any]:
    """Yield the messages before the first one of a model or a tool."""
    for value in messages:
        if is_message(value) and read_message(value).role in ("assistant", "tool"):
            return
        yield value


def results_of_other_ids(messages: Sequence[Any], open: Sequence[str], texts: Container[str]) -> dict[str, str]:
    """Match new results with `open` calls by order, if no id matches and their numbers are equal; return id by id.

    Traceloop names a call by its item in OpenAI's Responses API, and the result by the id of the call.
    """
    if not open:
        return {}
    results = [result for value in messages if is_message(value) for result in read_message(value).results]
    new = [result.id for result in results if key_of(["result", unfolded(result.output)]) not in texts]
    ids = [call_id for call_id in dict.fromkeys(new) if call_id is not None]
    return dict(zip(ids, open, strict=True)) if len(ids) == len(open) and not {*ids} & {*open} else {}


def is_asked_during(model: Span, asked: Sequence[MessageCall], tool: Span) -> bool:
    """Whether a tool's span began during a model's span, with the name and the input of one of the calls it `asked`."""
    if None in (model.start, model.end, tool.start) or not model.start <= tool.start < model.end:  # type: ignore[operator]
        return False
    inputs = [key_of(unfolded(call.input)) for call in asked if call.name == tool.name]
    return any(key_of(given) in inputs for given in (tool.input, only_member(tool.input)))


def keys_of(message: Message) -> list[str]:
    """Return what identifies the results, calls and text of a message; without these, its reasoning, or the rest."""
    keys = [key_of(["result", unfolded(result.output)]) for result in message.results]
    keys += [key_of([message.role, "call", call.name, call.input]) for call in message.calls]
    if message.content is not None:
        keys.append(key_of([message.role, message.content]))
    if not keys and message.reasoning:
        keys.append(key_of(["reasoning", message.reasoning]))
    if not keys and message.role != "assistant" and (rest := without_id(message.rest)):
        keys.append(key_of([message.role, "rest", rest]))
    return keys


def keys_with_rest(message: Message) -> list[str]:
    """Return the same with what identifies the other members of a model's message."""
    rest = rest_of(message) if message.role == "assistant" else None
    return [*keys_of(message), *([key_of(["rest", rest])] if rest else [])]


def key_of(value: Any) -> str:
    """Return a text that equal values have in common."""
    return json.dumps(value, sort_keys=True, default=str)


def rest_of(message: Message) -> dict[str, Any]:
    """Return the other members of an answer, with its role if it is not the model's."""
    return without_id(message.rest) | ({"role": message.role} if message.role != "assistant" else {})


def without_id(rest: dict[str, Any]) -> dict[str, Any]:
    """Return a message's other members without its id, which differs between faithful runs."""
    return {name: value for name, value in rest.items() if name != "id"}
