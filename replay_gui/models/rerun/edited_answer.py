"""Edits of a recorded answer for a re-run: the text to edit, and the edit made from the user's text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import MODEL_REQUEST, Kind
from replay_gui.core.log.positions import Position, position_after
from replay_gui.core.translation.messages import tr
from replay_gui.models.run.json_text import json_text
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.messages.part_events import PART
from replay_gui.record.sessions.call_log import ANSWER_FORM

MAX_ANSWER_CHARACTERS = 1_000_000  # of an answer that can be edited in the window
_ANSWERS = (Kind.TOOL_RESPONSE.value, Kind.DECISION.value, Kind.ERROR.value)
_REQUESTS = (Kind.TOOL_REQUEST.value, MODEL_REQUEST)


class NotEditable(ValueError):
    """An answer cannot be edited, or a text is not an answer; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class EditedAnswer:
    """An edited answer. `position`: of the answering event. `value`: a plain value."""

    position: Position
    value: Any

    @property
    def words(self) -> tuple[str, str, str]:
        """The three arguments of --what-if."""
        return str(self.position), "", msgspec.json.encode(self.value).decode()

    @property
    def file(self) -> bytes:
        """The content of a file for --edits."""
        return msgspec.json.encode([{"event": self.position, "pointer": "", "value": self.value}])


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The answer of a call, to be edited.

    Attributes:
        position: of the answering event. text: the answer, as JSON (`is_json`) or as plain text.
        about: a sentence that describes the text.
    """

    position: Position
    text: str
    is_json: bool
    about: str

    def edited(self, text: str) -> EditedAnswer:
        """Return a changed text as an edit; raise NotEditable, with the place of the error, if it is not JSON."""
        if not self.is_json:
            return EditedAnswer(self.position, text)
        try:
            value = json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError as why:
            raise NotEditable(_place(why)) from None
        except RecursionError:
            raise NotEditable(tr("It is nested too deeply.")) from None
        if not plain_form(value).exact:
            raise NotEditable(tr("A number, a text or a name in it is larger than a log can hold."))
        return EditedAnswer(self.position, value)


def answer_text(event: Event | None, pair: Event | None) -> AnswerText:
    """Return the answer in an event, or to its request, as a text; raise NotEditable if there is none.

    Args:
        pair: the request of an answer, or the answer of a request, if there is one.
    """
    if event is not None and event.kind == Kind.OBSERVATION and PART in event.meta:
        about = tr("A message to the model. Wherever the agent sends it, this text is sent instead.")
        return _text(position_after(event.index), event.payload.get("data"), about)
    if event is None or event.kind not in (*_REQUESTS, *_ANSWERS):
        text = tr("First choose a call, its answer or a prompt: the event at the position is none of these.")
        raise NotEditable(text)
    answer = pair if event.kind in _REQUESTS else event
    if answer is None or answer.kind not in _ANSWERS:
        raise NotEditable(tr("This call has no answer in the log."))
    if answer.kind != Kind.TOOL_RESPONSE and answer.parent is None:
        raise NotEditable(tr("This event is not the answer to a recorded request."))
    position = position_after(answer.index)
    form = answer.meta.get(ANSWER_FORM)
    body = form.get("body") if isinstance(form, dict) else None
    if isinstance(body, bytes):
        if len(body) > MAX_ANSWER_CHARACTERS:
            raise NotEditable(tr("This answer is too large to be edited here; “replay-gui rerun --what-if” can."))
        try:
            whole = json_value(body)
        except ValueError:  # a stream, whose message is edited
            if answer.kind != Kind.DECISION:
                raise NotEditable(tr("The body of this answer is not JSON.")) from None
            about = tr("The answer of the model; it is streamed to the agent again as one piece.")
            return _text(position, answer.payload.get("data"), about)
        return _text(position, whole, tr("The body of the answer, as the agent got it."))
    if answer.kind != Kind.TOOL_RESPONSE:
        raise NotEditable(tr("The log does not have the model's answer in its original form."))
    return _text(position, answer.payload.get("output"), tr("The result of the tool."))


def _text(position: Position, value: Any, about: str) -> AnswerText:
    if isinstance(value, str) and len(value) <= MAX_ANSWER_CHARACTERS:
        return AnswerText(position, value, False, about)
    text, is_whole = json_text(value, MAX_ANSWER_CHARACTERS)
    if not is_whole:
        raise NotEditable(tr("This answer is too large to be edited here; “replay-gui rerun --what-if” can."))
    if json.loads(text) != value:
        raise NotEditable(tr("This answer contains bytes or numbers that JSON does not have; it cannot be edited."))
    return AnswerText(position, text, True, about)


def _refuse(name: str) -> None:
    raise NotEditable(tr("{name} is not a JSON number.", name=name))


def _place(why: json.JSONDecodeError) -> str:
    return tr("Line {line}, column {column}: {reason}.", line=why.lineno, column=why.colno, reason=why.msg)
