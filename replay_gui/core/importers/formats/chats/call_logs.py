"""Logs of model calls. Each call repeats the conversation before it; the repetitions are removed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.providers.provider_answers import is_answer

_ANSWERS = ("response", "completion", "output", "reply", "final_answer")
"""Names of members that hold the answer to the messages in the record."""


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One record: its number from 1, all its members, its messages, and its answer as (member name, message)."""

    number: int
    record: dict[str, Any]
    sent: list[Any]
    answer: tuple[str, dict[str, Any]] | None


def answer_in_record(record: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return (member name, message) of the model's answer to the messages in the record; None if there is none."""
    for name in _ANSWERS:
        match record.get(name):
            case str(text) if text:
                return name, {"role": "assistant", "content": text}
            case dict(answer) if is_answer(answer):
                return name, {str(key): value for key, value in answer.items()}
            case {"body": dict(body), **more} if is_answer(body):  # a batch
                return name, {**{str(key): value for key, value in body.items()}, "of_batch": more}
            case {"choices": [{"message": dict(message), **choice}], **more}:
                kept = {key: value for key, value in {**choice, **more}.items() if key not in ("index", "object", "id")}
                return name, {"role": "assistant", **message, **{str(key): value for key, value in kept.items()}}
            case {"role": "assistant", **message} if is_message(record[name]):
                return name, {"role": "assistant", **{str(key): value for key, value in message.items()}}
    return None


def conversations(calls: Iterable[LoggedCall]) -> Iterator[list[LoggedCall]]:
    """Yield the calls of each conversation. Each later call repeats the messages and the answer of the one before."""
    talk = list[LoggedCall]()
    for call in calls:
        if talk and repeated_messages(talk[-1], call) is None:
            yield talk
            talk = []
        talk.append(call)
    if talk:
        yield talk


def without_repetitions(talk: list[LoggedCall], volatile: Iterable[str]) -> tuple[dict[str, Any], list[Any]]:
    """Return (the first call's other members, all messages) of a conversation.

    Members of a later call that differ from the first call's are in its answer, under `call`.
    """
    first = talk[0]
    whole = {name: member for name, member in first.record.items() if first.answer is None or name != first.answer[0]}
    messages = list[Any]()
    for number, call in enumerate(talk):
        messages += call.sent[repeated_messages(talk[number - 1], call) or 0 :] if number else call.sent
        if call.answer is None:
            continue
        known = {*volatile, call.answer[0]}
        own_members = {name: value for name, value in call.record.items() if name in ("model", "usage", "cost")}
        other = {
            name: rest
            for name, value in call.record.items()
            if name not in known
            and name not in own_members
            and (rest := _other(value, whole.get(name), call.sent)) is not None
        }
        messages.append({**own_members, **call.answer[1], **({"call": other} if other else {})})
    return whole, messages


def _other(value: Any, first: Any, sent: list[Any]) -> Any:
    """Return the part of a member that differs from the first call's, without messages; None if there is none."""
    if value is sent or value == first:
        return None
    if isinstance(value, dict) and isinstance(first, dict) and any(member is sent for member in value.values()):
        rest = {name: one for name, one in value.items() if one is not sent and one != first.get(name)}
        return rest or None
    return value


def repeated_messages(before: LoggedCall, call: LoggedCall) -> int | None:
    """Return how many of a call's messages the call before has; None if it belongs to another conversation."""
    known = len(before.sent)
    if before.answer is None or len(call.sent) <= known or call.sent[:known] != before.sent:
        return None
    answer, end = _words([before.answer[1]]), known
    while end < len(call.sent) and is_message(call.sent[end]) and read_message(call.sent[end]).role == "assistant":
        end += 1
    return end if _words(call.sent[known:end]) == answer else None


def _words(messages: list[Any]) -> tuple[list[Any], list[Any]]:
    read = [read_message(message) for message in messages]
    texts = [message.content for message in read if message.content not in (None, "")]
    return texts, [(call.name, call.input) for message in read for call in message.calls]
