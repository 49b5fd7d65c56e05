"""Logs of the Agent Client Protocol: JSON Lines of its messages (Grok's ``updates.jsonl``, or what a client wrote)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat, as_map, maps_in
from replay_gui.core.importers.formats.transcripts.acp_parts import (
    agent_of,
    calls_output,
    failure_of,
    given_to,
    is_refusal,
    tool_name_of,
    uses_of,
    without_diffs,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_WRAPPED = ("msg", "message", "payload", "frame")  # members in which clients log a message
_CHUNKS = ("user_message_chunk", "agent_message_chunk", "agent_thought_chunk")
_CALLS = ("tool_call", "tool_call_update")
_TURN_ENDS = ("turn_completed", "turn_end")
_FINAL_STATUSES = ("completed", "failed", "cancelled", "canceled", "rejected", "error")
_ENDS: dict[str, End] = {
    "end_turn": "answered",
    "cancelled": "stopped by user",
    "canceled": "stopped by user",
    "max_tokens": "limit",
    "max_turn_requests": "limit",
    "error": "crash",
}
_METHODS = ("session/new", "session/prompt", "session/load", "session/request_permission")
_REMINDER_TAG = "<system-reminder>"


class Acp(RecordFormat):
    """The importer. A log is one run; messages and calls that come in pieces are joined."""

    name = "acp"
    title = translatable("Agent Client Protocol log")
    version = 2
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("sessionId", "session_id", "toolCallId", "id", "prompt_id", "messageId"), ID),
        **dict.fromkeys(("timestamp", "ts", "time"), CLOCK),
        "usage": USAGE,
        "jsonrpc": "The version of the protocol; it says nothing about the run.",
        "method": "The method of an update; the update's own name is compared.",
        "update/title": "The title of a call; a later update may repeat it.",
        "update/status": "The status of a call before its end; its result is compared.",
        "content/type": "The type of a part with text; the text itself is compared.",
        "promptIndex": "The number of the prompt; the order of the prompts shows it.",
        **dict.fromkeys(("dir", "direction"), "Which side sent the message; its content is compared."),
    }
    volatile_within: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("eventId", "promptId", "requestId", "traceparent"), ID),
        **dict.fromkeys(("agentTimestampMs", "streamStartMs"), CLOCK),
        "totalTokens": USAGE,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages, one of which is an update of a session or a request about one."""
        messages = [_message(record) for record in records]
        return any(
            _update(message) is not None or ("jsonrpc" in message and message.get("method") in _METHODS)
            for message in messages
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one log's messages."""
        return _AcpEvents(self.name, self.volatile, notes, self.volatile_within)


def _message(record: dict[str, Any]) -> dict[str, Any]:
    """Return the message in a record of a client's log; the record itself if it is a message."""
    wrapped = (record.get(name) for name in _WRAPPED)
    named = ("jsonrpc", "method", "sessionUpdate", "update")
    return next((inner for inner in wrapped if isinstance(inner, dict) and any(n in inner for n in named)), record)


def _update(message: dict[str, Any]) -> dict[str, Any] | None:
    params = message.get("params")
    update = params.get("update", params) if isinstance(params, dict) else message.get("update", message)
    return update if isinstance(update, dict) and isinstance(update.get("sessionUpdate"), str) else None


class _AcpEvents(RecordEvents):
    def __init__(
        self, format: str, volatile: Mapping[str, str], notes: ImportNotes, volatile_within: Mapping[str, str]
    ) -> None:
        super().__init__(format, volatile, notes, volatile_within)
        self._parts: list[Any] = []  # of the current message; pieces of a text are a list
        self._of: tuple[Any, ...] = ()  # kind and ids of the current message
        self._begun: dict[str, Any] = {}  # the context of its first piece
        # Open calls by id: their members so far, their first context.
        self._calls: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._requested, self._done = set[str](), set[str]()  # ids of calls
        self._refused: dict[str, None] = {}  # ids of calls in this turn, in their order
        self._options: dict[str, tuple[str, dict[str, Any]]] = {}  # by question: the call, the kind of each answer
        self._prompt: Any = None  # the last prompt, which may come again as an update
        self._counted = self._stopped = self._is_refused = False  # in this turn
        self._cost = 0.0

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        messages = [_message(record) for record in head]
        self.agent = agent_of(messages)
        found = [as_map(message.get("params", message)).get("sessionId") for message in messages]
        return next((session for session in found if isinstance(session, str)), None)

    def time_of(self, record: dict[str, Any]) -> int | None:
        meta = as_map(as_map(_message(record).get("params")).get("_meta"))
        given = (meta.get("agentTimestampMs"), *(record.get(name) for name in ("timestamp", "ts", "time")))
        return next((time for value in given if (time := any_time(value)) is not None), None)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message of the protocol."""
        self.add_agent()
        message = _message(record)
        params, update = as_map(message.get("params")), _update(message)
        if update is not None:
            self._add_update(update, self.rest(as_map(params.get("_meta"))))
        elif isinstance(message.get("method"), str):
            self._request(message["method"], message, params)
        elif "error" in message:
            self._failed(as_map(message["error"]) or {"message": message["error"]})
        elif isinstance(message.get("result"), dict):
            self._result(message["result"], message.get("id"))
        else:
            self.run.bookkeeping(f"{self.format}/record", self.rest(record))

    def _add_update(self, update: dict[str, Any], about: dict[str, Any]) -> None:
        kind, facts = update["sessionUpdate"], {**self.rest(update, "sessionUpdate"), **about}
        if kind in _CHUNKS:
            self._piece(kind, update)
            return
        if kind in _CALLS and isinstance(update.get("toolCallId"), str):
            self._call(update["toolCallId"], update)
            return
        if kind == "usage_update":
            self._costs(update, facts)
            return
        self._flush()
        if kind in _TURN_ENDS:
            self._turn_end(update.get("stop_reason", update.get("stopReason")), update, facts)
        elif kind in ("model_changed", "model_auto_switched", "current_model_update"):
            self.set_model(update.get("model_id", update.get("modelId")))
            self.run.bookkeeping(f"{self.format}/{kind}", facts)
        elif kind == "plan" or "rewind" in kind:
            self.run.add(Kind.STATE_TRANSITION, {"transition_type": kind, "data": facts})
        elif "compact" in kind:
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": kind, "data": facts})
        else:
            self.run.bookkeeping(f"{self.format}/{kind}", facts)

    # ---- messages --------------------------------------------------------------------------------
    def _piece(self, kind: str, update: dict[str, Any]) -> None:
        meta = as_map(update.get("_meta"))
        of = (kind, update.get("messageId"), meta.get("promptIndex"))
        if of != self._of:
            self._flush()
            self._of, self._begun = of, dict(self.run.context)
        if kind == "user_message_chunk":
            self.set_model(meta.get("modelId"))
            self._begun |= {name: self.run.context[name] for name in ("model",) if name in self.run.context}
        content = update.get("content")
        for part in content if isinstance(content, list) else [content]:
            text = part.get("text") if isinstance(part, dict) else part
            if not isinstance(text, str):
                self._parts.append(part)
            elif self._parts and isinstance(self._parts[-1], list):
                self._parts[-1].append(text)
            else:
                self._parts.append([text])

    def _flush(self) -> None:
        """Add the current message."""
        parts, self._parts, of, self._of = self._parts, [], self._of, ()
        if not parts:
            return
        parts = ["".join(part) if isinstance(part, list) else part for part in parts]
        blocks = [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
        content = content_of(blocks) if len(parts) > 1 else parts[0]
        now, self.run.context = self.run.context, self._begun
        if of[0] == "user_message_chunk":
            self._add_prompt(content)
        elif of[0] == "agent_thought_chunk":
            self.add_answer(None, content if isinstance(content, str) else json.dumps(content))
        else:
            self.add_answer(content)
        self.run.context = now

    def _add_prompt(self, content: Any) -> None:
        if content == self._prompt:
            self.run.bookkeeping(f"{self.format}/echo", content)
        elif isinstance(content, str) and content.lstrip().startswith(_REMINDER_TAG):
            self.run.bookkeeping(f"{self.format}/context", content)
        else:
            self._counted = self._stopped = self._is_refused = False
            self.how = None
            self.add_message("user", content)
        self._prompt = None

    # ---- calls -----------------------------------------------------------------------------------
    def _call(self, call_id: str, update: dict[str, Any]) -> None:
        """Read an update of a call; its arguments may come after its name."""
        if call_id in self._done:
            self.run.bookkeeping(f"{self.format}/repeated", self.rest(update, "sessionUpdate"))
            return
        self._flush()
        before, context = self._calls.get(call_id, ({}, dict(self.run.context)))
        meta = {**as_map(before.get("_meta")), **as_map(update.get("_meta"))}
        news = {name: value for name, value in update.items() if value not in (None, "", [], {})}
        earlier = before.get("content")
        if earlier and earlier != news.get("content", earlier):
            self.run.bookkeeping(f"{self.format}/progress", earlier)
            news["earlier"] = earlier
        call = {**before, **news, **({"_meta": meta} if meta else {})}
        self._calls[call_id] = call, context
        is_done = call.get("status") in _FINAL_STATUSES
        if call_id not in self._requested and (is_done or call.get("rawInput")):
            self._request_call(call_id)
        if is_done:
            self._answer(call_id)

    def _request_call(self, call_id: str) -> None:
        call, context = self._calls[call_id]
        self._requested.add(call_id)
        now, self.run.context = self.run.context, context
        used = ("sessionUpdate", "rawInput", "rawOutput", "content", "earlier", "status", "name", "_meta")
        given, name = given_to(call), tool_name_of(call, call_id)
        title = call.get("title")
        extra = self.fields(call, *used, title=given.get("title", name) if isinstance(given, dict) else title)
        self.run.request(call_id, name, given, extra=extra, tool_call_id=call_id)
        self.run.context = now

    def _answer(self, call_id: str) -> None:
        call, _ = self._calls.pop(call_id)
        self._done.add(call_id)
        call, diffs = without_diffs(call)
        for diff in diffs:
            self.run.proposal(call_id, "edit", str(diff.get("path")), self.rest(diff, "type", "path"))
        output, extra = calls_output(call)
        error = failure_of(call, output)
        refused = call_id in self._refused or (error is not None and is_refusal(output))
        self._is_refused |= refused
        error = error or "refused by the user" if refused else error
        self.add_result(call_id, output, error, extra, refused=refused, tool_call_id=call_id)

    # ---- requests and their results -----------------------------------------------------------
    def _request(self, method: str, message: dict[str, Any], params: dict[str, Any]) -> None:
        self._flush()
        if method == "session/prompt":
            content = content_of(params.get("prompt"))
            self._add_prompt(content)
            self._prompt = content
        elif method == "session/cancel":
            self._add_interruption()
        elif method == "session/request_permission":
            call = as_map(params.get("toolCall"))
            call_id = str(call.get("toolCallId"))
            if isinstance(call.get("toolCallId"), str) and call_id not in self._done:
                self._call(call_id, {**call, "status": None})
                if call_id not in self._requested:
                    self._request_call(call_id)
            kinds = {str(option.get("optionId")): str(option.get("kind")) for option in maps_in(params.get("options"))}
            self._options[str(message.get("id"))] = call_id, kinds
            self.run.bookkeeping(f"{self.format}/permission", self.rest(params, "toolCall"))
        else:
            self.run.bookkeeping(f"{self.format}/{method}", self.rest(params))

    def _result(self, result: dict[str, Any], of: Any) -> None:
        self._flush()
        if "stopReason" in result:
            self._turn_end(result["stopReason"], {**as_map(result.get("_meta")), **result}, self.rest(result))
        elif "outcome" in result:
            outcome = as_map(result["outcome"])
            call_id, kinds = self._options.pop(str(of), ("", {}))
            refused = kinds.get(str(outcome.get("optionId")), "").startswith("reject")
            if refused or outcome.get("outcome") == "cancelled":
                self._refused[call_id] = None
            self.run.bookkeeping(f"{self.format}/permission", outcome)
        else:
            self.run.bookkeeping(f"{self.format}/result", self.rest(result))

    def _failed(self, error: dict[str, Any]) -> None:
        self._flush()
        text = str(error.get("message") or "the request failed")
        self.run.error("error", text, self.agent, self.fields(error, "message"))
        self.how = "crash", first_line(text)

    def _add_interruption(self) -> None:
        if not self._stopped and not self._is_refused:
            self.run.interrupted("the user stopped the agent", "user")
        self._stopped = True

    def _turn_end(self, reason: Any, turn: dict[str, Any], facts: dict[str, Any]) -> None:
        """Add the usage of a turn; it may come twice, in an update and in the response to the prompt."""
        for call_id in self._refused:
            if call_id in self._calls:
                self._answer(call_id)
        self._refused = {}
        usage = as_map(turn.get("usage"))
        uses = [] if self._counted else [*uses_of(usage)]
        for model, tokens, cost in uses:
            if len(uses) == 1:
                self.set_model(model)
            self.run.bookkeeping(f"{self.format}/turn", facts, tokens=tokens, cost=cost, model=model)
            self._counted, facts = True, {}
        if facts:
            self.run.bookkeeping(f"{self.format}/turn", facts)
        if reason in ("cancelled", "canceled"):
            self._add_interruption()
        end = _ENDS.get(str(reason))
        self.how = None if end is None else (end, None if end == "answered" else str(reason))

    def _costs(self, update: dict[str, Any], facts: dict[str, Any]) -> None:
        """Add the cost since the last update; an update has the cost of the whole session."""
        amount = as_map(update.get("cost")).get("amount")
        more = float(amount) - self._cost if isinstance(amount, int | float) and amount > self._cost else None
        self._cost += more or 0
        self.run.bookkeeping(f"{self.format}/usage_update", facts, cost=more)

    def add_end(self) -> None:
        """Add the message and the calls that are still open at the end of the log."""
        self._flush()
        for call_id in [*self._calls]:
            if call_id not in self._requested:
                self._request_call(call_id)
            if call_id in self._refused:
                self._answer(call_id)
