"""Kimi sessions (``wire.jsonl``): flat records of Kimi Code, or messages of the older Kimi CLI and its protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.kimi.events import VOLATILE, VOLATILE_WITHIN
from replay_gui.core.importers.formats.assistants.kimi.files import (
    SPAWNED,
    RecordOfSubagent,
    files_of_agents,
    main_file_of,
    session_of,
    with_subagents,
)
from replay_gui.core.importers.formats.assistants.kimi.wire import ANSWER, CLIENT, WireEvents, as_record, is_message
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.records import RecordEvents, RecordFormat, as_fields
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import tr, translatable

_LOOP, _MESSAGE = "context.append_loop_event", "context.append_message"
_FLAT = (_LOOP, _MESSAGE, "turn.prompt", "config.update")
_GROUPS = ("config.", "context.", "cron.", "goal.", "llm.", "mcp.", "permission.", "plan_mode.", "profile.", "step.")
_MORE_GROUPS = ("swarm_mode.", "tools.", "turn.", "usage.", "full_compaction.", "micro_compaction.", "file_history.")
_NEWER_GROUPS = ("agent.", "plugin.", "prompt.", "runtime.", "subagent.", "task.", "token_counting.")
_GIT_END = "</git-context>"
_ENDS: dict[str, End] = {"end_turn": "answered", "max_tokens": "limit"}  # by the reason why an answer ended


class Kimi(RecordFormat):
    """The importer. A file is one run, of the session with its subagents, or of one of these."""

    name = "kimi"
    title = translatable("Kimi session")
    version = 6
    volatile: ClassVar[Mapping[str, str]] = VOLATILE
    volatile_within: ClassVar[Mapping[str, str]] = VOLATILE_WITHIN

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that begin with the protocol's version, or have messages in the older form."""
        is_flat = bool(records) and records[0].get("type") == "metadata" and "protocol_version" in records[0]
        if is_flat and any(record.get("type") in _FLAT for record in records):
            return True
        return any(map(is_message, records))

    def recognises(self, file: ForeignFile) -> bool:
        """Accept also the other files of a session, to say whose they are."""
        return super().recognises(file) or main_file_of(file.path) is not None

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the session, or raise FormatUnknown for another file of it."""
        if not super().recognises(file) and (main := main_file_of(file.path)) is not None:
            raise FormatUnknown(
                tr("{path}: a part of the Kimi session whose run is in {main}", path=file.path, main=main)
            )
        yield from super().runs(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the files of the session's other agents."""
        return [*files_of_agents(file.path).values()]

    def records(self, file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
        """Yield the records, with those of subagents."""
        records = ((number, as_record(record)) for number, record in super().records(file, notes))
        return with_subagents(records, files_of_agents(file.path), notes)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one file's records."""
        return _SessionEvents(self.name, self.volatile, notes, self.volatile_within)


class _SessionEvents(WireEvents):
    _session: str | None = None

    def examine_file(self, file: ForeignFile) -> None:
        self._session = session_of(file.path)

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        return self._session or super().run_id(head)

    def add_record(self, record: dict[str, Any]) -> None:
        if isinstance(record, RecordOfSubagent) and record.agent in self._subagents:
            reader, about = self._subagents[record.agent]
            self.run.context |= about
            reader.add_record(dict(record))
            return
        if record.get("type") == SPAWNED:
            self._begin_subagent(
                str(record.get("subagentId")), record.get("subagentName"), record.get("parentToolCallId")
            )
        if not self.run.count:
            is_first = record.get("type") == "metadata"
            facts = self.rest(record, "type") if is_first else {}
            self.run.agent_init(self.agent, "", facts)
            if is_first:
                return
        self.set_model(self._model)
        kind, message, event = str(record.get("type")), record.get("message"), record.get("event")
        if isinstance(message, dict) and isinstance(payload := message.get("payload"), dict):
            self._message_of_wire(str(message.get("type")), payload)
        elif kind == _LOOP and isinstance(event, dict):
            self._loop(str(event.get("type")), event, self.rest(record, "type", "event"))
        elif kind == _MESSAGE and isinstance(message, dict):
            self._message(message, self.rest(record, "type", "message"))
        else:
            self._end_pieces()
            self._line(kind, record)

    def _line(self, kind: str, record: dict[str, Any]) -> None:
        """Add a record that is not a part of the conversation."""
        facts = self.rest(record, "type")
        match kind:
            case "turn.prompt" | "turn.steer":  # the conversation also has the message
                self.how = None
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case "turn.cancel":
                self.how = "stopped by user", None
                self.run.interrupted("the user stopped the turn", "user", as_fields(facts) or None)
            case "turn.ended":
                self._turn_ended(record.get("reason"), record.get("error"))
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case "context.apply_compaction":
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": facts})
            case "usage.record":
                usage = record.get("usage")
                self.run.bookkeeping(f"{self.format}/{kind}", facts, tokens=self._tokens_once(kind, usage), usage=usage)
            case "permission.record_approval_result":
                result = record.get("result")
                self._approved(record.get("toolCallId"), result.get("decision") if isinstance(result, dict) else result)
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case _ if kind == "metadata" or kind.startswith(CLIENT):
                if kind == ANSWER:
                    self._answer_to_client(record)
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case _ if kind.startswith((*_GROUPS, *_MORE_GROUPS, *_NEWER_GROUPS)):
                if kind == "llm.request":
                    self.set_model(record.get("model"))
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case _:
                self.add_unknown(kind, record, "type")

    def _message(self, message: dict[str, Any], rest: dict[str, Any]) -> None:
        """Add a message to the agent, from the user or from Kimi itself."""
        role, origin = str(message.get("role")), message.get("origin")
        about = origin if isinstance(origin, dict) else {"kind": "user"}
        content = content_of(message.get("content")) or None
        members = {**rest, **self.rest(message, "content", "origin", role="user")}
        by, named = about.get("kind"), {key: value for key, value in about.items() if key != "kind"}
        extra = {"fields": {**members, **({"origin": named} if named else {})}} if members or named else {}
        if role == "assistant":
            self.add_answer(content, None, extra)
        elif by == "injection":
            self.run.unmapped = {**members, **named}
            self.run.bookkeeping(f"{self.format}/context", content)
        elif self._is_subagent:
            if isinstance(content, str) and content.startswith("<git-context>") and _GIT_END in content:
                context, _, content = content.partition(_GIT_END)
                self.run.bookkeeping(f"{self.format}/context", context + _GIT_END)
            self.run.observation("subagent-message", "agent", content.strip() if content else content, extra)
        else:
            self.add_message(role if by == "user" else str(about.get("name") or by), content, extra)

    def _loop(self, kind: str, event: dict[str, Any], rest: dict[str, Any]) -> None:
        """Add a step of the agent."""
        match kind:
            case "content.part":
                self._part(event.get("part"), {**rest, **self.rest(event, "type", "part")})
            case "tool.call":
                used = ("type", "name", "args")
                fields = {**rest, **self.rest(event, *used)}
                self._call(event.get("toolCallId"), event.get("name"), event.get("args"), fields)
            case "tool.result":
                result = event.get("result")
                fields = {**rest, **self.rest(event, "type", "result")}
                self._result(event.get("toolCallId"), result, "isError", fields)
            case _:
                usage = event.get("usage")
                facts = {**rest, **self.rest(event, "type")}
                tokens = self._tokens_once(kind, usage)
                if kind == "step.end":
                    how = _ENDS.get(str(event.get("finishReason")))
                    self.how = (how, None) if how is not None else None
                self.run.bookkeeping(f"{self.format}/{kind}", facts, tokens=tokens, usage=usage)
