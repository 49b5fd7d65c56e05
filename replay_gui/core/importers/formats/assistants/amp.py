"""Amp threads: one JSON object with ``"id": "T-…"`` and messages in Anthropic's form, with tool runs as results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.token_usage import as_usage
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, RecordFormat, as_map
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_ENDS: dict[str, End] = {"end_turn": "answered", "max_tokens": "limit"}
_WAITING = ("in-progress", "queued", "blocked-on-user")  # states of a tool's run that has no result yet
_GOOD, _REFUSED, _STOPPED = ("done", *_WAITING), ("rejected-by-user",), ("cancelled",)
_USUAL = (
    "complete",
    "tool_use",
    *_ENDS,
    "done",
    "error",
    *_REFUSED,
)  # states that the event itself shows
_SENT_TOKENS = ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens")


class Amp(RecordFormat):
    """The importer. A thread is one run."""

    name = "amp"
    title = translatable("Amp thread")
    version = 3
    member = "messages"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "messageId", "toolUseID"), ID),
        **dict.fromkeys(("sentAt", "startTime", "finalTime", "created", "updatedAt"), CLOCK),
        "usage": USAGE,
        "env": HOST,
        "userState": HOST,
        "title": "A title that a model wrote; it varies between equal runs.",
        **dict.fromkeys(("traces", "turnElapsedMs"), CLOCK),
        "providerToolUseId": ID,
        "~debug": "What the program notes for itself; it says nothing about the run.",
        "v": "How often the file was written; it says nothing about the run.",
        "nextMessageId": "The number of messages; the messages themselves are compared.",
        **OF_PARTS,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept messages of this format, or a thread whose messages have no numbers, by its id."""
        return super().recognises(file) or _is_thread(file.document)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept numbered messages, one of which has a member that only Amp writes."""
        numbered = any("messageId" in record and isinstance(record.get("content"), list) for record in records)
        return numbered and any(
            (isinstance(state := record.get("state"), dict) and "type" in state) or "agentMode" in record
            for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one thread's messages."""
        return _AmpEvents(self.name, self.volatile, notes)


def _is_thread(document: Any) -> bool:
    messages = document.get("messages") if isinstance(document, dict) else None
    if not isinstance(messages, list) or not str(document.get("id")).startswith("T-"):
        return False
    return all(isinstance(message, dict) and isinstance(message.get("content"), list) for message in messages)


class _AmpEvents(ChatMessageEvents):
    agent = "Amp"

    def time_of(self, record: dict[str, Any]) -> int | None:
        meta, usage = record.get("meta"), record.get("usage")
        sent = meta.get("sentAt") if isinstance(meta, dict) else None
        return any_time(sent if sent is not None else usage.get("timestamp") if isinstance(usage, dict) else None)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        if not self._begun:
            meta = as_map(self.whole.get("meta"))
            rest = {name: value for name, value in meta.items() if name != "traces"}
            self.begin(self.rest({**self.whole, "meta": rest}))
            self.whole = {}
        if record.get("role") == "info" or not isinstance(record.get("content"), list | str):
            self._aside(record)
            return
        usage, meta, state = (
            value if isinstance(value := record.get(name), dict) else {} for name in ("usage", "meta", "state")
        )
        members = {name: record[name] for name in record if name not in ("usage", "meta", "state", "content")}
        members |= {"meta": rest["fields"]} if (rest := self.fields(meta)) else {}
        members |= (
            {"state": rest} if (rest := {key: value for key, value in state.items() if value not in _USUAL}) else {}
        )
        members |= {"model": usage.get("model")}
        members |= {"usage": as_usage(usage, sent=_SENT_TOKENS, received="outputTokens", cached="cacheReadInputTokens")}
        content = record.get("content")
        waiting = [part for part in content if _is_waiting(part)] if isinstance(content, list) else []
        parts = [_part(part) for part in content if not _is_waiting(part)] if isinstance(content, list) else content
        if parts or not waiting:
            super().add_record({**members, "content": parts})
        for part in waiting:
            about = self.fields(part, "type", "run").get("fields", {})
            self.run.bookkeeping(f"{self.format}/tool_run", {**part["run"], **about})
        if kind := state.get("type"):
            stopped, reason = kind in _STOPPED, state.get("stopReason")
            self.how = (
                ("stopped by user", None) if stopped else (end, None) if (end := _ENDS.get(str(reason))) else None
            )
            if kind == "error":
                self._failed(state)

    def _aside(self, record: dict[str, Any]) -> None:
        """Add what Amp itself adds to the thread."""
        if record.get("role") == "info":
            self.run.unmapped = self.rest(record, "role", "content")
            self.run.bookkeeping(f"{self.format}/context", content_of(record.get("content")))
        else:
            self.add_unknown(record.get("role"), record, "role")

    def add_result(self, call_id: object, output: Any, error: str | None, extra: dict[str, Any], **more: Any) -> int:
        """Add a result; a failed command is recognised by its exit code."""
        code = _exit_code(output)
        return super().add_result(call_id, output, error if code is None else f"exit {code}", extra, **more)

    def _failed(self, state: dict[str, Any]) -> None:
        wrong = state.get("error")
        text = str(wrong.get("message") if isinstance(wrong, dict) else wrong or "failed")
        self.run.error("error", text, self.agent)
        self.how = "crash", first_line(text)


def _is_waiting(part: Any) -> bool:
    """Whether a part is a tool's run without a result so far."""
    run = part.get("run") if isinstance(part, dict) and part.get("type") == "tool_result" else None
    return isinstance(run, dict) and run.get("status") in _WAITING and not {"result", "error"} & run.keys()


def _part(part: Any) -> Any:
    """Return a part of a message; a tool's run becomes a result."""
    run = part.get("run") if isinstance(part, dict) and part.get("type") == "tool_result" else None
    if not isinstance(run, dict):
        return part
    status, output, wrong = run.get("status"), run.get("result"), run.get("error")
    used = ["status", "error", "result"]
    if output is None and status in (*_REFUSED, *_STOPPED) and (status in _REFUSED or run.get("reason")):
        output = run.get("reason") or "refused by the user"
        used.append("reason")
    elif output is None:
        output = wrong.get("message") if isinstance(wrong, dict) and wrong.keys() == {"message"} else wrong
        wrong = None
    if output is None and status not in _GOOD:
        output = str(status)  # the output has no other text
    rest = {name: value for name, value in run.items() if name not in used}
    rest |= {"error": wrong} if wrong else {}
    rest |= {} if status in _USUAL else {"status": status}
    has_failed = as_map(output).get("success") is False
    return {
        "type": "tool_result",
        "id": part.get("toolUseID"),
        "output": output,
        "is_error": status not in _GOOD or _exit_code(output) is not None or has_failed,
        **({"exception": why} if has_failed and isinstance(why := as_map(output).get("error"), str) else {}),
        **({"outcome": "denied"} if status in _REFUSED else {}),
        **({"run": rest} if rest else {}),
    }


def _exit_code(output: Any) -> int | None:
    """Return the exit code of a failed command; None if it did not fail."""
    code = output.get("exitCode") if isinstance(output, dict) else None
    return code if isinstance(code, int) and code else None
