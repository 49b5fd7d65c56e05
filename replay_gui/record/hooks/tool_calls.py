"""Calls of tools whose answers are Python values: the shared part of all hooks of tools."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.record.calls.call import MADE_AGAIN, CallAnswer, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.calls.raised_errors import error_form, error_of_form
from replay_gui.record.sessions.call_session import CallSession, try_to_begin_async, try_to_record
from replay_gui.record.sessions.open_call import inside


@dataclass(frozen=True, slots=True)
class HookedCall:
    """One call of a tool.

    Attributes:
        name: of the tool. request: returns the request. answer: returns the recorded answer for a result.
        result: returns the result for a recorded answer.
    """

    name: str
    request: Callable[[], CallRequest]
    answer: Callable[[Any], CallAnswer]
    result: Callable[[CallAnswer], Any]


def make_call(session: CallSession, tool: HookedCall, run: Callable[[], Any]) -> Any:
    """Return the result of a call: of `run`, recorded, or from the log. Raises as `run`, or the recorded exception."""
    where = f"tool {tool.name}"
    call = try_to_record(session, where, lambda: session.begin(tool.request()))
    if call is None:
        return run()
    if (answer := call.answer) is not None:
        call.finish(answer)
        return _recorded_result(session, where, tool, answer)
    try:
        with inside(call):
            result = run()
    except BaseException as error:
        failure = error  # computed by code of the agent, which may raise
        try_to_record(session, where, lambda: call.finish(failed_answer(failure)))
        raise
    try_to_record(session, where, lambda: call.finish(tool.answer(result)))
    return result


async def make_call_async(session: CallSession, tool: HookedCall, run: Callable[[], Awaitable[Any]]) -> Any:
    """Return the result of a call of a coroutine function; see `make_call`."""
    where = f"tool {tool.name}"
    asked = try_to_record(session, where, tool.request)
    call = None if asked is None else await try_to_begin_async(session, where, asked)
    if call is None:
        return await run()
    if (answer := call.answer) is not None:
        await call.finish_async(answer)
        return _recorded_result(session, where, tool, answer)
    try:
        with inside(call):
            result = await run()
    except BaseException as error:
        failure = error  # computed by code of the agent, which may raise
        try_to_record(session, where, lambda: call.finish(failed_answer(failure)))
        raise
    try_to_record(session, where, lambda: call.finish(tool.answer(result)))
    return result


def failed_answer(error: BaseException) -> CallAnswer:
    """Return the answer of a call that raised."""
    form = {"raised": error_form(error)}
    return CallAnswer(output=None, error=str(error) or type(error).__name__, error_type=type(error).__name__, form=form)


def plain_answer(result: Any, converted: Callable[[Any], Any]) -> CallAnswer:
    """Return the recorded form of any result; `converted`: makes the result again from its plain form."""
    plain = plain_form(result)
    if plain.exact:
        return CallAnswer(output=plain.value)
    return CallAnswer(output=plain.value, form={MADE_AGAIN: _equals(converted(plain.value), result)})


def _recorded_result(session: CallSession, where: str, tool: HookedCall, answer: CallAnswer) -> Any:
    if "raised" in answer.form:
        raise error_of_form(answer.form["raised"])
    if answer.form.get(MADE_AGAIN) is False:
        error = AnswerNotRecorded(
            f"what the tool {tool.name} returned is in the log as text only, so it cannot be answered from there; "
            f"let it be called: --live {tool.name}"
        )
        session.report_failure(where, error)
        raise error
    if answer.error is not None and not answer.form:  # recorded by other means: only the error's text is known
        raise error_of_form({"name": "ToolError", "message": answer.error})
    return tool.result(answer)


def _equals(a: Any, b: Any) -> bool:
    try:
        return type(a) is type(b) and bool(a == b)
    except Exception:  # noqa: BLE001  comparisons of the agent's classes may raise any error
        return False
