"""Questions to the user during a re-run: how to answer a call."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.core.state.json_form import indented_json, json_form
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.json_bodies import is_too_deep, json_value

_MAX_TEXT_CHARACTERS = 20_000  # shown characters of a request or an answer


class ReplyKind(StrEnum):
    """The way in which a call is answered."""

    RECORDED = "recorded"  # as in the recorded run
    LIVE = "live"  # it is made for real
    VALUE = "value"  # with a value that the user gives
    STOP = "stop"  # no answer: the re-run stops here


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the user about a call.

    Attributes:
        asked: the callee, such as "the tool search". request: arguments or body, as indented JSON, cut if long.
        recorded: the recorded answer, as JSON; None if there is no such call, or no answer.
        is_model: whether it is a call of a model, for which the user cannot give a value.
        place: ``agent.py:12 in plan``, the agent's code that makes the call; None if unknown.
    """

    asked: str
    request: str
    recorded: str | None
    is_model: bool
    place: str | None

    @property
    def choices(self) -> tuple[ReplyKind, ...]:
        """The possible replies."""
        recorded = () if self.recorded is None else (ReplyKind.RECORDED,)
        value = () if self.is_model else (ReplyKind.VALUE,)
        return *recorded, ReplyKind.LIVE, *value, ReplyKind.STOP


class Reply(msgspec.Struct, frozen=True):
    """The choice of the user. `value`: for ReplyKind.VALUE, a plain value."""

    kind: ReplyKind
    value: Any = None


Ask: TypeAlias = Callable[[Question], Reply]
"""Asks the user, and returns when there is a reply."""


def question_about(asked: str, request: CallRequest, answer: CallAnswer | None, place: str | None) -> Question:
    """Return the question about a call; `answer`: the recorded one."""
    recorded = None
    if answer is not None:
        recorded = _json_text(answer.output) if answer.error is None else f"error: {answer.error}"
    return Question(
        asked=asked,
        request=_json_text(request.value),
        recorded=recorded,
        is_model=request.kind is CallKind.MODEL,
        place=place,
    )


def _json_text(value: Any) -> str:
    text = indented_json(json_form(value))
    return text if len(text) <= _MAX_TEXT_CHARACTERS else f"{text[:_MAX_TEXT_CHARACTERS]}…"


def value_of_words(words: str) -> object:
    """Return the value of a JSON text; the text itself if it is invalid, or nested deeper than a log allows."""
    try:
        value = json_value(words)
    except NotJson:
        return words
    return words if is_too_deep(value) else value
