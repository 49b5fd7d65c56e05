"""The stream of ``cursor-agent --output-format stream-json``: init, thinking and answers, tool calls, a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_forms import read_message
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, RecordFormat, as_fields
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.translation.messages import translatable

_TOOL = "ToolCall"  # the ending of the member that names the tool: ``shellToolCall``
_REFUSALS = ("rejected", "permissionDenied", "writePermissionDenied")
_TYPES = ("user", "thinking", "assistant", "tool_call", "result")
_OF_INIT = {"session_id", "cwd", "model", "permissionMode"}
_SUBTYPES = ("started", "completed")
_OF_CALL = ("args", "arguments", "result", "name")
_TEXTS = ("content", "stdout", "stderr", "output")  # members of a tool's result


class CursorStream(RecordFormat):
    """The importer. A stream is one run; the pieces of an answer are joined."""

    name = "cursor-stream"
    title = translatable("Cursor agent stream")
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("session_id", "request_id", "call_id", "model_call_id", "toolCallId"), ID),
        **dict.fromkeys(
            ("timestamp_ms", "startedAtMs", "completedAtMs", "executionTime", "localExecutionTimeMs"), CLOCK
        ),
        **dict.fromkeys(("duration_ms", "duration_api_ms"), CLOCK),
        "usage": USAGE,
        "cwd": HOST,
        "apiKeySource": HOST,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that begin like Cursor's, or contain one of its calls."""
        first = records[0] if records else {}
        is_init = (first.get("type"), first.get("subtype")) == ("system", "init") and first.keys() >= _OF_INIT
        is_known = all(record.get("type") in _TYPES for record in records[1:])
        begins = is_init and is_known and not first.keys() & {"tools", "uuid"}  # the types that Claude Code has
        return begins or any(_call_of(record) is not None and "subtype" in record for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one stream's records."""
        return _CursorEvents(self.name, self.volatile, notes)


def _call_of(record: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return (tool, call) of a record; None if it has no call."""
    calls = record.get("tool_call") if record.get("type") == "tool_call" else None
    for name, call in calls.items() if isinstance(calls, dict) else ():
        if isinstance(call, dict) and (name.endswith(_TOOL) or name == "function"):
            return name.removesuffix(_TOOL), call
    return None


class _CursorEvents(RecordEvents):
    agent = "Cursor"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._pieces: list[str] = []  # the pieces of the current reasoning or answer
        self._since: dict[str, Any] = {}  # the context of its first piece
        self._is_thought = False
        self._answers: list[str] = []
        self._begun: dict[str, tuple[str, Any, dict[str, Any]]] = {}  # the arguments of calls without a result

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        session = head[0].get("session_id")
        return session if isinstance(session, str) else None

    def time_of(self, record: dict[str, Any]) -> int | None:
        return milliseconds(record.get("timestamp_ms"))

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            is_init = record.get("type") == "system"
            facts = self.fields(record, "type", "model", subtype="init") if is_init else {}
            self.run.agent_init(self.agent, "", facts.get("fields", {}))
            if is_init:
                self.set_model(record.get("model"))
                return
        kind, message = record.get("type"), record.get("message")
        if kind == "thinking" and record.get("subtype") == "delta":
            self._piece(record.get("text"), is_thought=True)
            return
        parsed = read_message(message if isinstance(message, dict) else {})
        rest = {**self.rest(record, "type", "message"), **parsed.rest}
        rest |= {} if parsed.role == kind else {"role": parsed.role}
        if kind == "assistant" and "timestamp_ms" in record and "model_call_id" not in record and not rest:
            self._piece(parsed.content, is_thought=False)
            return
        joined = "".join(self._pieces)
        self._flush()
        match kind:
            case "user":
                self.how = None
                self.add_message("user", parsed.content, as_fields(rest) or None)
            case "assistant" if joined and not rest and parsed.content in (joined, "".join(self._answers)):
                pass  # a repetition of the pieces before
            case "assistant":
                self._answered(parsed.content, as_fields(rest))
            case "thinking" if record.get("subtype") == "completed" and not record.get("text"):
                pass
            case "tool_call" if (call := _call_of(record)) is not None:
                self._call(record, *call)
            case "result":
                self._result(record)
            case _:
                self.add_unknown(kind, record, "type")

    def _piece(self, text: Any, *, is_thought: bool) -> None:
        if self._is_thought is not is_thought:
            self._flush()
        self._is_thought = is_thought
        self._since = self._since or dict(self.run.context)
        self._pieces.append(text if isinstance(text, str) else "")

    def _flush(self) -> None:
        """Add the reasoning or the answer made of the pieces."""
        if self._pieces:
            now, self.run.context = self.run.context, self._since
            text, self._pieces, self._since = "".join(self._pieces), [], {}
            if self._is_thought:
                self.add_answer(None, text)
            else:
                self._answered(text, {})
            self.run.context = now

    def _answered(self, text: Any, extra: dict[str, Any]) -> None:
        self._answers.append(str(text or ""))
        self.add_answer(text, None, extra)

    # ---- calls ----------------------------------------------------------------------------------
    def _call(self, record: dict[str, Any], tool: str, call: dict[str, Any]) -> None:
        """Add the start or the end of a call; both records have its arguments."""
        asked = self._parts_of_call(tool, call)
        call_id = record.get("call_id", f"call {self.run.count}")  # shortened streams have no id
        known = self._begun.pop(str(call_id), None)
        if known is None:
            name, given, extra = asked
            extra = extra | (self.fields(record, "type", "tool_call") if record.get("subtype") not in _SUBTYPES else {})
            self.run.request(call_id, name, given, extra=extra, tool_call_id=call_id)
        again = {} if known in (None, asked) else {"asked": list(asked)}
        if record.get("subtype") != "completed":
            self._begun[str(call_id)] = asked
            if known is not None:
                self.add_unknown(record.get("subtype"), record, "type")
            return
        result = call.get("result")
        result = result if isinstance(result, dict) else {"success": result}
        how = next((name for name, value in result.items() if isinstance(value, dict)), next(iter(result), "success"))
        rest = {key: value for key, value in result.items() if key != how}
        output, details = self._output(result.get(how))
        self._answer(call_id, how, result.get(how), output, {**details, **again, **({"result": rest} if rest else {})})

    def _answer(self, call_id: object, how: str, result: Any, output: Any, extra: dict[str, Any]) -> None:
        """Add a result. `how`: "success", or the kind of failure; `result`: its description."""
        facts = result if isinstance(result, dict) else {"error": result}
        code, why = facts.get("exitCode"), first_line(facts.get("reason") or facts.get("error"))
        exited = f"exit {code}" if type(code) is int and code else ""
        error = None if how == "success" and not exited else why or exited or first_line(output) or how
        refused = how in _REFUSALS and error is not None
        self.add_result(call_id, output, error, extra, refused=refused, tool_call_id=call_id)

    def _parts_of_call(self, tool: str, call: dict[str, Any]) -> tuple[str, Any, dict[str, Any]]:
        """Return (the tool's name, its arguments, the other members of the call)."""
        given, extra = call.get("args", decoded(call.get("arguments"))), self.fields(call, *_OF_CALL)
        if tool == "function":
            tool = str(call.get("name") or tool)
        given = (
            {key: value for key, value in given.items() if key != "toolCallId"} if isinstance(given, dict) else given
        )
        if tool == "mcp" and isinstance(given, dict) and isinstance(given.get("toolName"), str):
            rest = self.fields(given, "args", "toolName")
            return given["toolName"], given.get("args"), extra | ({"mcp": rest["fields"]} if rest else {})
        return tool, given, extra

    def _output(self, value: Any) -> tuple[Any, dict[str, Any]]:
        """Return (the result, as text if it has one; the other members of the result)."""
        texts = [value[name] for name in _TEXTS if isinstance(value.get(name), str)] if isinstance(value, dict) else []
        if not texts:
            return value, {}
        rest = self.fields(value, *_TEXTS)
        return "\n".join(text for text in texts if text), {"details": rest["fields"]} if rest else {}

    def _result(self, record: dict[str, Any]) -> None:
        usage, text = record.get("usage"), record.get("result")
        same = ("result",) if text in ("".join(self._answers), self._answers[-1] if self._answers else None) else ()
        facts = self.rest(record, "type", *same, subtype="success", is_error=False)
        self.run.bookkeeping(f"{self.format}/result", facts, tokens=_tokens(usage), usage=usage)
        self.stated_duration += max(0, milliseconds(record.get("duration_ms")) or 0)
        has_failed = record.get("is_error") is True or record.get("subtype") not in ("success", None)
        if has_failed:
            self.run.error("error", str(text or record.get("subtype")), self.agent)
        self.how = ("crash", first_line(text) or None) if has_failed else ("answered", None)

    def add_end(self) -> None:
        """Add an answer that is incomplete at the end of the stream."""
        self._flush()


def _tokens(usage: Any) -> dict[str, int] | None:
    """Return the tokens of the whole run; the source counts cache reads and writes apart from the input."""
    counts = {name: count for name, count in usage.items() if type(count) is int} if isinstance(usage, dict) else {}
    if not counts:
        return None
    read, written = counts.get("cacheReadTokens", 0), counts.get("cacheWriteTokens", 0)
    sent = counts.get("inputTokens", 0) + read + written
    return {"input": sent, "cached": read, "output": counts.get("outputTokens", 0)}
