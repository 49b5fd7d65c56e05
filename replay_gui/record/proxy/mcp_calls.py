"""Messages of MCP as calls: JSON-RPC 2.0, one message a line (MCP's transport "stdio")."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.calls.mcp_results import result_text, whole_result
from replay_gui.record.calls.plain_form import plain_form

CALL_TOOL = "tools/call"
NOT_ANSWERED = -32000  # a server's own error, by JSON-RPC
_FORM = "json_rpc"  # member of an answer's form: the answer as it came, without its id


def messages_in(line: bytes) -> list[dict[str, Any]]:
    """Return the messages of a line: one, those of a batch, or none if it is not JSON-RPC."""
    try:
        value = json_value(line)
    except NotJson:
        return []
    return [message for message in (value if isinstance(value, list) else [value]) if isinstance(message, dict)]


def is_request(message: dict[str, Any]) -> bool:
    """Return whether a message needs an answer."""
    return isinstance(message.get("method"), str) and message.get("id") is not None


def is_answer(message: dict[str, Any]) -> bool:
    """Return whether a message is an answer."""
    return "method" not in message and message.get("id") is not None and ("result" in message or "error" in message)


def call_of(message: dict[str, Any]) -> CallRequest:
    """Return a request as a call: of a tool by its own name, else of ``mcp METHOD``."""
    method, params = message["method"], message.get("params")
    value: dict[str, Any] = {**params} if isinstance(params, dict) else {}
    value.pop("_meta", None)  # tokens of progress, which differ from run to run
    if method == CALL_TOOL and isinstance(value.get("name"), str):
        arguments = value.get("arguments")
        return CallRequest(CallKind.TOOL, value["name"], plain_form({} if arguments is None else arguments).value)
    return CallRequest(CallKind.TOOL, f"mcp {method}", plain_form(value).value)


def answer_of(message: dict[str, Any]) -> CallAnswer:
    """Return an answer in its recorded form."""
    if "error" in message:
        error = plain_form(message["error"]).value
        details = error if isinstance(error, dict) else {}
        text = str(details.get("message") or "failed")
        return CallAnswer(
            output=None, error=text, error_type=f"JSON-RPC {details.get('code')}", form={_FORM: {"error": error}}
        )
    result = plain_form(message["result"]).value
    has_failed = isinstance(result, dict) and result.get("isError") is True
    return CallAnswer(output=result, error=result_text(result) if has_failed else None, form={_FORM: True})


def users_answer(message: dict[str, Any], value: Any) -> CallAnswer:
    """Return the answer with the user's value to a request; for a tool, a whole result, as clients expect."""
    return answer_of({"result": whole_result(value) if message["method"] == CALL_TOOL else value})


def line_of(message_id: Any, answer: CallAnswer) -> bytes:
    """Return a recorded answer as a line; raise AnswerNotRecorded if it was recorded by other means."""
    form = answer.form.get(_FORM)
    if form is not True and not (isinstance(form, dict) and "error" in form):
        raise AnswerNotRecorded("the log has an answer that is not from an MCP server: it was recorded by other means")
    body = {"result": answer.output} if form is True else {"error": form["error"]}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": message_id, **body}) + b"\n"


def error_line(message_id: Any, text: str) -> bytes:
    """Return the error response."""
    error = {"code": NOT_ANSWERED, "message": text}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": message_id, "error": error}) + b"\n"
