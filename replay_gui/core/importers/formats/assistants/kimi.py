"""Kimi sessions (``wire.jsonl``): flat records of Kimi Code, or messages with a payload of the older Kimi CLI."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.kimi_files import (
    SPAWNED,
    RecordOfSubagent,
    files_of_agents,
    main_file_of,
    session_of,
    with_subagents,
)
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    RECORDER,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_fields,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import NOT_RECORDED, End
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind

_LOOP, _MESSAGE = "context.append_loop_event", "context.append_message"
_FLAT = (_LOOP, _MESSAGE, "turn.prompt", "config.update")
_WRAPPED = ("TurnBegin", "StepBegin", "ContentPart", "ToolCall", "ToolResult", "StatusUpdate")
_GROUPS = ("config.", "context.", "cron.", "goal.", "llm.", "mcp.", "permission.", "plan_mode.", "profile.", "step.")
_MORE_GROUPS = ("swarm_mode.", "tools.", "turn.", "usage.", "full_compaction.", "micro_compaction.", "file_history.")
_NEWER_GROUPS = ("agent.", "plugin.", "prompt.", "runtime.", "subagent.", "task.", "token_counting.")
_GIT_END, _SUMMARY = "</git-context>", "\n\n[summary]\n"
_EXITED = re.compile(r"(?:\A|\n)Command failed with exit code: (-?\d{1,9})\.?\s*\Z")
_ENDS: dict[str, End] = {"end_turn": "answered", "max_tokens": "limit"}  # by the reason why an answer ended
_TOKENS = {"rest": "inputOther", "cached": "inputCacheRead", "written": "inputCacheCreation", "output": "output"}
_NO = ("rejected", "reject", "denied", "cancelled")  # answers to a request for approval
_OLDER_TOKENS = {
    "rest": "input_other",
    "cached": "input_cache_read",
    "written": "input_cache_creation",
    "output": "output",
}


class Kimi(RecordFormat):
    """The importer. A file is one run, of the session with its subagents, or of one of these."""

    name = "kimi"
    title = "Kimi session"
    version = 5
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("uuid", "parentUuid", "stepUuid", "turnId", "turnStep", "messageId", "message_id"), ID),
        **dict.fromkeys(("id", "toolCallId", "tool_call_id", "request_id", "agentId", "subagentId", "taskId"), ID),
        **dict.fromkeys(("queueItemId", "workspaceId", "parentToolCallId"), ID),
        **dict.fromkeys(("time", "timestamp", "created_at", "durationMs", "finishedAt", "llmClientBlockedMs"), CLOCK),
        **dict.fromkeys(("llmFirstTokenLatencyMs", "llmStreamDurationMs", "llmRequestBuildMs"), CLOCK),
        **dict.fromkeys(("llmServerFirstTokenMs", "llmServerDecodeMs", "llmClientConsumeMs"), CLOCK),
        **dict.fromkeys(("usage", "token_usage", "context_usage", "context_tokens", "contextTokens"), USAGE),
        **dict.fromkeys(("maxTokens", "tokens"), USAGE),
        "protocol_version": RECORDER,
        "step": "The number of the step; the order of the records shows it.",
    }
    volatile_within: ClassVar[Mapping[str, str]] = {
        "cwd": HOST,
        "encrypted": "Encrypted reasoning; it is encrypted differently in every run.",
        "meta": "Ids, time and tokens of a repeated message.",
        "promptId": ID,
        "toolCalls": "Calls of a repeated message, with their ids.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that begin with the protocol's version, or have messages in the older form."""
        is_flat = bool(records) and records[0].get("type") == "metadata" and "protocol_version" in records[0]
        if is_flat and any(record.get("type") in _FLAT for record in records):
            return True
        return any(_wrapped(record) is not None for record in records)

    def recognises(self, file: ForeignFile) -> bool:
        """Accept also the other files of a session, to say whose they are."""
        return super().recognises(file) or main_file_of(file.path) is not None

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the session, or raise FormatUnknown for another file of it."""
        if not super().recognises(file) and (main := main_file_of(file.path)) is not None:
            raise FormatUnknown(f"{file.path}: a part of the Kimi session whose run is in {main}")
        yield from super().runs(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the files of the session's other agents."""
        return [*files_of_agents(file.path).values()]

    def records(self, file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
        """Yield the records, with those of subagents."""
        return with_subagents(super().records(file, notes), files_of_agents(file.path), notes)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one file's records."""
        return _KimiEvents(self.name, self.volatile, notes, self.volatile_within)


def _wrapped(record: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return (type, payload) of a record in the older form; None for another record."""
    message = record.get("message")
    if not isinstance(message, dict) or "timestamp" not in record or message.get("type") not in _WRAPPED:
        return None
    payload = message.get("payload")
    return (message["type"], payload) if isinstance(payload, dict) else None


class _KimiEvents(RecordEvents):
    agent = "Kimi"
    _approvals: Mapping[str, Any] = MappingProxyType({})  # calls that need approval, by the id of the request
    _refused: frozenset[str] = frozenset()  # calls
    _used: tuple[str, Any] | None = None  # (kind of record, tokens) of the last answer; other records repeat them
    _begun: dict[str, Any] | None = None  # a call in the older form, whose arguments may continue

    _session: str | None = None
    _is_subagent = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._subagents: dict[str, tuple[_KimiEvents, dict[str, Any]]] = {}  # by id: the reader, meta of its events

    def examine_file(self, file: ForeignFile) -> None:
        self._session = session_of(file.path)

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        return self._session or super().run_id(head)

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("time", record.get("timestamp", record.get("created_at"))))

    def add_record(self, record: dict[str, Any]) -> None:
        if isinstance(record, RecordOfSubagent) and record.agent in self._subagents:
            reader, about = self._subagents[record.agent]
            self.run.context |= about
            reader.add_record(dict(record))
            return
        if record.get("type") == SPAWNED:
            self._begin_subagent(record)
        if not self.run.count:
            is_first = record.get("type") == "metadata"
            facts = self.rest(record, "type") if is_first else {}
            self.run.agent_init(self.agent, "", facts)
            if is_first:
                return
        self.set_model(self._model)
        kind, message, event = str(record.get("type")), record.get("message"), record.get("event")
        if isinstance(message, dict) and isinstance(payload := message.get("payload"), dict):
            self._older(str(message.get("type")), payload)
        elif kind == _LOOP and isinstance(event, dict):
            self._loop(str(event.get("type")), event, self.rest(record, "type", "event"))
        elif kind == _MESSAGE and isinstance(message, dict):
            self._message(message, self.rest(record, "type", "message"))
        else:
            self._line(kind, record)

    def _begin_subagent(self, record: dict[str, Any]) -> None:
        """Prepare for the records of a subagent, which may be in a file of its own."""
        agent, call = str(record.get("subagentId")), self.run.call(record.get("parentToolCallId"))
        reader = _KimiEvents(self.format, self.volatile, self.notes, self.volatile_within)
        reader.run, reader._is_subagent, reader._subagents = self.run, True, self._subagents
        name = str(record.get("subagentName") or agent)
        about = {"agent": agent, "subagent": [name], "parent": None if call is None else call.seq}
        self._subagents[agent] = reader, about

    def add_answer(
        self, text: Any, reasoning: str | None = None, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add an answer; one of a subagent is not the run's."""
        if text and self._is_subagent:
            return self.run.decision("subagent-message", text, reasoning, extra, **meta)
        return super().add_answer(text, reasoning, extra, **meta)

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
            case "metadata":
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case _ if kind.startswith((*_GROUPS, *_MORE_GROUPS, *_NEWER_GROUPS)):
                if kind == "llm.request":
                    self.set_model(record.get("model"))
                self.run.bookkeeping(f"{self.format}/{kind}", facts)
            case _:
                self.add_unknown(kind, record, "type")

    def _tokens_once(self, kind: str, usage: Any) -> dict[str, int] | None:
        """Return the tokens of one answer; None if another kind of record has them, before or after the answer."""
        tokens, last = _tokens(usage, _TOKENS), self._used
        is_repeated = last is not None and last[0] != kind and last[1] == usage
        if tokens is not None:
            self._used = None if is_repeated else (kind, usage)
        return None if is_repeated else tokens

    def _approved(self, call_id: Any, answer: Any) -> None:
        if answer in _NO:
            self._refused |= {str(call_id)}

    def _turn_ended(self, reason: Any, error: Any) -> None:
        if reason in ("cancelled", "aborted"):
            self.how = "stopped by user", None
        elif reason in ("failed", "error"):
            message = error.get("message") if isinstance(error, dict) else error
            self.run.error("error", str(message or "the turn failed"), self.agent)
            self.how = "crash", first_line(message) or None

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

    def _part(self, part: Any, rest: dict[str, Any]) -> None:
        """Add reasoning, or a part of an answer."""
        if not isinstance(part, dict) or part.get("type") not in ("think", "text"):
            self.add_answer([part], None, as_fields(rest))
            return
        members = {**rest, **self.rest(part, "type", "think", "text")}
        extra = as_fields(members)
        if part["type"] == "think":
            self.add_answer(None, str(part.get("think") or NOT_RECORDED), extra)
        else:
            self.add_answer(part.get("text"), None, extra)

    def _call(self, call_id: Any, name: Any, given: Any, fields: dict[str, Any]) -> None:
        extra = as_fields(fields)
        self.run.request(call_id, str(name or "tool"), given, extra=extra, tool_call_id=call_id)

    def _result(self, call_id: Any, result: Any, failed: str, fields: dict[str, Any]) -> None:
        """Add a result. `failed`: the name of the member that marks a failed call."""
        facts = result if isinstance(result, dict) else {"output": result}
        output, message = content_of(facts.get("output")) or None, facts.get("message")
        used = ["output", failed]
        if output is None and isinstance(message, str):
            output = message
            used.append("message")
        if isinstance(output, str) and output.startswith("agent_id: ") and _SUMMARY in output:
            fields["about"], _, output = output.partition(_SUMMARY)  # how the subagent ended, before what it said
        error = (first_line(output) or "failed") if facts.get(failed) is True else None
        fields = {**fields, **self.rest(facts, *used)}
        if error is not None and isinstance(output, str) and (exited := _EXITED.search(output)):
            error, fields = f"exit {exited[1]}", {**fields, "exit_code": int(exited[1])}
        refused = error is not None and str(call_id) in self._refused
        self.add_result(call_id, output, error, as_fields(fields), refused=refused, tool_call_id=call_id)

    # ---- the older form -------------------------------------------------------------------------
    def _older(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "ToolCallPart" and self._begun is not None:
            self._begun["arguments"] = f"{self._begun['arguments']}{payload.get('arguments_part') or ''}"
            return
        self._add_call()
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
                tokens = _tokens(usage, _OLDER_TOKENS)
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

    def add_end(self) -> None:
        """Add a call that is incomplete at the end of the file."""
        self._add_call()


def _tokens(usage: Any, names: Mapping[str, str]) -> dict[str, int] | None:
    """Return the tokens of one answer; cache reads and writes count as input."""
    counts = counted_tokens(usage, names)
    if not counts:
        return None
    cached = counts.get("cached", 0)
    sent = counts.get("rest", 0) + cached + counts.get("written", 0)
    return {"input": sent, "cached": cached, "output": counts.get("output", 0)}
