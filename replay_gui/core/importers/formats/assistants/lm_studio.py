"""Conversations of LM Studio (``….conversation.json``): the chosen version of each message; they have no times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_parts import OF_PARTS
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
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_KINDS = ("singleStep", "multiStep")
_CONTENT, _STATUS = "contentBlock", "toolStatus"
_NOT_DONE = ("toolCallFailed", "toolCallDenied", "toolCallGenerationFailed")  # statuses of a call
_NEXT_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class LmStudio(RecordFormat):
    """The importer. A conversation is one run; other versions of a message are bookkeeping."""

    name = "lm-studio"
    title = translatable("LM Studio conversation")
    version = 2
    member = "messages"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("stepIdentifier", "callId", "toolCallId", "toolCallRequestId", "id"), ID),
        **dict.fromkeys(("createdAt", "userLastMessagedAt", "assistantLastMessagedAt"), CLOCK),
        **dict.fromkeys(("tokenCount", "genInfo"), USAGE),
        **dict.fromkeys(("pinned", "looseFiles", "usePerChatPredictionConfig", "clientInput", "style"), HOST),
        "currentlySelected": "Which version of a message was chosen; the version itself is compared.",
        "defaultShouldIncludeInContext": "A setting of the window; it says nothing about the run.",
        "shouldIncludeInContext": "A setting of the window; it says nothing about the run.",
        **OF_PARTS,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages with versions."""
        return bool(records) and all(_chosen(record) is not None for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one conversation."""
        return _LmStudioEvents(self.name, self.volatile, notes)


def _chosen(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the chosen version of a message; None if it is no message of this program."""
    versions, number = maps_in(record.get("versions")), record.get("currentlySelected")
    known = versions[number] if type(number) is int and 0 <= number < len(versions) else None
    return known if known is not None and known.get("type") in _KINDS and "role" in known else None


class _LmStudioEvents(ChatMessageEvents):
    agent = "LM Studio"

    def run_id(self, _head: list[dict[str, Any]]) -> str | None:
        name = self.whole.get("name")
        return name if isinstance(name, str) and name else None

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        if not self._begun:
            self.run.context["time"] = any_time(self.whole.get("createdAt"))
            instructions = self.whole.get("systemPrompt")
            self.begin(self.rest(self.whole, "systemPrompt"))
            self.whole = {}
            if isinstance(instructions, str) and instructions:
                self.add_message("system", instructions)
        self.run.context["time"] = None
        chosen = _chosen(record)
        if chosen is None:
            self.add_unknown(record.get("type"), record)
            return
        sender = as_map(chosen.get("senderInfo"))
        self.set_model(sender.get("senderName"))
        for message in _messages(chosen):
            super().add_record(message)
        for other in (one for one in maps_in(record.get("versions")) if one is not chosen):
            self.run.bookkeeping(f"{self.format}/other-version", self.rest(other))


def _messages(version: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the messages of a version: one, or one for each step."""
    role = str(version["role"])
    if version["type"] == "singleStep":
        yield {**_rest(version, "content"), "role": role, "content": version.get("content")}
        return
    steps = maps_in(version.get("steps"))
    parts = [part for step in steps for part in maps_in(step.get("content"))]
    ids = {repr(part.get("callId")): _call_id(part) for part in parts if part.get("type") == "toolCallRequest"}
    answered = {repr(_call_id(part)) for part in parts if part.get("type") == "toolCallResult"}
    wrong = dict[str, str]()  # by call: why it was not done
    for step in steps:
        content = maps_in(step.get("content"))
        if step.get("type") != _CONTENT:
            yield {"role": "meta", **_told(step), "step": _rest(step) | {"type": step.get("type")}}
            call_id, why = ids.get(repr(step.get("callId"))), _why_not_done(step)
            if call_id is not None and why:
                wrong[repr(call_id)] = why
                if repr(call_id) not in answered:
                    yield {"role": "tool", "content": [_result({"toolCallRequestId": call_id, "content": why}, wrong)]}
            continue
        results = [part for part in content if part.get("type") == "toolCallResult"]
        others = [_part(part, step) for part in content if part.get("type") != "toolCallResult"]
        rest = _rest(step, "content", "style")
        if others:
            yield {**rest, "role": role, "content": others}
        if results:
            yield {"role": "tool", "content": [_result(part, wrong) for part in results]}


def _call_id(part: dict[str, Any]) -> Any:
    """Return the id that a call and its result have."""
    known = ("toolCallRequestId", "callId" if part.get("type") == "toolCallRequest" else "toolCallId")
    return next((part[name] for name in known if name in part), None)


def _status(step: dict[str, Any]) -> dict[str, Any]:
    return as_map(as_map(step.get("statusState")).get("status")) if step.get("type") == _STATUS else {}


def _told(step: dict[str, Any]) -> dict[str, Any]:
    """Return what a step says of a call, in words: ``{"text": "Tool call succeeded"}``."""
    kind = _status(step).get("type")
    words = _NEXT_WORD.sub(" ", kind).lower() if isinstance(kind, str) else ""
    return {"text": words[:1].upper() + words[1:]} if words else {}


def _why_not_done(step: dict[str, Any]) -> str:
    """Return why a call failed or was denied, according to its status; "" if it does not say so."""
    status = _status(step)
    if status.get("type") not in _NOT_DONE:
        return ""
    return str(status.get("error") or status.get("denyReason") or _told(step)["text"])


def _part(part: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") == "toolCallRequest":
        known = ("type", "callId", "toolCallRequestId", "parameters", "name")
        rest = {name: value for name, value in part.items() if name not in known}
        return {
            **rest,
            "type": "tool_use",
            "id": _call_id(part),
            "name": part.get("name"),
            "input": part.get("parameters"),
        }
    if as_map(step.get("style")).get("type") == "thinking" and part.get("type") == "text":
        return {"type": "thinking", "thinking": part.get("text")}
    return part


def _result(part: dict[str, Any], wrong: dict[str, str]) -> dict[str, Any]:
    """Return a result; `wrong`: by call, why it was not done."""
    call_id = _call_id(part)
    failed = {"is_error": True} if repr(call_id) in wrong else {}
    return {"type": "tool_result", "tool_use_id": call_id, "content": part.get("content"), **failed}


def _rest(value: dict[str, Any], *used: str) -> dict[str, Any]:
    known = ("type", "role", "senderInfo", "steps", *used)
    return {name: member for name, member in value.items() if name not in known and name not in LmStudio.volatile}
