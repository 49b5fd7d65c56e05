"""Edits of the answers of a recorded run, made before it is run again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from replay_gui.core.errors import RerunRefused
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.text.json_pointer import list_index, pointer_text, split_pointer
from replay_gui.record.calls.call import CallAnswer, CallKind
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.matcher.past_run import PastCall, PastRun
from replay_gui.record.messages.model_calls import model_answer
from replay_gui.record.messages.stream_writers import rewritten_stream

_BODY = "body"


class AnswerEdit(msgspec.Struct, frozen=True):
    """An edit of an answer or a prompt.

    Attributes:
        index: of the answering event, or of the event with a prompt.
        pointer: JSON Pointer of the replaced part: in a tool's result, in the JSON body of an HTTP response, in a
        model's streamed message, or in a prompt; "" for all of it. value: the replacement, a plain value.
    """

    index: EventIndex
    pointer: str
    value: Any


def edit_answers(run: PastRun, edits: Iterable[AnswerEdit]) -> frozenset[int]:
    """Edit answers of a run in place; return the numbers of their calls.

    Raises RerunRefused if an event does not answer a call, or its answer has no such value.
    """
    by_answer = {call.answer_index: call for call in run.calls if call.answer_index is not None}
    edited = set()
    for edit in edits:
        if edit.index in run.prompts:
            continue  # see PromptEdits
        call = by_answer.get(edit.index)
        event = f"event {position_after(edit.index):,}"
        if call is None or call.answer is None:
            raise RerunRefused(f"{run.path}: {event} is neither an answer nor a prompt, so it cannot be edited")
        try:
            call.answer = _edited(call, call.answer, edit)
        except (KeyError, ValueError) as why:
            raise RerunRefused(f"{run.path}: {event} cannot be edited: {why.args[0]}") from None
        edited.add(call.number)
    return frozenset(edited)


def _edited(call: PastCall, answer: CallAnswer, edit: AnswerEdit) -> CallAnswer:
    tokens = split_pointer(edit.pointer)
    if _BODY not in answer.form:
        if call.request.kind is CallKind.MODEL:
            raise ValueError("the log does not have the model's answer in its original form")
        form = {name: value for name, value in answer.form.items() if name != "raised"}
        output = with_value_at(answer.output, tokens, edit.value, edit.pointer)
        return replace(answer, output=output, error=None, error_type="", form=form)
    raw, status = bytes(answer.form[_BODY]), int(answer.form["status"])
    try:
        whole = json_value(raw)
    except NotJson:
        if call.request.kind is not CallKind.MODEL or not answer.success:
            raise ValueError("its body is not JSON") from None
        body = rewritten_stream(raw, with_value_at(answer.output, tokens, edit.value, edit.pointer))
        form = {name: value for name, value in answer.form.items() if name != "chunks"} | {_BODY: body}
        return model_answer(status, body, streamed=True, form=form)
    body = msgspec.json.encode(with_value_at(whole, tokens, edit.value, edit.pointer))
    form = {name: value for name, value in answer.form.items() if name != "chunks"} | {_BODY: body}
    if call.request.kind is CallKind.MODEL:
        return model_answer(status, body, streamed=False, form=form)
    return replace(answer, output={**answer.output, "body": json_value(body)}, form=form)


def with_value_at(value: Any, tokens: Sequence[str], new: Any, pointer: str) -> Any:
    """Return the value with another one at the path of `tokens`; raise KeyError if it has no such path."""
    if not tokens:
        return new
    token, rest = tokens[0], tokens[1:]
    if isinstance(value, dict) and token in value:
        return {**value, token: with_value_at(value[token], rest, new, pointer)}
    index = list_index(token)
    if isinstance(value, list) and index is not None and index < len(value):
        return [*value[:index], with_value_at(value[index], rest, new, pointer), *value[index + 1 :]]
    raise KeyError(f"it has no value at “{pointer_text(pointer)}”")
