"""AutoGen's event log (``autogen_core.events``): calls of models and tools, messages between agents, one per line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message import Message
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import use_of
from replay_gui.core.importers.formats.providers.provider_answers import as_message
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.translation.messages import translatable

_MODEL_CALLS = ("LLMCall", "LLMStreamEnd")
_READ_MEMBERS = ("type", "messages", "response", "tools")


class AutoGenEvents(RecordFormat):
    """The importer. A file is one run; messages between agents are bookkeeping, messages to a model are not."""

    name = "autogen-events"
    title = translatable("AutoGen events")
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("agent_id", "sender", "receiver", "id", "tool_call_id"), ID),
        **dict.fromkeys(("prompt_tokens", "completion_tokens", "usage", "system_fingerprint"), USAGE),
        **dict.fromkeys(("created", "created_at"), CLOCK),
        "handling_agent": ID,
        "response/object": "The provider's name for the kind of its answer.",
        "message/role": "The role of an answer; it is always the assistant.",
        "tool_calls/*/type": "Every call in a message has the same type.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that begin with a message between agents, or an agent's call of a model."""
        return any(
            {"delivery_stage", "payload", "kind"} <= record.keys()
            or (record.get("type") in _MODEL_CALLS and {"agent_id", "response"} <= record.keys())
            for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one log's records."""
        return _AutoGenEvents(self.name, self.volatile, notes)


class _AutoGenEvents(RecordEvents):
    agent = "AutoGen"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._known_messages: set[str] = set()  # (speaker, content) as JSON
        self._open: dict[str, str] = {}  # calls without a result: name and arguments as JSON
        self._tools: Any = None

    def add_record(self, record: dict[str, Any]) -> None:
        kind = record.get("type")
        self.add_agent()
        if kind in _MODEL_CALLS:
            self._add_model_call(record)
            self._answered_model(record)
        elif kind == "LLMStreamStart":
            self._add_model_call(record)
        elif kind == "ToolCall":
            self.how = None
            self._called_tool(record)
        elif kind in ("MessageHandlerException", "AgentConstructionException"):
            self.how = None  # the answer before it was not taken up; what came then is not recorded
            self.run.error(
                str(kind), str(record.get("exception")), self.agent, self.fields(record, "type", "exception")
            )
        elif kind in ("Message", "MessageDropped"):
            members = {name: decoded(value) for name, value in record.items()}
            self._passed_on(members.get("payload"))
            self.run.bookkeeping(f"{self.format}/{kind}", self.rest(members, "type"))
        else:
            self.add_unknown(kind, record)

    def _add_model_call(self, record: dict[str, Any]) -> None:
        """Add the new messages to the model, and the results of its calls that have no separate line."""
        extra = self.fields({"tools": record.get("tools")}) if record.get("tools") != self._tools else {}
        self._tools = record.get("tools") or self._tools
        messages = record.get("messages")
        for value in messages if isinstance(messages, list) else []:
            if not is_message(value):
                continue
            message = read_message(value)
            more = self.fields(message.rest)
            for result in message.results:
                if result.id in self._open:
                    self._result(result.id, result.output, result.failure)
            if self._is_known(message):
                continue
            if message.role in ("assistant", "tool") or message.content is None:  # an earlier call's, or changed
                self.run.bookkeeping(f"{self.format}/context", value)
            else:
                self.add_message(message.role, message.content, {**extra, **more})
                extra = {}

    def _is_known(self, message: Message) -> bool:
        """Return whether a message was added before; remember it."""
        calls = [(call.name, call.input) for call in message.calls]
        results = [result.output for result in message.results]
        own_content = [message.role, message.content, calls, self.fields(message.rest)] if not results else []
        key = json.dumps([own_content, results], sort_keys=True, default=str)
        known = key in self._known_messages
        self._known_messages.add(key)
        return known

    def _result(self, call_id: str, output: Any, wrong: str | None) -> None:
        del self._open[call_id]
        self._known_messages.add(json.dumps([[], [output]], sort_keys=True, default=str))
        self.add_result(call_id, output, wrong, {})

    def _passed_on(self, payload: Any) -> None:
        """Note the tool results in a message between agents: only these record whether a call failed."""
        message = payload.get("message") if isinstance(payload, dict) else None
        if not isinstance(message, dict) or message.get("type") != "ToolCallExecutionEvent":
            return
        for result in maps_in(message.get("content")):
            call_id, output = str(result.get("call_id")), result.get("content")
            if call_id in self._open:
                self._result(call_id, output, (first_line(output) or "failed") if result.get("is_error") else None)

    def _answered_model(self, record: dict[str, Any]) -> None:
        answer = record.get("response")
        answer = answer if isinstance(answer, dict) else {"content": answer}
        match {name: value for name, value in answer.items() if value is not None}:
            case {"choices": [{"message": dict()}, *_], **rest} as whole if "candidates" not in rest:
                answer = as_message(whole)
        message = read_message({"role": "assistant", **answer})
        self._is_known(
            read_message({"role": "assistant", "content": message.content, "tool_calls": answer.get("tool_calls")})
        )
        self.set_model(message.rest.get("model"))
        usage = {name: record[name] for name in ("prompt_tokens", "completion_tokens") if name in record}
        self.run.once = use_of(message.rest.get("usage") or usage)
        extra = self.fields({**message.rest, **self.rest(record, *_READ_MEMBERS)}, "model")
        if message.content or message.reasoning or not message.calls:
            self.run.context["parent"] = self.add_answer(message.content, message.reasoning, extra)
            extra = {}
        for call in message.calls:
            call_id = call.id or f"call {self.run.count}"
            self._open[call_id] = _key_of_call(call.name, call.input)
            self.run.request(call_id, call.name, call.input, extra=extra, tool_call_id=call.id)
            extra = {}
        self.how = None if message.calls else ("answered", None)

    def _called_tool(self, record: dict[str, Any]) -> None:
        name, given = str(record.get("tool_name")), decoded(record.get("arguments"))
        asked = _key_of_call(name, given)
        call_id = next((one for one, open_call in self._open.items() if open_call == asked), None)
        if call_id is None:
            call_id = f"call {self.run.count}"
            self.run.request(call_id, name, given)
        self._open.pop(call_id, None)
        output = record.get("result")
        self._known_messages.add(json.dumps([[], [output]], sort_keys=True, default=str))
        wrong = first_line(output) or "failed" if record.get("is_error") is True else None
        self.add_result(
            call_id, output, wrong, self.fields(record, "type", "tool_name", "arguments", "result", "is_error")
        )


def _key_of_call(name: str, given: Any) -> str:
    return json.dumps([name, given], sort_keys=True, default=str)
