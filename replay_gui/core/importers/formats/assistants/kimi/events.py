"""What the records of all of Kimi's forms have in common: parts of answers, calls, approvals, tokens, subagents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Self

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RECORDER, USAGE, RecordEvents, as_fields
from replay_gui.core.importers.run_builder import end_after_error
from replay_gui.core.importers.times import any_time
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED

VOLATILE = {
    **dict.fromkeys(("uuid", "parentUuid", "stepUuid", "turnId", "turnStep", "messageId", "message_id"), ID),
    **dict.fromkeys(("id", "toolCallId", "tool_call_id", "request_id", "agentId", "subagentId", "taskId"), ID),
    **dict.fromkeys(("queueItemId", "workspaceId", "parentToolCallId", "agent_id"), ID),
    **dict.fromkeys(("parent_tool_call_id", "task_tool_call_id"), ID),
    **dict.fromkeys(("time", "timestamp", "created_at", "durationMs", "finishedAt", "llmClientBlockedMs"), CLOCK),
    **dict.fromkeys(("llmFirstTokenLatencyMs", "llmStreamDurationMs", "llmRequestBuildMs"), CLOCK),
    **dict.fromkeys(("llmServerFirstTokenMs", "llmServerDecodeMs", "llmClientConsumeMs"), CLOCK),
    **dict.fromkeys(("usage", "token_usage", "context_usage", "context_tokens", "contextTokens"), USAGE),
    **dict.fromkeys(("maxTokens", "tokens"), USAGE),
    **dict.fromkeys(("protocol_version", "jsonrpc"), RECORDER),
    "step": "The number of the step; the order of the records shows it.",
}
VOLATILE_WITHIN = {
    "cwd": HOST,
    "encrypted": "Encrypted reasoning; it is encrypted differently in every run.",
    "meta": "Ids, time and tokens of a repeated message.",
    "promptId": ID,
    "toolCalls": "Calls of a repeated message, with their ids.",
}
_SUMMARY = "\n\n[summary]\n"
_EXITED = re.compile(r"(?:\A|\n)Command failed with exit code: (-?\d{1,9})\.?\s*\Z")
_NO = ("rejected", "reject", "denied", "cancelled")  # answers to a request for approval
_MAX_STEPS = "loop.max_steps_exceeded"  # code of an error
TOKENS = {"rest": "inputOther", "cached": "inputCacheRead", "written": "inputCacheCreation", "output": "output"}


class KimiEvents(RecordEvents):
    """Make events of Kimi's records. A subclass reads one form of them."""

    agent = "Kimi"
    _approvals: Mapping[str, Any] = MappingProxyType({})  # calls that need approval, by the id of the request
    _refused: frozenset[str] = frozenset()  # calls
    _used: tuple[str, Any] | None = None  # (kind of record, tokens) of the last answer; other records repeat them
    _is_subagent = False
    _subagents: dict[str, tuple[Self, dict[str, Any]]]  # by id: the reader, meta of its events
    _said: tuple[str, list[str], dict[str, Any], dict[str, Any]] | None = None
    """An open text: its kind, its pieces, its other members, the context of its first piece."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._subagents = {}

    def time_of(self, record: dict[str, Any]) -> int | None:
        """Return the time of a record, in ns since 1970; None if it has none."""
        return any_time(record.get("time", record.get("timestamp", record.get("created_at"))))

    def _begin_subagent(self: Self, agent: str, name: object, call_id: object) -> None:
        """Prepare for the records of a subagent. `agent`: its id. `call_id`: of the call that starts it."""
        call = self.run.call(call_id)
        reader = type(self)(self.format, self.volatile, self.notes, self.volatile_within)
        reader.run, reader._is_subagent, reader._subagents = self.run, True, self._subagents
        about = {"agent": agent, "subagent": [str(name or agent)], "parent": None if call is None else call.seq}
        self._subagents[agent] = reader, about

    def _readers(self) -> Iterator[Self]:
        """Yield the readers of the subagents, and this one; each in the context of its events."""
        for reader, about in self._subagents.values():
            self.run.context = dict(about)
            yield reader
        self.run.context = {}
        yield self

    def add_answer(
        self, text: Any, reasoning: str | None = None, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add an answer; one of a subagent is not the run's."""
        if text and self._is_subagent:
            return self.run.decision("subagent-message", text, reasoning, extra, **meta)
        return super().add_answer(text, reasoning, extra, **meta)

    def _approved(self, call_id: Any, answer: Any) -> None:
        if answer in _NO:
            self._refused |= {str(call_id)}

    def _tokens_once(self, kind: str, usage: Any) -> dict[str, int] | None:
        """Return the tokens of one answer; None if another kind of record has them, before or after the answer."""
        tokens, last = tokens_of(usage, TOKENS), self._used
        is_repeated = last is not None and last[0] != kind and last[1] == usage
        if tokens is not None:
            self._used = None if is_repeated else (kind, usage)
        return None if is_repeated else tokens

    def _turn_ended(self, reason: Any, error: Any) -> None:
        if reason in ("cancelled", "aborted"):
            self.how = "stopped by user", None
        elif reason in ("failed", "error"):
            message = error.get("message") if isinstance(error, dict) else error
            code = str(error.get("code")) if isinstance(error, dict) else ""
            self.run.error("error", str(message or "the turn failed"), self.agent)
            how = "limit" if code == _MAX_STEPS else end_after_error(str(message))
            self.how = how, first_line(message) or None

    def _piece(self, kind: str, text: Any, fields: dict[str, Any]) -> None:
        """Add a piece of a text, or of reasoning ("think"); the next pieces of the same kind continue it."""
        if self._said is None or self._said[0] != kind:
            self._end_pieces()
            self._said = kind, [], dict(fields), dict(self.run.context)
        self._said[1].append(str(text or ""))
        self._said[2].update(fields)

    def _end_pieces(self) -> None:
        """Add the text whose pieces are complete."""
        if self._said is not None:
            (kind, texts, fields, context), self._said = self._said, None
            now, self.run.context = self.run.context, context
            self._part({"type": kind, kind: "".join(texts)}, fields)
            self.run.context = now

    def _part(self, part: Any, rest: dict[str, Any]) -> None:
        """Add reasoning, or a part of an answer."""
        if not isinstance(part, dict) or part.get("type") not in ("think", "text"):
            self.add_answer([part], None, as_fields(rest))
            return
        members = {**rest, **self.rest(part, "type", "think", "text")}
        extra = as_fields(members)
        if part["type"] == "think":
            self.add_answer(None, str(part.get("think") or REASONING_NOT_RECORDED), extra)
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


def tokens_of(usage: Any, names: Mapping[str, str]) -> dict[str, int] | None:
    """Return the tokens of one answer; cache reads and writes count as input."""
    counts = counted_tokens(usage, names)
    if not counts:
        return None
    cached = counts.get("cached", 0)
    sent = counts.get("rest", 0) + cached + counts.get("written", 0)
    return {"input": sent, "cached": cached, "output": counts.get("output", 0)}
