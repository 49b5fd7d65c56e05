"""``@record.tool``: a function of the agent as a tool, recorded and answered as a whole."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

import msgspec

from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.calls.raised_errors import error_form, error_of_form
from replay_gui.record.sessions.call_session import CallSession, session_in_force, try_to_begin_async, try_to_record
from replay_gui.record.sessions.open_call import inside

_F = TypeVar("_F", bound=Callable[..., Any])


def hooked_tool(function: _F, name: str | None = None, version: str = "") -> _F:
    """Return a function that does as `function`, whose calls are recorded while a session is in force.

    TypeError for generator functions: what they yield has no one answer.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{function.__qualname__} yields its results one by one; a tool returns one answer")
    tool = _Tool(function, name or function.__name__, version)
    wrapper: Any
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            session = session_in_force()
            return await (function(*args, **kwargs) if session is None else tool.call_async(session, args, kwargs))

    else:

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            session = session_in_force()
            return function(*args, **kwargs) if session is None else tool.call(session, args, kwargs)

    hooked: _F = wrapper
    return hooked


class _Tool:
    """A function that is a tool."""

    def __init__(self, function: Callable[..., Any], name: str, version: str) -> None:
        self._function = function
        self._name = name
        self._version = version
        self._signature = inspect.signature(function)

    def call(self, session: CallSession, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        where = f"tool {self._name}"
        call = try_to_record(session, where, lambda: session.begin(self._request(args, kwargs)))
        if call is None:
            return self._function(*args, **kwargs)
        if call.answer is not None:
            call.finish(call.answer)
            return self._recorded_result(call.answer)
        try:
            with inside(call):
                result = self._function(*args, **kwargs)
        except BaseException as error:
            failure = failed_answer(error)
            try_to_record(session, where, lambda: call.finish(failure))
            raise
        try_to_record(session, where, lambda: call.finish(self._answer(result)))
        return result

    async def call_async(self, session: CallSession, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        where = f"tool {self._name}"
        asked = try_to_record(session, where, lambda: self._request(args, kwargs))
        call = None if asked is None else await try_to_begin_async(session, where, asked)
        if call is None:
            return await self._function(*args, **kwargs)
        if call.answer is not None:
            await call.finish_async(call.answer)
            return self._recorded_result(call.answer)
        try:
            with inside(call):
                result = await self._function(*args, **kwargs)
        except BaseException as error:
            failure = failed_answer(error)
            try_to_record(session, where, lambda: call.finish(failure))
            raise
        try_to_record(session, where, lambda: call.finish(self._answer(result)))
        return result

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CallRequest:
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:  # the call itself will raise it
            given = {"args": list(args), "kwargs": kwargs}
        else:
            bound.apply_defaults()
            given = {name: value for name, value in bound.arguments.items() if name not in ("self", "cls")}
        return CallRequest(CallKind.TOOL, self._name, plain_form(given).value, version=self._version)

    def _answer(self, result: Any) -> CallAnswer:
        plain = plain_form(result)
        if plain.exact:
            return CallAnswer(plain.value)
        return CallAnswer(plain.value, form={"made_again": _equals(self._converted(plain.value), result)})

    def _recorded_result(self, answer: CallAnswer) -> Any:
        if "raised" in answer.form:
            raise error_of_form(answer.form["raised"])
        if answer.form.get("made_again") is False:
            raise AnswerNotRecorded(
                f"what the tool {self._name} returned is in the log as text only, so it cannot be answered from there; "
                f"let it be called: --live {self._name}"
            )
        if answer.error is not None and not answer.form:  # recorded by other means: the error's text is all there is
            raise error_of_form({"name": "ToolError", "message": answer.error})
        return self._converted(answer.output) if "made_again" in answer.form else answer.output

    def _converted(self, value: Any) -> Any:
        """Return a plain value as what the function's annotation says that it returns; itself where that fails."""
        try:
            hint = get_type_hints(self._function).get("return", Any)
            validate = getattr(hint, "model_validate", None)  # of Pydantic
            return validate(value) if callable(validate) else msgspec.convert(value, hint)
        except Exception:  # noqa: BLE001  annotations and validators of the agent may raise anything
            return value


def failed_answer(error: BaseException) -> CallAnswer:
    """Return the answer of a call that raised."""
    form = {"raised": error_form(error)}
    return CallAnswer(None, error=str(error) or type(error).__name__, error_type=type(error).__name__, form=form)


def _equals(a: Any, b: Any) -> bool:
    try:
        return type(a) is type(b) and bool(a == b)
    except Exception:  # noqa: BLE001  comparisons of the agent's classes may raise anything
        return False
