"""Kiro sessions: those of its command line (``Prompt``, ``AssistantMessage``, …), and of its window (``payload``).

A file next to the session holds its title, its model and the counts of each turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile, read_side_json
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    RECORDER,
    RecordEvents,
    RecordFormat,
    as_fields,
    as_map,
    maps_in,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.importers.times import any_time
from replay_gui.core.path_kinds import is_file
from replay_gui.core.translation.messages import translatable

_ENTRIES = ("Prompt", "AssistantMessage", "ToolResults")
_PAYLOADS = ("user", "assistant", "tool_call", "tool_result")
_TOLD = ("text", "json")  # the kinds of parts of a result
_CANCELLED = "Tool use was cancelled by the user"
_PURPOSE = "__tool_use_purpose"  # what the model says a call is for, among the call's arguments
_EXITED = re.compile(r"exit status: (-?\d{1,9})\Z")
_ENDS: Mapping[str, End] = {
    "end_turn": "answered",
    "cancelled": "stopped by user",
    "max_tokens": "limit",
    "max_turn_requests": "limit",
}


NO_MESSAGES = translatable("a session without its messages, which are in another file")


class Kiro(RecordFormat):
    """The importer. A session is one run; those of the command line have times only for the user's prompts."""

    name = "kiro"
    title = translatable("Kiro session")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "message_id", "toolUseId", "toolCallId", "executionId", "signature"), ID),
        "timestamp": CLOCK,
        "version": RECORDER,
    }
    volatile_within: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("session_id", "message_ids", "loop_id", "parent_session_id"), ID),
        **dict.fromkeys(("created_at", "updated_at", "createdAt", "lastModifiedAt", "end_timestamp"), CLOCK),
        **dict.fromkeys(("turn_duration", "updatedAt"), CLOCK),
        **dict.fromkeys(("cwd", "workspacePaths"), HOST),
    }

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the file with the facts of a session, if there is one."""
        names = (f"{file.path.stem}.json", *(("session.json",) if file.path.name == "messages.jsonl" else ()))
        paths = (file.path.with_name(name) for name in names)
        return [path for path in paths if path != file.path and is_file(path) and belongs_to(path, file.path)][:1]

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a session, or the file with its facts if there is no session beside it."""
        return self._is_alone(file) or super().recognises(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the session as one run, with its facts at the end."""
        if self._is_alone(file):
            yield self._run_of_facts(file, file.document)
            return
        for run in super().runs(file):
            yield replace(run, events=chain(run.events, self._facts(file)))

    def _is_alone(self, file: ForeignFile) -> bool:
        """Whether a file has the facts of a session whose messages are not beside it."""
        beside = (file.path.with_suffix(".jsonl"), file.path.with_name("messages.jsonl"))
        return _are_facts(file.document) and not any(path != file.path and is_file(path) for path in beside)

    def _facts(self, file: ForeignFile) -> Iterator[ImportedEvent]:
        for path in self.companions(file):
            facts = read_side_json(path)
            if not isinstance(facts, dict):
                facts = {"problem": "the facts are no JSON object, or cannot be read"}
            yield self._event_of_facts(facts)

    def _event_of_facts(self, facts: dict[str, Any]) -> ImportedEvent:
        content = self.events(ImportNotes()).rest(facts)
        return ImportedEvent("x:bookkeeping/kiro/session", {"data": content}, _use(facts))

    def _run_of_facts(self, file: ForeignFile, facts: dict[str, Any]) -> ImportedRun:
        """Return the run of a session of which only the facts are there."""
        notes = ImportNotes(file.notes)
        notes.count(NO_MESSAGES)
        events = self.events(notes)
        events.add_agent()
        return ImportedRun(
            name=file.stem,
            run_id=str(facts["session_id"]),
            agent=events.agent,
            created=any_time(facts.get("created_at")),
            source={},
            events=chain(events.run.drain(), [self._event_of_facts(facts)]),
            notes=notes,
        )

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept entries with `kind` and `data`, or events whose `payload` has a type, and no type of their own."""
        entries = [record for record in records if record.get("kind") in _ENTRIES and "type" not in record]
        if entries:
            return all(isinstance(as_map(entry.get("data")).get("content"), list) for entry in entries)
        payloads = [as_map(record.get("payload")).get("type") for record in records]
        plain = all("timestamp" in record and "type" not in record for record in records)
        return plain and bool(payloads) and None not in payloads and any(kind in _PAYLOADS for kind in payloads)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session."""
        return _KiroEvents(self.name, self.volatile, notes, self.volatile_within)


class _KiroEvents(RecordEvents):
    agent = "Kiro"

    def time_of(self, record: dict[str, Any]) -> int | None:
        meta = as_map(as_map(record.get("data")).get("meta"))
        return any_time(record.get("timestamp", meta.get("timestamp")))

    def add_record(self, record: dict[str, Any]) -> None:
        self.add_agent()
        payload = record.get("payload")
        if isinstance(payload, dict):
            self._event(payload, self.rest(record, "payload"))
        else:
            self._entry(record)

    # ---- of the command line --------------------------------------------------------------------
    def _entry(self, record: dict[str, Any]) -> None:
        data, kind = as_map(record.get("data")), record.get("kind")
        parts = maps_in(data.get("content"))
        texts = [part["data"] for part in parts if part.get("kind") == "text" and isinstance(part.get("data"), str)]
        calls = [as_map(part.get("data")) for part in parts if part.get("kind") == "toolUse"]
        results = [as_map(part.get("data")) for part in parts if part.get("kind") == "toolResult"]
        thoughts = [as_map(part.get("data")) for part in parts if part.get("kind") == "thinking"]
        others = [part for part in parts if part.get("kind") not in ("text", "toolUse", "toolResult", "thinking")]
        extra = self.rest(record, "kind", "data") | self.rest(data, "content", "meta", "results")
        extra |= self.rest(as_map(data.get("meta")))
        extra |= {"parts": others} if others else {}
        match kind:
            case "Prompt":
                self.add_message("user", "\n".join(texts), as_fields(extra))
            case "AssistantMessage":
                text = "\n".join(text for text in texts if text)
                reasoning = "\n".join(str(thought["text"]) for thought in thoughts if thought.get("text"))
                if text or reasoning or extra or not calls:
                    self.run.context["parent"] = self.add_answer(text, reasoning, as_fields(extra))
                for call in calls:
                    self._call(call)
            case "ToolResults":
                told = as_map(data.get("results"))
                for result in results:
                    self._result(result, extra | self.rest(as_map(told.get(str(result.get("toolUseId"))))))
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "kind"))

    def _call(self, call: dict[str, Any]) -> None:
        given, call_id = call.get("input"), call.get("toolUseId")
        extra = self.fields(call, "name", "input")
        if isinstance(given, dict) and _PURPOSE in given:
            extra |= {"purpose": given[_PURPOSE]}
            given = {key: value for key, value in given.items() if key != _PURPOSE}
        self.run.request(call_id, str(call.get("name")), given, extra=extra, tool_call_id=call_id)

    def _result(self, result: dict[str, Any], rest: dict[str, Any]) -> None:
        parts = result.get("content")
        told = [_told(part) for part in parts] if isinstance(parts, list) else [parts]
        texts = [one for one in told if isinstance(one, str)]
        output = told[0] if len(told) == 1 else "\n".join(texts) if len(texts) == len(told) else told
        exited = _EXITED.match(str(as_map(output).get("exit_status")))
        extra: dict[str, Any] = {"exit_code": int(exited[1])} if exited else {}
        failed = result.get("status") == "error"
        error = (first_line(output) or "failed") if failed else None
        if exited and int(exited[1]):
            error = f"exit {exited[1]}"
        extra |= as_fields(rest | self.rest(result, "content", status="error" if failed else "success"))
        refused = failed and output == _CANCELLED
        self.add_result(result.get("toolUseId"), output, error, extra, refused=refused)

    # ---- of the window ------------------------------------------------------------------------
    def _event(self, payload: dict[str, Any], rest: dict[str, Any]) -> None:
        kind, call_id, content = payload.get("type"), payload.get("toolCallId"), payload.get("content")
        extra = as_fields(rest | self.rest(payload, "type", "content", "toolName", "args", "success"))
        match kind:
            case "user":
                self.how = None
                self.add_message("user", content, extra)
            case "assistant":
                self.set_model(payload.get("reasoningModelId"))
                self.add_answer(content, None, extra)
            case "tool_call":
                name = str(payload.get("toolName"))
                self.run.request(call_id, name, payload.get("args"), extra=extra, tool_call_id=call_id)
            case "tool_result":
                failed = payload.get("success") is False
                self.add_result(call_id, content, (first_line(content) or "failed") if failed else None, extra)
            case "turn_end":
                reason = payload.get("stopReason")
                self.how = (_ENDS[reason], reason) if isinstance(reason, str) and reason in _ENDS else None
                self.run.bookkeeping(f"{self.format}/{kind}", rest | self.rest(payload, "type"))
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", rest | self.rest(payload, "type"))


def _told(part: Any) -> Any:
    """Return what a part of a result says; a part of an unknown kind unchanged."""
    is_known = isinstance(part, dict) and part.keys() == {"kind", "data"} and part["kind"] in _TOLD
    return part["data"] if is_known else part


def _are_facts(document: Any) -> bool:
    """Whether a file has the facts of a session of the command line, and not its messages."""
    match document:
        case {"session_id": str(), "session_state": dict(state)}:
            return "conversation_metadata" in state or "rts_model_state" in state
    return False


def _use(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the tokens of all turns and the model, for meta; {} if no turn counts tokens."""
    state = as_map(facts.get("session_state"))
    turns = maps_in(as_map(state.get("conversation_metadata")).get("user_turn_metadatas"))
    counted = [counted_tokens(turn, {"input": "input_token_count", "output": "output_token_count"}) for turn in turns]
    if not any(any(tokens.values()) for tokens in counted):
        return {}  # some versions write 0 for each turn
    sorts = {sort for tokens in counted for sort in tokens}
    model = as_map(as_map(state.get("rts_model_state")).get("model_info")).get("model_id")
    named = {"model": model} if isinstance(model, str) else {}
    return {"tokens": {sort: sum(tokens.get(sort, 0) for tokens in counted) for sort in sorted(sorts)}, **named}
