"""Messages with a payload: the wire protocol of Kimi CLI, as JSON-RPC, and as its older sessions keep it."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.assistants.kimi.events import KimiEvents, tokens_of
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.formats.records import as_fields, as_map
from replay_gui.core.importers.run_builder import End

CLIENT = "client."
"""How the types of records begin that are made of other messages of the protocol than events and requests."""
ANSWER = f"{CLIENT}answer"

_TYPES = ("TurnBegin", "StepBegin", "ContentPart", "ToolCall", "ToolResult", "StatusUpdate")
_ENDS: dict[str, End] = {  # by the status of a prompt's answer
    "finished": "answered",
    "cancelled": "stopped by user",
    "max_steps_reached": "limit",
}
_TOKENS = {
    "rest": "input_other",
    "cached": "input_cache_read",
    "written": "input_cache_creation",
    "output": "output",
}


def as_record(message: Any) -> Any:
    """Return a message of the protocol as a session keeps it: ``{"message": {"type", "payload"}}``; others as is."""
    if not isinstance(message, dict) or not ("jsonrpc" in message or ("method" in message and "params" in message)):
        return message
    method, params = message.get("method"), message.get("params")
    about = {"timestamp": message["timestamp"]} if "timestamp" in message else {}
    if method in ("event", "request") and isinstance(params, dict):
        return {**about, "message": params}
    if method is not None:
        return {**about, "type": f"{CLIENT}{method}", **({"params": params} if params else {})}
    return {**about, "type": ANSWER, **{name: message[name] for name in ("result", "error") if name in message}}


def is_message(record: dict[str, Any]) -> bool:
    """Return whether a record is a message with a payload, of a session or of the protocol."""
    message = as_record(record).get("message")
    is_named = isinstance(message, dict) and message.get("type") in _TYPES and isinstance(message.get("payload"), dict)
    return is_named and not record.keys().isdisjoint(("timestamp", "jsonrpc", "method"))


class WireEvents(KimiEvents):
    """Make events of messages with a payload."""

    _begun: dict[str, Any] | None = None  # a call, whose arguments may continue

    def _message_of_wire(self, kind: str, payload: dict[str, Any]) -> None:
        """Add the events of one message. `kind`: its type."""
        if kind == "ToolCallPart" and self._begun is not None:
            self._begun["arguments"] = f"{self._begun['arguments']}{payload.get('arguments_part') or ''}"
            return
        if kind == "SubagentEvent" and isinstance(inner := payload.get("event"), dict):
            self._message_of_subagent(inner, payload)
            return
        self._add_call()
        if kind == "ContentPart" and payload.get("type") in ("text", "think"):
            sort = payload["type"]
            self._piece(sort, payload.get(sort), self.rest(payload, "type", "think", "text"))
            return
        self._end_pieces()
        facts = self.rest(payload)
        match kind:
            case "TurnBegin" | "SteerInput":
                self.how = None
                self.add_message(
                    "user", content_of(payload.get("user_input")) or None, self.fields(payload, "user_input")
                )
            case "ContentPart":
                self._part(payload, {})
            case "ToolCall" if isinstance(function := payload.get("function"), dict):
                fields = self.rest(payload, "function", type="function")
                fields |= self.rest(function, "name", "arguments")
                given = function.get("arguments") or ""
                self._begun = {
                    "id": payload.get("id"),
                    "name": function.get("name"),
                    "arguments": given,
                    "fields": fields,
                }
                self._begun["time"] = self.run.context.get("time")
            case "ToolResult":
                fields = self.rest(payload, "return_value")
                self._result(payload.get("tool_call_id"), payload.get("return_value"), "is_error", fields)
            case "StatusUpdate":
                usage = payload.get("token_usage")
                tokens = tokens_of(usage, _TOKENS)
                self.run.bookkeeping(f"{self.format}/{kind}", facts, tokens=tokens, usage=usage)
            case "ApprovalRequest":
                self._approvals = {**self._approvals, str(payload.get("id")): payload.get("tool_call_id")}
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case "ApprovalResponse" | "ApprovalRequestResolved":
                self._approved(self._approvals.get(str(payload.get("request_id"))), payload.get("response"))
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case "TurnEnd":
                self.how = "answered", None
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case "StepInterrupted":
                self.how = "stopped by user", None
                self.run.interrupted("the user stopped the step", "user", as_fields(facts) or None)
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", facts)

    def _add_call(self) -> None:
        """Add the call whose arguments are complete."""
        if self._begun is not None:
            call, self._begun = self._begun, None
            now, self.run.context = self.run.context, {**self.run.context, "time": call["time"]}
            self._call(call["id"], call["name"], decoded(call["arguments"]), call["fields"])
            self.run.context = now

    def _message_of_subagent(self, message: dict[str, Any], about: dict[str, Any]) -> None:
        call_id = about.get("parent_tool_call_id", about.get("task_tool_call_id"))
        agent = str(about.get("agent_id") or call_id)
        if agent not in self._subagents:
            self._begin_subagent(agent, about.get("subagent_type") or "subagent", call_id)
            self.run.bookkeeping(f"{self.format}/SubagentEvent", self.rest(about, "event"))
        reader, where = self._subagents[agent]
        self.run.context |= where
        payload = message.get("payload")
        reader._message_of_wire(str(message.get("type")), payload if isinstance(payload, dict) else {})

    def add_end(self) -> None:
        """Add what is incomplete at the end of the file: a call, a text."""
        for reader in self._readers():
            reader._add_call()
            reader._end_pieces()

    def _answer_to_client(self, record: dict[str, Any]) -> None:
        """Read the agent's answer to a prompt, or the client's answer to a request."""
        result, error = as_map(record.get("result")), record.get("error")
        status = result.get("status")
        if isinstance(error, dict):
            self._turn_ended("error", error)
        elif status in _ENDS:
            self.how = _ENDS[status], status if _ENDS[status] == "limit" else None
        elif "request_id" in result:
            self._approved(self._approvals.get(str(result["request_id"])), result.get("response"))
