"""Find messages in the decoded values of attributes: lists of messages, requests, responses."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.traces.langchain_wrappers import paired_message


def sent_messages(given: Any) -> list[Any]:
    """Return the messages in a model's input: a list, or a request with messages."""
    match given:
        case list() if any(isinstance(message, dict) and {"role", "kind", "lc"} & message.keys() for message in given):
            return _flat(given)
        case [list(messages)] if messages and all(map(is_message, messages)):  # what LangChain gives its callbacks
            return _flat(messages)
        case {"contents": list(contents)}:
            instruction = given["config"].get("system_instruction") if isinstance(given.get("config"), dict) else None
            return [*([{"role": "system", "content": instruction}] if instruction else []), *contents]
        case {"messages": [list(messages)]} if paired_message(messages) is None:
            return _flat(messages)
        case {"messages": list(messages)}:
            return _flat([paired_message(message) or message for message in messages])
        case {"input": list()}:
            return items_in(given, "input")
        case {"prompt": str(prompt)}:
            system = given.get("system")
            return [
                *([{"role": "system", "content": system}] if isinstance(system, str) else []),
                {"role": "user", "content": prompt},
            ]
        case {"task": str(task), "reset": bool(), **more}:  # the arguments of smolagents' `run`
            settings = {"reset": given["reset"], **more}
            return [{"role": "user", "content": task, "settings": without_nulls(settings)}]
        case str() if given:
            return [{"role": "user", "content": given}]
    return []


def answer_messages(output: Any) -> list[Any]:
    """Return the messages in a model's response; [] if there are none."""
    match output:
        case [dict(), *_] if all(is_message(answer) for answer in output):
            return list(output)
        case {"object": "response", "output": list()}:
            return items_in(output, "output")
        case {"role": _} | {"candidates": [{"content": {"parts": list()}}, *_]}:
            return [output]
        case {"choices": [{"message": dict(message)}, *_]}:
            return [{"role": "assistant", **message}]
        case {"content": {"parts": list(parts)}}:
            return [{"role": "assistant", "content": parts}]
        case {"generations": [[{"message": dict(message)}]]}:
            return [message]
    return []


def items_in(value: Any, name: str) -> list[Any]:
    """Return the items of a request or response of the Responses API; [] if they are not all messages and calls."""
    held = value.get(name) if isinstance(value, dict) else None
    items = held if isinstance(held, list) and all(map(is_message, held)) else []
    usual = (("type", "message"), ("status", "completed"))
    return [
        {name: fact for name, fact in item.items() if fact is not None and name != "id" and (name, fact) not in usual}
        for item in items
    ]


def without_nulls(value: Any) -> Any:
    """Return `value` without null members at any depth; objects of an SDK have many of them."""
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: without_nulls(member) for name, member in value.items() if member is not None}


def _flat(messages: list[Any]) -> list[Any]:
    """Return the messages; Pydantic AI's, which hold parts of several speakers, are split."""
    flattened = list[Any]()
    for message in messages:
        if isinstance(message, dict) and message.get("kind") in ("request", "response") and "role" not in message:
            parts = message.get("parts")
            for part in parts if isinstance(parts, list) else []:
                kind = str(part.get("part_kind")) if isinstance(part, dict) else ""
                role = "assistant" if message["kind"] == "response" else kind.removesuffix("-prompt")
                flattened.append({"role": "tool" if kind == "tool-return" else role, "content": [part]})
        else:
            flattened.append(message)
    return flattened
