"""Clients of MCP servers: tools, resources and prompts. The seam is ``ClientSession.send_request``.

The first exchange (``initialize``) is not recorded, because it belongs to the connection: in a re-run the server is
still started, but gets no other request.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.mcp_results import result_text, whole_result
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.hooks.patching import patch
from replay_gui.record.hooks.tool_calls import HookedCall, make_call_async
from replay_gui.record.sessions.call_session import current_session

_METHODS = frozenset(("tools/call", "tools/list", "resources/read", "resources/list", "prompts/get", "prompts/list"))


def install(module: ModuleType) -> None:
    """Patch ``mcp.client.session``."""
    patch(module.ClientSession, "send_request", _hook)


def _hook(original: Any) -> Any:
    async def send_request(self: Any, request: Any, result_type: Any, *args: Any, **more: Any) -> Any:
        session = current_session()
        asked = getattr(request, "root", request)  # the first versions wrap it
        if session is None or asked.method not in _METHODS:
            return await original(self, request, result_type, *args, **more)
        call = _call(asked, result_type)
        return await make_call_async(session, call, lambda: original(self, request, result_type, *args, **more))

    return send_request


def _call(asked: Any, result_type: Any) -> HookedCall:
    is_tool = asked.method == "tools/call"
    name = str(asked.params.name) if is_tool else f"mcp {asked.method}"

    def request() -> CallRequest:
        if is_tool:
            value = asked.params.arguments or {}
        else:
            value = {} if asked.params is None else asked.params.model_dump(mode="json", exclude_none=True)
            value.pop("meta", None)
            value.pop("_meta", None)
        return CallRequest(CallKind.TOOL, name, plain_form(value).value)

    def answer(result: Any) -> CallAnswer:
        value = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        failed = bool(value.get("isError"))
        return CallAnswer(
            output=plain_form(value).value, error=result_text(value) if failed else None, form={"mcp": True}
        )

    def given_result(answer: CallAnswer) -> Any:
        validate = getattr(result_type, "model_validate", None) or result_type.validate_python
        return validate(whole_result(answer.output) if is_tool else answer.output)  # a fixed answer may be a text

    return HookedCall(name, request, answer, given_result)
