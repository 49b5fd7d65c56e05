"""GitHub Copilot CLI sessions and VS Code's transcripts: lines with ``type, data, id, parentId, timestamp``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.facts.run_totals import UNKNOWN
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import OUTPUT_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_TYPES = ("session.", "assistant.", "tool.", "user.", "system.", "hook.", "subagent.", "abort", "skill.")
_EXITED = re.compile(r"<(?:exited|shellId: \S{1,64} completed) with exit code (-?\d{1,9})>\s*\Z")
_SHELLS = re.compile("bash|shell", re.IGNORECASE)  # tools that run commands: bash, read_bash, powershell
_SHUTDOWN = "session.shutdown"
_USAGE = "assistant.usage"  # the tokens of each answer, in the stream of the SDK
_SUBAGENT = "runSubagent"  # VS Code's tool
_REFUSED = ("rejected", "denied")  # codes of errors
_TAIL_BYTES = 1 << 18  # of a file, in which its last record is searched
_TOKENS = {
    "input": "inputTokens",
    "cached": "cacheReadTokens",
    "output": "outputTokens",
    "reasoning": "reasoningTokens",
}


class CopilotCli(RecordFormat):
    """The importer. A session is one run; a request in a message and its start are one call."""

    name = "copilot-cli"
    title = translatable("GitHub Copilot session")
    version = 14
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "parentId": ID,
        "agentId": ID,
        "timestamp": CLOCK,
        "duration": CLOCK,
        **dict.fromkeys((*_TOKENS.values(), "cacheWriteTokens", "cost"), USAGE),
    }
    volatile_within: ClassVar[Mapping[str, str]] = {
        "sessionId": ID,
        "startTime": CLOCK,
        "sessionStartTime": CLOCK,
        "timestamp": CLOCK,
        "interactionId": ID,
        "parentAgentTaskId": ID,
        "apiCallId": ID,
        "messageId": ID,
        "requestId": ID,
        "serviceRequestId": ID,
        "toolCallId": ID,
        "parentToolCallId": ID,
        "turnId": ID,
        "hookInvocationId": ID,
        "originatingMessageId": ID,
        "usage": USAGE,
        "outputTokens": USAGE,
        "reasoningOpaque": "Encrypted reasoning; it is encrypted differently in every run.",
        "encryptedContent": "Encrypted reasoning; it is encrypted differently in every run.",
        "encrypted_content": "Encrypted reasoning; it is encrypted differently in every run.",
        "signature": "Encrypted reasoning; it is encrypted differently in every run.",
        "toolTelemetry": USAGE,
        "modelMetrics": USAGE,
        "tokenDetails": USAGE,
        "conversationTokens": USAGE,
        "currentTokens": USAGE,
        "systemTokens": USAGE,
        "toolDefinitionsTokens": USAGE,
        "totalApiDurationMs": CLOCK,
        "totalNanoAiu": USAGE,
        "totalPremiumRequests": USAGE,
        "eventsFileSizeBytes": USAGE,
        "transformedContent": "The prompt with the date and reminders added; the prompt itself is compared.",
        "detailedContent": "A copy of the result for people; the result itself is compared.",
        "sessionLog": "A copy of the result for people; the result itself is compared.",
        "cwd": HOST,
        "gitRoot": HOST,
        "copilotVersion": "A copy of the agent's version; the one in AgentInit is compared.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with a `session.start` of Copilot, or with a parent, among the first five."""
        return any(
            record.get("type") == "session.start"
            and isinstance(record.get("data"), dict)
            and ("parentId" in record or "copilotVersion" in record["data"])
            for record in records[:5]
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's records."""
        return _CopilotCliEvents(self.name, self.volatile, notes, self.volatile_within)


class _CopilotCliEvents(RecordEvents):
    agent = "GitHub Copilot CLI"
    _has_answered = False  # whether the last message of the turn has no request
    _has_usage = False  # whether the tokens of each answer are in a separate record

    _is_summed = False  # whether the last record has the tokens of the whole session; an answer has only its output

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._models: dict[str, str | None] = {}  # the answering model, by the subagent's id, "" for the agent itself
        self._said = set[str]()  # all models that answered
        self._subagents: dict[str, str] = {}  # their names, by their ids
        self._called: Counter[str] = Counter()  # how many subagents have this name
        self._tasks: dict[str, tuple[str, str]] = {}  # in VS Code, by its text: the call that gives it, a name
        self._given: list[tuple[str, str]] = []  # those whose text was repeated as a prompt: their subagents work
        self._copied_time: Any = None  # that old messages of the user have in a session which VS Code wrote again

    def examine_file(self, file: ForeignFile) -> None:
        size = file.source.size
        end = file.source.read_at(max(0, size - _TAIL_BYTES), min(size, _TAIL_BYTES)).rstrip()
        self._has_usage = f'"{_USAGE}"'.encode() in end
        last = decoded(end[end.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        self._is_summed = isinstance(last, dict) and last.get("type") == _SHUTDOWN and bool(_metrics(last.get("data")))

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        begun = next((record.get("data") for record in head if record.get("type") == "session.start"), None)
        session = begun.get("sessionId") if isinstance(begun, dict) else None
        if isinstance(begun, dict) and "vscodeVersion" in begun:
            self.agent = "GitHub Copilot Chat"
        return session if isinstance(session, str) else None

    def time_of(self, record: dict[str, Any]) -> int | None:
        kind, data, time = record.get("type"), record.get("data"), record.get("timestamp")
        if kind == "session.start" and isinstance(data, dict) and data.get("startTime") != time:
            self._copied_time = data.get("startTime")
        return None if kind == "user.message" and time == self._copied_time else super().time_of(record)

    def add_record(self, record: dict[str, Any]) -> None:
        data, kind = record.get("data"), str(record.get("type"))
        data = data if isinstance(data, dict) else {}
        self.run.context["id"] = record.get("id")
        starts = data.get("toolCallId") if kind.startswith("subagent.") else None
        subagent = str(record.get("agentId") or data.get("parentToolCallId") or starts or "")  # older: the call's id
        subagent = subagent or self._working(kind, data)
        self._model = self._models.get(subagent)
        if subagent:
            self._of_subagent(subagent, data)
        else:
            self._ended(kind, data)
        self._add(kind, data)
        self._models[subagent] = self._model
        self._said |= {self._model} if self._model else set()

    def _working(self, kind: str, data: dict[str, Any]) -> str:
        """Return the call whose subagent wrote a record without its id: VS Code writes them between task and result.

        If several work at the same time, any of them may have written it.
        """
        given, call_id = data.get("arguments"), data.get("toolCallId")
        if kind == "tool.execution_start" and data.get("toolName") == _SUBAGENT and isinstance(given, dict):
            self._tasks[str(given.get("prompt"))] = str(call_id), str(given.get("description") or _SUBAGENT)
        elif kind == "tool.execution_complete":
            self._given = [one for one in self._given if one[0] != call_id]
        elif kind == "user.message" and (task := self._tasks.pop(str(data.get("content")), None)):
            self._given.append(task)
        elif kind == "user.message":
            self._given = []
        ids = " ".join(one for one, _ in self._given)
        if ids:
            self._subagents.setdefault(ids, " or ".join(name for _, name in self._given))
        return ids

    def _of_subagent(self, subagent: str, data: dict[str, Any]) -> None:
        """Mark the next events as those of the subagent with this id."""
        if subagent not in self._subagents:
            name = str(data.get("agentDisplayName") or data.get("agentName") or "subagent")
            self._called[name] += 1
            self._subagents[subagent] = name if self._called[name] == 1 else f"{name} {self._called[name]}"
            call = self.run.call(data.get("toolCallId"))
            if call is not None:
                self.run.context["parent"] = call.seq
        self.run.context["subagent"] = [self._subagents[subagent]]
        if str(data.get("source")).startswith("agent-"):  # the id of the agent that gave the task
            del data["source"]

    def _add(self, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "session.start":
                version = str(data.get("copilotVersion") or "")
                self.run.agent_init(self.agent, version, self.rest(data))
            case "session.model_change":
                self._model = data["newModel"] if isinstance(data.get("newModel"), str) else self._model
                self.run.add(Kind.STATE_TRANSITION, {"transition_type": "model", "data": self.rest(data)})
            case "system.message" | "user.message":
                speaker = kind.partition(".")[0]
                extra = self.fields(data, "content", role=speaker)
                if speaker == "user" and "subagent" in self.run.context:  # an agent gives its subagent a task
                    self.run.observation("subagent-message", "agent", data.get("content"), extra)
                else:
                    self.add_message(speaker, data.get("content"), extra)
            case "assistant.message":
                self._assistant(data)
            case "tool.execution_start":
                self._started(kind, data)
            case "tool.execution_complete":
                self._completed(data)
            case "abort":
                reason = str(data.get("reason") or data.get("message") or "the user stopped the agent")
                self.run.interrupted(reason, "user", self.fields(data, "reason", "message"))
            case "session.error":
                text = data.get("message") or data.get("reason") or kind
                self.run.error(
                    str(data.get("errorType") or kind),
                    str(text),
                    "agent",
                    fields=self.rest(data) or None,
                )
            case "session.compaction_complete" if data.get("success") is not False:
                summary = {"summary": data.get("summaryContent"), **self.rest(data, "summaryContent", success=True)}
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": summary})
            case _ if kind.startswith(_TYPES):
                facts = self.rest(data, "model" if kind == _USAGE else "")
                self.run.bookkeeping(f"{self.format}/{kind}", facts, **self._use(kind, data))
            case _:
                self.add_unknown(kind, data)

    def _ended(self, kind: str, data: dict[str, Any]) -> None:
        """Note the end of the run from a record."""
        match kind:
            case "user.message" | "assistant.turn_start":
                self.how = None
            case "assistant.message":
                self._has_answered = not data.get("toolRequests")
            case "tool.execution_start":  # also without a request in the message before
                self._has_answered, self.how = False, None
            case "assistant.turn_end" if self._has_answered:
                self.how = "answered", None
            case "session.task_complete" if data.get("success") is not False:
                self.how = "answered", None
            case "abort":
                self.how = "stopped by user", first_line(data.get("reason")) or None
            case "session.error":
                self.how = "crash", first_line(data.get("message") or data.get("reason")) or None
            case "session.shutdown" if data.get("shutdownType") == "error":
                self.how = "crash", first_line(data.get("errorReason")) or None

    def _assistant(self, data: dict[str, Any]) -> None:
        text, reasoning, requests = data.get("content"), data.get("reasoningText"), data.get("toolRequests")
        model, tokens = data.get("model"), data.get("outputTokens")
        is_counted_elsewhere = self._has_usage or self._is_summed
        tokens = {"output": tokens} if type(tokens) is int and not is_counted_elsewhere else None
        self.set_model(model)
        self.run.once = {"tokens": tokens}
        extra = self.fields(data, "content", "reasoningText", "toolRequests", "model")
        if text or reasoning or not requests:
            self.run.context["parent"] = self.add_answer(text, reasoning if isinstance(reasoning, str) else None, extra)
        for request in requests if isinstance(requests, list) else []:
            if isinstance(request, dict):
                call_id, name = request.get("toolCallId", request.get("id")), str(request.get("name") or "tool")
                rest = self.fields(request, "id", "name", "arguments", type="function")
                known = self.run.call(call_id)
                if known is not None and (known.tool_name, known.input) == (name, decoded(request.get("arguments"))):
                    if rest:  # it began before its message was written
                        self.run.bookkeeping(f"{self.format}/asked", rest["fields"], parent=known.seq)
                    continue
                self.run.request(call_id, name, decoded(request.get("arguments")), extra=rest, tool_call_id=call_id)

    def _started(self, kind: str, data: dict[str, Any]) -> None:
        """Add a call that begins: usually the request of a message, with equal arguments."""
        call_id, given = data.get("toolCallId"), decoded(data.get("arguments"))
        call = self.run.call(call_id)
        extra = self.fields(data, "toolName", "arguments", model=self._model)
        if call is None:
            self.run.request(call_id, str(data.get("toolName") or "tool"), given, extra=extra, tool_call_id=call_id)
        elif (call.input, call.tool_name) == (given, data.get("toolName")):
            if extra:
                self.run.bookkeeping(f"{self.format}/started", extra["fields"], parent=call.seq)
        else:
            self.run.custom(f"{self.format}/{kind}", self.rest(data))

    def _completed(self, data: dict[str, Any]) -> None:
        result, error = data.get("result"), data.get("error")
        member = next(
            (name for name in ("content", "output") if isinstance(result, dict) and name in result), "content"
        )
        output = result.get(member) if isinstance(result, dict) else result
        call = self.run.call(data.get("toolCallId"))
        tool = data.get("toolName") if call is None else call.tool_name
        code = _exit_code(data.get("shellExecution"), output if _SHELLS.search(str(tool)) else None)
        failed = data.get("success") is False or bool(error)
        refused = isinstance(error, dict) and error.get("code") in _REFUSED
        if isinstance(error, dict):
            error = error.get("message")
        error_line = (
            (first_line(error) or first_line(output) or "failed") if failed else f"exit {code}" if code else None
        )
        known = {"model": self._model, "toolName": None if call is None else call.tool_name}
        extra = self.fields(data, "result", "error", success=not failed, **known)
        extra |= {"error_details": data["error"]} if isinstance(data.get("error"), dict) else {}
        extra |= {"result": rest} if isinstance(result, dict) and (rest := self.fields(result, member)) else {}
        output = output if output is not None else error if failed or "result" in data else OUTPUT_NOT_RECORDED
        call_id, named = data.get("toolCallId"), data.get("toolName")
        self.add_result(call_id, output, error_line, extra, refused=refused, tool_name=named)

    def _use(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return the tokens in a record: of one answer, or, in the last line, of the whole session."""
        usage, metrics = data.get("usage"), data.get("modelMetrics")
        if kind == "session.usage_record" and (tokens := counted_tokens(usage, _TOKENS)):
            self._has_usage = True
            self.set_model(usage.get("model") if isinstance(usage, dict) else None)
            return {"tokens": tokens, "usage": usage}
        if kind == _USAGE and (tokens := counted_tokens(data, _TOKENS)):
            self.set_model(data.get("model"))
            return {"tokens": tokens, "cost": data.get("cost"), "duration": milliseconds(data.get("duration"))}
        if kind != _SHUTDOWN:
            return {}
        for model, tokens in _metrics(data).items() if self._is_summed and not self._has_usage else ():
            if model == UNKNOWN:
                only = next(iter(self._said)) if len(self._said) == 1 else UNKNOWN
                self.run.bookkeeping(f"{self.format}/session", None, tokens=tokens, model=only)
            else:
                self.run.bookkeeping(f"{self.format}/model", model, tokens=tokens, model=model)
        metrics = metrics if metrics else data.get("tokenDetails")
        return {"usage": metrics, "premium_requests": data.get("totalPremiumRequests")}


def _metrics(data: Any) -> dict[str, dict[str, int]]:
    """Return the tokens that each model used since the program was started; the input has the cached part in it."""
    metrics = data.get("modelMetrics") if isinstance(data, dict) else None
    counts = {
        str(model): counted_tokens(use.get("usage"), _TOKENS) or _detailed(use.get("tokenDetails"))
        for model, use in (metrics.items() if isinstance(metrics, dict) else ())
        if isinstance(use, dict)
    }
    counts = {model: tokens for model, tokens in counts.items() if tokens}
    if not counts and isinstance(data, dict) and (tokens := _detailed(data.get("tokenDetails"))):
        return {UNKNOWN: tokens}  # of all models together
    return counts


def _detailed(details: Any) -> dict[str, int]:
    """Return the tokens in ``tokenDetails``, which has the parts of the input separately."""
    parts = ("input", "cache_read", "cache_write", "output")
    counts = counted_tokens(details, {part: f"{part}/tokenCount" for part in parts})
    sent = [counts[part] for part in parts[:3] if part in counts]
    tokens = {"input": sum(sent)} if sent else {}
    named = {"cached": "cache_read", "output": "output"}
    return tokens | {sort: counts[part] for sort, part in named.items() if part in counts}


def _exit_code(execution: Any, output: Any) -> int | None:
    """Return a shell command's exit code: a member, or in older files the last line of its output."""
    code = execution.get("exitCode") if isinstance(execution, dict) else None
    match = _EXITED.search(output) if isinstance(output, str) else None
    return code if type(code) is int else int(match[1]) if match else None
