"""Continue sessions (``~/.continue/sessions/*.json``): a history of messages, each with the states of its calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_map,
    maps_in,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_REFUSED = ("canceled", "cancelled")
_FAILED = ("errored", "error")
_EXITED = re.compile(r"Error executing tool \w{1,40}: Error \(exit code (-?\d{1,9})\): ")
_CAMEL_CASE = {"promptTokens": "prompt_tokens", "completionTokens": "completion_tokens"}


class Continue(RecordFormat):
    """The importer. A session is one run; it has no times."""

    name = "continue"
    title = translatable("Continue session")
    version = 3
    member = "history"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "sessionId", "toolCallId"), ID),
        **dict.fromkeys(("startAt", "endAt", "dateCreated"), CLOCK),
        "usage": USAGE,
        "workspaceDirectory": HOST,
        "title": "A title that a model wrote; it varies between equal runs.",
        "editorState": "The prompt in the editor's form; the prompt itself is compared.",
        "promptLogs": "The text sent to the model; the messages, which are compared, have it.",
        **OF_PARTS,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept entries with a message each, one of which has a member that only the editor writes."""
        messages = [record.get("message") for record in records]
        return all(isinstance(message, dict) and "role" in message for message in messages) and any(
            record.keys() & {"contextItems", "toolCallStates", "editorState"} for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's entries."""
        return _ContinueEvents(self.name, self.volatile, notes)


class _ContinueEvents(ChatMessageEvents):
    agent = "Continue"

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        session = self.whole.get("sessionId")
        return session if isinstance(session, str) else super().run_id(head)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one entry: its message, then the results of its calls."""
        if not self._begun:
            self.begin({})
        message = record["message"] if isinstance(record.get("message"), dict) else {}
        rest = self.rest(record, "message", "toolCallStates", "reasoning", isGatheringContext=False)
        if message.get("role") == "thinking":
            text = content_of(message.get("content")) or REASONING_NOT_RECORDED
            members = {**rest, **self.rest(message, "role", "content")}
            self.add_answer(None, str(text), {"fields": members} if members else {})
        elif (
            message.get("role") != "tool" or message.get("toolCallId") in self._open
        ):  # otherwise the call's state had the result
            usage = message.get("usage")
            counted = (
                {_CAMEL_CASE.get(name, name): count for name, count in usage.items()}
                if isinstance(usage, dict)
                else None
            )
            thought = record.get("reasoning")
            members = (
                {"reasoning_content": thought.get("text")} if isinstance(thought, dict) and thought.get("text") else {}
            )
            super().add_record({**members, **message, **rest, **({"usage": counted} if counted else {})})
        else:
            self.run.bookkeeping(f"{self.format}/repeated", {**rest, **self.rest(message)})
        for state in maps_in(record.get("toolCallStates")):
            self._state(state)

    def add_end(self) -> None:
        """Add the token usage of the whole session, if the file has it."""
        usage = self.whole.get("usage")
        if isinstance(usage, dict):
            tokens = counted_tokens(usage, {"input": "promptTokens", "output": "completionTokens"})
            self.run.bookkeeping(f"{self.format}/result", None, tokens=tokens or None, cost=usage.get("totalCost"))
        super().add_end()

    def _state(self, state: dict[str, Any]) -> None:
        call_id, status = str(state.get("toolCallId")), state.get("status")
        if call_id not in self._open or (status not in ("done", *_REFUSED, *_FAILED)):
            return
        self._open.remove(call_id)
        parts = maps_in(state.get("output"))
        texts = [part.get("content") for part in parts if isinstance(part.get("content"), str)]
        output = "\n".join(map(str, texts)) if texts and len(texts) == len(parts) else state.get("output")
        call = self.run.call(call_id)
        used = {"status": "done", "parsedArgs": call.input if call else None}
        asked = as_map(as_map(state.get("toolCall")).get("function"))
        is_same = call is not None and (asked.get("name"), decoded(asked.get("arguments"))) == (
            call.tool_name,
            call.input,
        )
        repeated = ("toolCall",) if is_same or not asked else ()
        extra = self.fields(state, *repeated, "processedArgs", "output", "tool", **used)
        named = [self.rest(part, "content") for part in parts]
        extra |= {"shown": named} if any(named) and output is not state.get("output") else {}
        refused = status in _REFUSED
        error = first_line(output) or str(status) if refused or status in _FAILED else None
        if error is not None and isinstance(output, str) and (exited := _EXITED.match(output)):
            error, extra = f"exit {exited[1]}", {**extra, "exit_code": int(exited[1])}
        self.add_result(call_id, output, error, extra, refused=refused, tool_call_id=call_id)
