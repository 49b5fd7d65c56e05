"""Transcripts of the Microsoft 365 Agents SDK and of Bot Framework: an activity of the user or of the agent a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RecordEvents, RecordFormat, as_fields, as_map
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_SENDERS = ("from", "from_property")
_ROLES = ("user", "bot", "skill", "agent")
_RESULTS = ("function_call_output", "tool_result", "function_result")
_STEPS = ("event", "invoke", "trace", "command", "commandResult")


class Activities(RecordFormat):
    """The importer. The activities of a file are one run."""

    name = "activities"
    title = translatable("Agent activities (Bot Framework)")
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("replyToId", "reply_to_id", "conversation"), ID),
        **dict.fromkeys(("timestamp", "localTimestamp", "local_timestamp"), CLOCK),
        **dict.fromkeys(("serviceUrl", "service_url", "localTimezone", "local_timezone"), HOST),
    }

    volatile_within: ClassVar[Mapping[str, str]] = {"id": ID, "call_id": ID}

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with a type, a conversation, and a sender with a role."""
        return bool(records) and all(
            isinstance(record.get("type"), str)
            and isinstance(record.get("conversation"), dict)
            and (_role(record) in _ROLES or _sender(record))
            for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one transcript."""
        return _ActivityEvents(self.name, self.volatile, notes, self.volatile_within)


def _sender(record: dict[str, Any]) -> dict[str, Any]:
    return next((as_map(record[name]) for name in _SENDERS if name in record), {})


def _role(record: dict[str, Any]) -> str:
    return str(_sender(record).get("role") or "")


class _ActivityEvents(RecordEvents):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: list[str] = []  # calls without a result
        self._sides: dict[str, dict[str, Any]] = {}  # by the sender's role, who wrote to whom

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        found = next((as_map(record.get("conversation")).get("id") for record in head), None)
        return found if isinstance(found, str) else None

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one activity."""
        if not self.run.count:
            bot = _sender(record) if _role(record) != "user" else as_map(record.get("recipient"))
            self.run.agent_init(str(bot.get("name") or self.agent), "", {})
        kind, text, value = str(record.get("type")), record.get("text"), as_map(decoded(record.get("value")))
        if value.get("type") in _RESULTS or "output" in value:
            self._result(value, self._rest_of(record, "event", text=value.get("output")))
        elif isinstance(value.get("name"), str) and ("arguments" in value or "args" in value):
            self._call(value, self._rest_of(record, "invoke", text=value["name"]))
        elif "reasoning" in (value.get("kind"), value.get("type")):
            thought = content_of(value.get("summary")) or content_of(value.get("content"))
            about = self.rest(value, "summary", "content", "value")
            rest = {**self._rest_of(record, "trace"), **({"about": about} if about else {})}
            self.add_answer(None, str(thought or REASONING_NOT_RECORDED), as_fields(rest))
        elif kind == "message":
            self._message(record, text)
        elif kind in _STEPS:
            self.run.custom(f"{self.format}/{kind}", self._rest_of(record, kind, "", has_value=True))
        else:
            self.how = ("answered", None) if kind == "endOfConversation" else self.how
            self.run.bookkeeping(f"{self.format}/{kind}", self._rest_of(record, kind, "", has_value=True))

    def _rest_of(
        self, record: dict[str, Any], type: str, *used: str, has_value: bool = False, **usual: Any
    ) -> dict[str, Any]:
        """Return the members of an activity that are not read, and who wrote to whom, if that is new."""
        role, known = _role(record), self._sides
        sides = {
            "from": self._compared_part(_sender(record)),
            "recipient": self._compared_part(record.get("recipient")),
        }
        is_known, known[role] = known.get(role) == sides, sides
        others = ("recipient", *_SENDERS, *(() if has_value else ("value",)))
        rest = self.rest(record, *others, *used, type=type, **usual)
        return rest if is_known else {**rest, **sides}

    def _message(self, record: dict[str, Any], text: Any) -> None:
        data = text if text is not None else record.get("attachments")
        extra = as_fields(
            self._rest_of(record, "message", "text" if text is not None else "attachments", has_value=True)
        )
        if _role(record) == "user":
            self.how = None
            self.add_message("user", data, extra)
        else:
            self.how = "answered", None
            self.add_answer(data, None, extra)

    def _call(self, value: dict[str, Any], rest: dict[str, Any]) -> None:
        call_id = str(value.get("call_id") or value.get("id") or f"call {self.run.count}")
        name = "arguments" if "arguments" in value else "args"
        about = self.rest(value, "name", name, type="function_call", status="completed")
        extra = as_fields({**rest, **({"about": about} if about else {})})
        self.run.request(call_id, value["name"], decoded(value.get(name)), extra=extra)
        self._open.append(call_id)
        self.how = None

    def _result(self, value: dict[str, Any], rest: dict[str, Any]) -> None:
        """Add the result of the call that it names, or else of the oldest call without one."""
        named = str(value.get("call_id") or value.get("id") or "")
        call_id = named if named in self._open or not self._open else self._open[0]
        if call_id in self._open:
            self._open.remove(call_id)
        about = self.rest(value, "output", "error", type="function_call_output")
        wrong = first_line(value.get("error")) or None
        extra = as_fields({**rest, **({"about": about} if about else {})})
        self.add_result(call_id or None, value.get("output"), wrong, extra)
