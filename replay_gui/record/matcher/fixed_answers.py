"""Constant answers: a value that the user gives for the calls of a tool."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_gui.core.errors import RerunRefused
from replay_gui.record.calls.call import MADE_AGAIN, CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.matcher.past_run import PastRun

_STATUS_OK = 200  # the HTTP status
_JSON = {"content-type": "application/json"}


def check_fixed(run: PastRun, names: frozenset[str]) -> None:
    """Raise RerunRefused if one of these is not a tool, but a model."""
    for call in run.calls:
        if call.request.kind is CallKind.MODEL and call.request.name in names:
            raise RerunRefused(f"{call.request.name} is a model; only tools have fixed answers")


def fixed_answer(run: PastRun, request: CallRequest, value: Any) -> CallAnswer:
    """Return the answer with this value to a call of a tool, in the form of the tool's recorded answers."""
    plain = plain_form(value).value
    if "host" in request.meta:  # over HTTP
        form = {"status": _STATUS_OK, "headers": _JSON, "body": msgspec.json.encode(plain)}
        return CallAnswer(output={"status": _STATUS_OK, "body": plain}, form=form)
    known = (call.answer for call in run.calls if call.request.name == request.name)
    form = next((dict(answer.form) for answer in known if answer is not None and answer.success), {})
    return CallAnswer(output=plain, form=form | ({MADE_AGAIN: True} if MADE_AGAIN in form else {}))
