"""``@record.tool``: a function of the agent as a tool, recorded and answered as a whole."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

import msgspec

from replay_gui.record.calls.call import MADE_AGAIN, CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.hooks.tool_calls import HookedCall, make_call, make_call_async, plain_answer
from replay_gui.record.sessions.call_session import current_session

_F = TypeVar("_F", bound=Callable[..., Any])


def hooked_tool(function: _F, name: str | None = None, version: str = "") -> _F:
    """Return a function that works like `function`, whose calls are recorded while a session is in force.

    Raises TypeError for generator functions, which have no single answer.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{function.__qualname__} yields its results one by one; a tool returns one answer")
    tool = _FunctionTool(function, name or function.__name__, version)
    wrapper: Any
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            session = current_session()
            if session is None:
                return await function(*args, **kwargs)
            return await make_call_async(session, tool.call(args, kwargs), lambda: function(*args, **kwargs))

    else:

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            session = current_session()
            if session is None:
                return function(*args, **kwargs)
            return make_call(session, tool.call(args, kwargs), lambda: function(*args, **kwargs))

    hooked: _F = wrapper
    return hooked


class _FunctionTool:
    """A function that is a tool."""

    def __init__(self, function: Callable[..., Any], name: str, version: str) -> None:
        self._function = function
        self._name = name
        self._version = version
        self._signature = inspect.signature(function)
        parameters = self._signature.parameters.values()
        self._are_named = all(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
        self._names = [parameter.name for parameter in parameters]
        self._known = frozenset(self._names)
        self._defaults = {
            name: each.default for name, each in self._signature.parameters.items() if each.default is not each.empty
        }

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HookedCall:
        return HookedCall(self._name, lambda: self._request(args, kwargs), self._answer, self._result)

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CallRequest:
        given = self._bound(args, kwargs)
        if given is None:  # the call itself will raise it
            given = {"args": list(args), "kwargs": kwargs}
        else:
            given = {name: value for name, value in given.items() if name not in ("self", "cls")}
        return CallRequest(CallKind.TOOL, self._name, plain_form(given).value, version=self._version)

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        """Return each parameter's value by its name, defaults included; None if the arguments do not fit."""
        if self._are_named and not (args and kwargs) and len(args) <= len(self._names):  # most calls; six times as fast
            given = self._defaults | (dict(zip(self._names, args, strict=False)) if args else kwargs)
            if given.keys() == self._known:
                return given
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:
            return None
        bound.apply_defaults()
        return dict(bound.arguments)

    def _answer(self, result: Any) -> CallAnswer:
        return plain_answer(result, self._converted)

    def _result(self, answer: CallAnswer) -> Any:
        return self._converted(answer.output) if MADE_AGAIN in answer.form else answer.output

    def _converted(self, value: Any) -> Any:
        """Return a plain value as the type in the function's return annotation; unchanged if that fails."""
        try:
            hint = get_type_hints(self._function).get("return", Any)
            validate = getattr(hint, "model_validate", None)  # a Pydantic type
            return validate(value) if callable(validate) else msgspec.convert(value, hint)
        except Exception:  # noqa: BLE001  annotations and validators of the agent may raise any error
            return value
