"""Sessions of DeepSeek Harness (``session.jsonl``, packed as ``.zstd``): typed events with a number, a time and data.

The same events within messages of its server are read too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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
    as_map,
    maps_in,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_TYPES = ("turn/start", "turn/end", "user/message", "assistant/message", "assistant/chunk", "tool/call", "tool/result")
_GROUPS = (
    *("turn/", "step/", "approval/", "assistant/", "command/", "compact/", "hook/", "permission/", "plan/", "request/"),
    *("sandbox/", "session/", "subagent/", "todo/", "web/", "goal/", "llm/", "tool/", "workflow/", "tool-call-chunks"),
)
_PIECES = {"text-delta": "text", "reasoning-delta": "reasoning", "text-chunks": "text", "reasoning-chunks": "reasoning"}
_OF_STEPS = ("turn", "step")
_ENDS: dict[str, End] = {"completed": "answered", "aborted": "stopped by user", "max-tokens": "limit", "error": "crash"}
_TOKENS = {
    "rest": "inputTokens",
    "cached": "cacheReadTokens",
    "written": "cacheWriteTokens",
    "output": "outputTokens",
    "reasoning": "reasoningTokens",
}
_TOO_LONG = "CONTEXT_WINDOW_EXCEEDED"


class DeepSeekHarness(RecordFormat):
    """The importer. A file is one run."""

    name = "deepseek-harness"
    title = translatable("DeepSeek Harness session")
    version = 2
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "callId", "toolCallId", "commandId", "parentSession", "handlerId", "rpcId"), ID),
        **dict.fromkeys(("sessionId", "subCallId", "parentCallId", "rootCallId", "requestId", "jsonrpc"), ID),
        **dict.fromkeys(("time", "time0", "createdAt", "durationMs"), CLOCK),
        **dict.fromkeys(("usage", "shadowedTokenCount"), USAGE),
        "cwd": HOST,
        "version": RECORDER,
        **dict.fromkeys(("seq", "seq0"), "The number of the event; the order of the events shows it."),
        **dict.fromkeys(_OF_STEPS, "The number of the turn or step; the order of the events shows it."),
        **dict.fromkeys(
            ("sourceEventSeqs", "messageSeqs", "shadowedSeqs", "shadowedRange"), "Numbers of other events."
        ),
        **dict.fromkeys(("data/chunk", "data/texts", "data/args", "data/dt", "data/index"), "Pieces of an answer."),
        **dict.fromkeys(("stream", "replayState"), "How the answer came; the answer is compared."),
        **dict.fromkeys(("provenance/provider", "source/provider"), "The provider, which the request's header names."),
        "surfaceOp": "How the event changes the messages to the model.",
        "method": "The form of a message; its event has a type of its own.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with an event of a session."""
        events = map(_event, records)
        return any(e.get("type") in _TYPES and isinstance(e.get("data"), dict) and "seq" in e for e in events)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's events."""
        return _HarnessEvents(self.name, self.volatile, notes)


def _event(record: dict[str, Any]) -> dict[str, Any]:
    """Return the event in a message of the server; the record itself if it is an event."""
    for holder in (as_map(record.get("params")), as_map(record.get("payload")), record):
        if isinstance(event := holder.get("event"), dict) and "type" in event:
            return event
    return record


class _HarnessEvents(RecordEvents):
    agent = "DeepSeek Harness"
    _system: Any = None  # the last instructions
    _trigger: Any = None  # what started the turn, until its message comes
    _usage: Any = None  # tokens of an answer that is not complete

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._pieces: dict[tuple[Any, str], list[str]] = {}  # of an answer that is not complete
        self._named: dict[str, dict[str, Any]] = {}  # calls in answers that have not begun
        self._begun: dict[str, dict[str, Any]] = {}  # calls within a program, without a result
        self._asked: dict[str, Any] = {}  # calls that need approval, by the id of the question
        self._refused = set[str]()  # calls

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        """Return the session's id."""
        ids = [record.get("id") for record in head if record.get("type") == "session"]
        ids += [as_map(record.get("params")).get("sessionId") for record in head]
        return next((str(one) for one in ids if one), None)

    def time_of(self, record: dict[str, Any]) -> int | None:
        """Return the time of a record, in ns since 1970; None if it has none."""
        event = _event(record)
        return any_time(event.get("time", event.get("time0", event.get("createdAt"))))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one record."""
        event = _event(record)
        kind, data = str(event.get("type")), as_map(event.get("data"))
        if not self.run.count:
            self.run.agent_init(self.agent, "", self.rest(event, "type") if kind == "session" else {})
            if kind == "session":
                return
        self.set_model(self._model)
        match kind:
            case "user/message" | "steering/message" | "prompt/blocked":
                self._prompt(kind, as_map(data.get("message")) or data)
            case "assistant/chunk" | "text-chunks" | "reasoning-chunks" | "tool-call-chunks":
                self._chunk(kind, data)
            case "assistant/message":
                self._answer(as_map(data.get("message")) or data, data.get("usage", self._usage))
            case "tool/call":
                named = self._named.pop(str(data.get("callId")), data)
                self._call(data.get("callId"), data, self.fields(data, "name", "arguments") | _told_before(named, data))
            case "tool/result":
                self._result(data)
            case "tool/code-dispatch-start":
                self._begin_within(data, self.fields(data, "name", "arguments"))
            case "tool/code-dispatch":
                call_id, text = data.get("subCallId"), content_of(data.get("content")) or None
                if str(call_id) not in self._begun:  # its beginning is not in the file
                    context = dict(self.run.context)
                    self._begin_within(data, {})
                    self.run.context = context
                error = (first_line(text) or "failed") if data.get("isError") is True else None
                begun = self._begun.pop(str(call_id), data)
                extra = self.fields(data, "name", "arguments", "content", "isError") | _told_before(begun, data)
                self.add_result(call_id, text, error, extra, tool_name=data.get("name"), tool_call_id=call_id)
            case _:
                self._other(kind, data)

    # ---- messages -------------------------------------------------------------------------------
    def _prompt(self, kind: str, message: dict[str, Any]) -> None:
        """Add the user's words; what the program adds is context, unless it started the turn."""
        source, envelope = as_map(message.get("source")), as_map(message.get("envelope"))
        text = content_of(envelope.get("displayContent", message.get("content"))) or None
        by, is_first = str(source.get("kind") or "user"), self._trigger is not None
        extra = self.fields(message, "content", "source", "envelope", "reason", role="user")
        more = self.rest(source, "kind") | self.rest(envelope, "displayContent")
        extra = as_fields(extra.get("fields", {}) | ({"source": more} if more else {}))
        if by == "user":
            self.add_message("user", text, extra)
        elif is_first and by == self._trigger:
            self.add_message(by, text, extra)
        else:
            self.run.unmapped = {**extra.get("fields", {}), "by": by}
            self.run.bookkeeping(f"{self.format}/context", text)
        self._trigger = None
        if kind == "prompt/blocked":
            self.run.error("blocked", str(message.get("reason") or "the prompt was blocked"), self.agent)

    def _answer(self, message: dict[str, Any], usage: Any) -> None:
        self._pieces.clear()
        self._usage = None
        self.set_model(as_map(message.get("source") or message.get("provenance")).get("model"))
        blocks = maps_in(message.get("content"))
        self._named |= {str(block.get("id")): block for block in blocks if block.get("type") == "tool-call"}
        thoughts = [
            str(block.get("text") or REASONING_NOT_RECORDED) for block in blocks if block.get("type") == "reasoning"
        ]
        others = [block for block in blocks if block.get("type") not in ("reasoning", "tool-call")]
        about = self.rest(as_map(message.get("source")), "model", "provider", kind="model")
        rest = self.rest(message, "content", "source", "provenance", role="assistant")
        extra = as_fields(rest | ({"source": about} if about else {}))
        if others or thoughts or extra:
            self.add_answer(content_of(others) or None, "\n".join(thoughts) or None, extra)
        self._count(usage)

    def _count(self, usage: Any) -> None:
        """Add the tokens of an answer, on a line of their own: an answer may have no event but its calls."""
        if (tokens := _tokens(usage)) is not None:
            self.run.bookkeeping(f"{self.format}/usage", {}, tokens=tokens, usage=usage)

    def _chunk(self, kind: str, data: dict[str, Any]) -> None:
        """Keep pieces of an answer, which the message has whole, unless the answer breaks off."""
        chunk = as_map(data.get("chunk")) or data
        sort = _PIECES.get(str(chunk.get("type") or kind))
        if sort is not None:
            texts = chunk["texts"] if isinstance(chunk.get("texts"), list) else [chunk.get("text")]
            self._pieces.setdefault((chunk.get("index"), sort), []).extend(map(str, texts))
        elif chunk.get("type") == "usage":
            self._usage = chunk.get("usage")

    def _break_off(self) -> None:
        """Add what is left of an answer that was not completed, and calls that did not begin."""
        texts: dict[str, list[str]] = {"text": [], "reasoning": []}
        for (_, sort), pieces in self._pieces.items():
            texts[sort].append("".join(pieces))
        if self._pieces:
            text, thought = ("\n".join(texts[sort]) or None for sort in ("text", "reasoning"))
            self.add_answer(text, thought)
        self._count(self._usage)
        self._usage = None
        self._pieces.clear()
        for call_id in [*self._named]:
            self._begin_named(call_id)

    # ---- calls ----------------------------------------------------------------------------------
    def _begin_within(self, data: dict[str, Any], extra: dict[str, Any]) -> None:
        """Begin a call that a program makes, which is itself the input of a call."""
        parent = self.run.call(data.get("parentCallId"))
        self.run.context["parent"] = None if parent is None else parent.seq
        self._begun[str(data.get("subCallId"))] = data
        self._call(data.get("subCallId"), data, extra)

    def _begin_named(self, call_id: str) -> None:
        block = self._named.pop(call_id)
        self._call(call_id, block, self.fields(block, "type", "name", "arguments"))

    def _call(self, call_id: Any, data: dict[str, Any], extra: dict[str, Any]) -> None:
        given = data.get("arguments")
        self.run.request(
            call_id,
            str(data.get("name") or "tool"),
            decoded(given) if isinstance(given, str) else given,
            extra=extra,
            tool_call_id=call_id,
        )

    def _result(self, data: dict[str, Any]) -> None:
        """Add a result: of version 0, in a part of a message, or as a message."""
        message = as_map(data.get("message")) or data
        parts = [part for part in maps_in(message.get("content")) if part.get("type") == "tool-result"]
        facts = parts[0] if len(parts) == 1 else message
        call_id = data.get("callId") or facts.get("toolCallId") or as_map(message.get("source")).get("callId")
        if str(call_id) in self._named:
            self._begin_named(str(call_id))
        text = content_of(facts.get("content")) or None
        error = (first_line(text) or "failed") if facts.get("isError") is True else None
        used = ("type", "role", "content", "source", "isError", "message")
        fields = self.rest(data, *used) | self.rest(message, *used) | self.rest(facts, *used)
        if message.get("role") not in (None, "user", "tool"):
            fields["role"] = message["role"]
        refused = error is not None and str(call_id) in self._refused
        self.add_result(call_id, text, error, as_fields(fields), refused=refused, tool_call_id=call_id)

    # ---- all other events -----------------------------------------------------------------------
    def _other(self, kind: str, data: dict[str, Any]) -> None:
        facts = self.rest(data)
        match kind:
            case "turn/start":
                self.how = None
                trigger = as_map(data.get("trigger"))
                is_message = trigger.get("kind") == "message"
                self._trigger = as_map(trigger.get("source")).get("kind") if is_message else None
            case "turn/end":
                self._break_off()
                self._turn_ended(as_map(data.get("reason")))
            case "step/end":
                self._break_off()
            case "request/header":
                header = as_map(data.get("header"))
                self.set_model(as_map(header.get("config")).get("model"))
                if (system := header.get("system")) and system != self._system:
                    self._system = system
                    self.add_message("system", system)
                facts = {**facts, "header": self.rest(header, "system")}
            case "request/context":
                self.set_model(data.get("model"))
            case "llm/retry":
                failure = as_map(data.get("failure"))
                extra = as_fields(self.rest(data, "failure") | self.rest(failure, "message", "code"))
                self.run.error(str(failure.get("code")), str(failure.get("message")), "model", extra)
                return
            case "command/run":
                extra = self.fields(data, "name", "args", source={"kind": "user"})
                self.run.command(f"/{data.get('name')}{data.get('args') or ''}", extra=extra)
                return
            case "compact/summary":
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": facts})
                self._count(data.get("usage"))
                return
            case "approval/asked":
                self._asked[str(data.get("id"))] = data.get("callId")
            case "approval/decided" if not str(data.get("outcome")).startswith("allowed"):
                self._refused.add(str(self._asked.get(str(data.get("id")))))
        if kind.startswith(_GROUPS):
            self.run.bookkeeping(f"{self.format}/{kind}", facts)
        else:
            self.add_unknown(kind, data)

    def _turn_ended(self, reason: dict[str, Any]) -> None:
        kind, failure = str(reason.get("kind")), as_map(reason.get("failure")) or reason
        if kind == "error":
            code, message = str(failure.get("code") or "error"), str(failure.get("message") or "the turn failed")
            self.run.error(code, message, self.agent)
            self.how = "limit" if code == _TOO_LONG else "crash", first_line(message)
        elif kind == "aborted":
            self.how = "stopped by user", None
            self.run.interrupted("the user stopped the turn", "user")
        elif kind == "interrupted":  # the program ended before the turn
            self.how = "crash", kind
        elif kind in _ENDS:
            self.how = _ENDS[kind], None if kind == "completed" else kind

    def add_end(self) -> None:
        """Add what is incomplete at the end of the file."""
        self._break_off()


def _told_before(before: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    """Return what the answer, or the beginning of a call, said otherwise, as a member of the payload."""
    differs = any(before.get(name) != call.get(name) for name in ("name", "arguments"))
    return {"before": {name: before.get(name) for name in ("name", "arguments")}} if differs else {}


def _tokens(usage: Any) -> dict[str, int] | None:
    """Return the tokens of one answer; the source counts cached ones apart from the input."""
    counts = counted_tokens(usage, _TOKENS)
    if not counts:
        return None
    cached = counts.get("cached", 0)
    sent = counts.get("rest", 0) + cached + counts.get("written", 0)
    reasoning = {"reasoning": counts["reasoning"]} if "reasoning" in counts else {}
    return {"input": sent, "cached": cached, "output": counts.get("output", 0), **reasoning}
