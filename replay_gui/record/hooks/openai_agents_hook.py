"""Tools of the OpenAI Agents SDK: the invoker of a function tool is wrapped when it is read.

So tools that were made before the recording began are recorded too.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.hooks.patching import patch
from replay_gui.record.hooks.tool_calls import HookedCall, make_call_async, plain_answer
from replay_gui.record.sessions.call_session import current_session

_INVOKER = "on_invoke_tool"
_BIND = "__agents_bind_function_tool__"
_WRAPPED = "__replay_gui_wrapped__"
_INVOKER_MEMBER = "_replay_gui_invoker"  # member of a tool: its invoker, and the hook of this


def install(module: ModuleType) -> None:
    """Patch ``agents.tool``."""
    patch(module.FunctionTool, "__getattribute__", _hook)


def _hook(original: Any) -> Any:
    def get_attribute(self: Any, name: str) -> Any:
        value = original(self, name)
        if name != _INVOKER or current_session() is None or hasattr(value, _WRAPPED):
            return value
        members = original(self, "__dict__")
        if members.get(_INVOKER_MEMBER, (None,))[0] is not value:  # the SDK checks its identity
            members[_INVOKER_MEMBER] = value, _wrapped(value, original(self, "name"))
        return members[_INVOKER_MEMBER][1]

    return get_attribute


def _wrapped(invoke: Any, tool: str) -> Any:
    @functools.wraps(invoke, updated=())
    async def on_invoke_tool(context: Any, arguments: str) -> Any:
        session = current_session()
        if session is None:
            return await invoke(context, arguments)
        return await make_call_async(session, _call(tool, arguments), lambda: invoke(context, arguments))

    setattr(on_invoke_tool, _WRAPPED, True)
    if (bind := getattr(invoke, _BIND, None)) is not None:  # a copy of a tool binds the invoker to itself
        setattr(on_invoke_tool, _BIND, bind)
    return on_invoke_tool


def _call(name: str, arguments: str) -> HookedCall:
    def request() -> CallRequest:
        try:
            value = json_value(arguments) if arguments else {}
        except NotJson:
            value = arguments
        return CallRequest(CallKind.TOOL, name, value)

    return HookedCall(name, request, lambda result: plain_answer(result, lambda value: value), _output)


def _output(answer: CallAnswer) -> Any:
    return answer.output
