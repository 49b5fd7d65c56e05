"""What a record of an unknown program is: who speaks in it, whether it is a message, how long it took."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from replay_gui.core.importers.formats.calls_with_results import CALL_LISTS
from replay_gui.core.importers.formats.message import MessageCall
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.providers.provider_answers import is_answer
from replay_gui.core.importers.formats.question_records import turns_in
from replay_gui.core.importers.formats.record_use import length_in, use_in
from replay_gui.core.importers.generic.mapping import END_TIMES, PARTS, SPEAKERS, kind_of
from replay_gui.core.importers.generic.written_messages import written_turns
from replay_gui.core.importers.run_builder import Call
from replay_gui.core.importers.times import any_time

_SPEAKERS = {
    **dict.fromkeys(("user", "human"), "user"),
    **dict.fromkeys(("assistant", "agent", "ai", "bot", "chatbot", "model"), "decision"),
    "system": "system",
}

_OF_MODELS = (
    "raw",
    "raw_response",
    "response",
    "api_response",
    "llm_response",
    "completion",
    "output",
    "result",
    "data",
)
"""Names of the member with the answer of a provider's API."""
_IS_USER = ("isCreatedByUser", "is_user", "isUser", "from_user", "fromUser", "is_human")
"""Names of a member that says whether the user spoke."""


def kind_with_speaker(kind: str, word: Any, record: dict[str, Any], said: Any) -> str:
    """Return the kind of a record, whose speaker (user or agent) may be in another member; `said`: its content."""
    if kind == "other" and word is None and isinstance(said, str):
        flag = next((record[name] for name in _IS_USER if isinstance(record.get(name), bool)), None)
        if flag is not None:
            return "user" if flag else "decision"
        names = (str(record[name]).lower() for name in SPEAKERS if isinstance(record.get(name), str))
        return next((_SPEAKERS[name] for name in names if name in _SPEAKERS), kind)
    if kind != "decision" or "message" not in str(word).lower() or "role" in record:
        return kind
    for name in SPEAKERS:
        speaker = record.get(name)
        speaker = speaker.get("role") or speaker.get("name") if isinstance(speaker, dict) else speaker
        speaker_kind = kind_of(speaker, dict.fromkeys(PARTS)) if isinstance(speaker, str) else ""
        if speaker_kind in ("user", "system"):
            return speaker_kind
    return kind


def has_parts(record: dict[str, Any]) -> bool:
    """Return whether a record is itself a message with calls, results, or content in parts."""
    return is_message(record) and (
        record.get("type") in ("function_call", "function_call_output", "function_call_result", "reasoning")
        or isinstance(record.get("content"), list)
        or any(isinstance(record.get(name), list) for name in CALL_LISTS)
        or "tool_call_id" in record
    )


def duration_of(record: dict[str, Any], begun: int | None) -> int | None:
    """Return the duration of the action in a record, in ns, if both ends are known."""
    ended = next((time for name in END_TIMES if (time := any_time(record.get(name))) is not None), None)
    return ended - begun if begun is not None and ended is not None and ended > begun else length_in(record)


def has_messages(record: dict[str, Any]) -> bool:
    """Whether a record holds what a model was asked: several messages, which other records tell."""
    messages = record.get("messages")
    return isinstance(messages, list) and bool(messages) and all(map(is_message, messages))


def answer_in(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer of a provider's API that a record holds; None if it holds none."""
    return next((record[name] for name in _OF_MODELS if is_answer(record.get(name))), None)


def use_within(record: dict[str, Any], *held: Any) -> tuple[dict[str, Any], Any]:
    """Return (tokens and cost, for meta; the id of the message that counts them) of a record, or of what it holds."""
    if use := use_in(record):
        return use, None
    maps = [one for one in held if isinstance(one, dict)]
    return next(((use, one.get("id")) for one in maps if (use := use_in(one))), ({}, None))


def is_over(record: dict[str, Any]) -> bool:
    """Return whether a record of a call without an output tells that the call has succeeded or failed."""
    return bool(record.get("error")) or any(isinstance(record.get(name), bool) for name in ("success", "ok"))


def new_calls(calls: Iterable[MessageCall], known: Callable[[str], Call | None]) -> Iterator[tuple[int, MessageCall]]:
    """Yield the calls of a message with their numbers, without those that another step lists again.

    These are equal, and wait for their results. `known`: returns the call that was made under an id.
    """
    for number, call in enumerate(calls):
        made = None if call.id is None or call.input is None else known(call.id)
        if made is None or (made.tool_name, made.input) != (call.name, call.input):
            yield number, call


def turns_of(record: dict[str, Any], volatile: Collection[str]) -> list[tuple[dict[str, Any], dict[str, Any]]] | None:
    """Return (message, other members) for each message in a record that holds several; None for other records."""
    return written_turns(record, volatile) or turns_in(record, volatile)
