"""Tools of LangChain, and so of LangGraph's ToolNode: the seam is ``BaseTool.run`` and ``arun``."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from replay_gui.record.calls.call import MADE_AGAIN, CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.hooks.patching import patch
from replay_gui.record.hooks.tool_calls import HookedCall, make_call, make_call_async, plain_answer
from replay_gui.record.sessions.call_session import current_session

_INJECTED = frozenset(("runtime", "state", "store", "config", "run_manager", "callbacks"))
_MESSAGE = "tool_message"  # member of an answer's form: that the result is a ToolMessage


def install(module: ModuleType) -> None:
    """Patch ``langchain_core.tools.base``."""
    patch(module.BaseTool, "run", lambda original: _sync_hook(module, original))
    patch(module.BaseTool, "arun", lambda original: _async_hook(module, original))


def _sync_hook(module: ModuleType, original: Any) -> Any:
    def run(self: Any, tool_input: Any, *args: Any, **more: Any) -> Any:
        session = current_session()
        if session is None:
            return original(self, tool_input, *args, **more)
        call = _call(module, self, tool_input, more.get("tool_call_id"))
        return make_call(session, call, lambda: original(self, tool_input, *args, **more))

    return run


def _async_hook(module: ModuleType, original: Any) -> Any:
    async def arun(self: Any, tool_input: Any, *args: Any, **more: Any) -> Any:
        session = current_session()
        if session is None:
            return await original(self, tool_input, *args, **more)
        call = _call(module, self, tool_input, more.get("tool_call_id"))
        return await make_call_async(session, call, lambda: original(self, tool_input, *args, **more))

    return arun


def _call(module: ModuleType, tool: Any, tool_input: Any, call_id: str | None) -> HookedCall:
    def request() -> CallRequest:
        given = tool_input
        if isinstance(tool_input, dict):
            injected = _INJECTED | frozenset(getattr(tool, "_injected_args_keys", ()))
            given = {name: value for name, value in tool_input.items() if name not in injected}
        return CallRequest(CallKind.TOOL, tool.name, plain_form(given).value)

    def answer(result: Any) -> CallAnswer:
        if not isinstance(result, module.ToolMessage):
            return plain_answer(result, lambda value: value)
        output = {"content": result.content, "status": result.status}
        if result.artifact is not None:
            output["artifact"] = result.artifact
        plain = plain_form(output)
        error = str(result.content) if result.status == "error" else None
        return CallAnswer(
            output=plain.value, error=error, form={_MESSAGE: True} | ({} if plain.exact else {MADE_AGAIN: False})
        )

    def given_result(answer: CallAnswer) -> Any:
        if _MESSAGE not in answer.form:
            return answer.output
        is_whole = isinstance(answer.output, dict) and "content" in answer.output
        message = answer.output if is_whole else {"content": str(answer.output)}  # a fixed answer may be a text
        return module.ToolMessage(**message, tool_call_id=call_id, name=tool.name)

    return HookedCall(tool.name, request, answer, given_result)
