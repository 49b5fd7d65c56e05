"""Grok sessions (``chat_history.jsonl``): JSON Lines of messages, with calls of tools that the provider runs itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_content import arguments_of, content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.text.closed_tags import without_closed
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_TYPES = ("system", "user", "assistant", "reasoning", "tool_result", "backend_tool_call")
_SERVER_CALLS = {"web_search_call": "web_search", "custom_tool_call": "x_search", "code_interpreter_call": "code"}
_INPUT_MEMBERS = ("action", "input", "code")  # members with the arguments of such a call
_QUERY_END = "</user_query>"
_USER_QUERY = re.compile(f"<user_query>(.*?){_QUERY_END}", re.DOTALL)
_CONTEXT = re.compile(
    r"<(user_info|git_status|system-reminder|agent_skills|mcp_servers|project_layout)>.*?(?:</\1>|\Z)", re.DOTALL
)
_BY_USER = (None, "", "interjection")


class Grok(RecordFormat):
    """The importer. A session is one run; the file has no times."""

    name = "grok"
    title = translatable("Grok session")
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "call_id", "container_id", "response_id"), ID),
        "encrypted_content": "Encrypted reasoning; it is encrypted differently in every run.",
        "raw_output": "The provider's own form of the answer; its reasoning and calls are compared as steps.",
        "prompt_index": "The number of the prompt; the order of the prompts shows it.",
        "timestamp": CLOCK,
        "usage": USAGE,
        **OF_PARTS,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages of known types, one of which has a member that only Grok writes."""
        typed = [record for record in records if record.get("type") in _TYPES and "message" not in record]
        return len(typed) == len(records) and any(
            record["type"] == "backend_tool_call" or "synthetic_reason" in record or "model_id" in record
            for record in typed
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's records."""
        return _GrokEvents(self.name, self.volatile, notes)


class _GrokEvents(ChatMessageEvents):
    agent = "Grok"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._provider_calls = set[str]()  # ids of calls that the provider ran

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        if not self._begun:
            self.begin({})
        kind = record.get("type")
        if kind == "user":
            self._user(record)
        elif kind == "assistant":
            self._answer(record)
        elif kind == "reasoning":
            thought = content_of(record.get("summary") or record.get("content")) or REASONING_NOT_RECORDED
            self.add_answer(None, str(thought), self.fields(record, "type", "summary", "content"))
        elif kind == "backend_tool_call":
            call = record.get("kind")
            self._server_call(call if isinstance(call, dict) else record, self.rest(record, "type", "kind"))
        elif kind == "tool_result":
            super().add_record({**{name: record[name] for name in record if name != "type"}, "role": "tool"})
        else:
            super().add_record({**{name: record[name] for name in record if name != "type"}, "role": kind})

    def _user(self, record: dict[str, Any]) -> None:
        """Add the user's words, and separately the context that Grok added to them or sent instead of them."""
        content = content_of(record.get("content"))
        rest = self.rest(record, "type", "content", synthetic_reason="interjection")
        if record.get("prior_turn_interrupt"):
            self.run.interrupted("the user stopped the turn before", "user")
        if record.get("synthetic_reason") not in _BY_USER:
            words, context = None, content
        elif not isinstance(content, str):
            words, context = content, None
        elif (asked := without_closed(_USER_QUERY, content, _QUERY_END))[0]:
            words, context = "\n".join(match[1].strip() for match in asked[0]), asked[1].strip()
        else:
            words = _CONTEXT.sub("", content).strip()
            context = None if words == content.strip() else "\n".join(match[0] for match in _CONTEXT.finditer(content))
        if context:
            self.run.unmapped = {} if words else rest
            self.run.bookkeeping(f"{self.format}/context", context)
        if words or not context:
            self.add_message("user", words, {"fields": rest} if rest else {})

    def _answer(self, record: dict[str, Any]) -> None:
        """Add an answer. Older files keep the provider's thoughts, and the calls that it ran, in the answer."""
        sent = record.get("raw_output")
        parts = [part for part in sent if isinstance(part, dict)] if isinstance(sent, list) else []
        for part in parts:
            tool = _SERVER_CALLS.get(str(part.get("type")))
            if tool is not None and str(part.get("id")) not in self._provider_calls:
                self._server_call({**part, "tool_type": tool}, {})
        inner = record.get("reasoning")
        thought = inner.get("text") if isinstance(inner, dict) else None
        if thought is None:
            thoughts = [part.get("summary") or part.get("content") for part in parts if part.get("type") == "reasoning"]
            thought = "\n".join(str(content_of(text)) for text in thoughts if text) or record.get("reasoning_content")
        used = ("type", "raw_output", "reasoning", "reasoning_content", "model_id")
        members = {name: value for name, value in record.items() if name not in used}
        members |= {"reasoning_content": thought} if thought else {}
        super().add_record(
            {**members, "role": "assistant", "model": record.get("model_id"), "content": record.get("content")}
        )

    def _server_call(self, call: dict[str, Any], rest: dict[str, Any]) -> None:
        """Add a call that the provider ran before it answered, with its result if the file has it."""
        call_id = str(call.get("id") or f"call {self.run.count}")
        given = {name: call[name] for name in _INPUT_MEMBERS if name in call}
        self._provider_calls.add(call_id)
        arguments, results = arguments_of(next(iter(given.values()), None)), call.get("outputs")
        arguments = {"code": arguments} if "code" in given else arguments
        used = ("tool_type", "type", "status", "outputs", *_INPUT_MEMBERS)
        extra = {**rest, **self.rest(call, *used)}
        name = str(call.get("tool_type") or "tool")
        self.run.request(call_id, name, arguments, extra={"fields": extra} if extra else None, tool_call_id=call_id)
        status = call.get("status")
        if results or status in ("completed", "failed"):
            parts = results if isinstance(results, list) else []
            logs = [part["logs"] for part in parts if isinstance(part, dict) and _is_log(part)]
            output = "\n".join(logs) if logs and len(logs) == len(parts) else results or status
            error = None if status in (None, "completed") else first_line(output) or str(status)
            self.add_result(call_id, output, error, {}, tool_call_id=call_id)


def _is_log(part: dict[str, Any]) -> bool:
    return part.keys() == {"type", "logs"} and part["type"] == "logs" and isinstance(part["logs"], str)
