"""Runs of which only log records are there: the telemetry of Claude Code, Codex, Gemini CLI, Qwen Code and Cursor.

Their records tell prompts, answers with their tokens (mostly without words), calls with their results, and errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, as_fields
from replay_gui.core.importers.formats.traces.otel.attributes import is_volatile
from replay_gui.core.importers.formats.traces.otel.logs import LogRecord
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time, milliseconds
from replay_gui.core.text.placeholders import ANSWER_NOT_RECORDED, OUTPUT_NOT_RECORDED, PROMPT_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

OF_NO_AGENT = translatable("log records of no agent, left out")

_AGENTS = {  # by the prefix of the records' names
    "claude_code.": "claude-code",
    "codex.": "codex",
    "gemini_cli.": "gemini-cli",
    "qwen-code.": "qwen-code",
    "qwen_code.": "qwen-code",
    "cursor.": "cursor",
}
_OF_CURSOR = ("cursor.api.request.", "cursor.api.", "cursor.model.", "cursor.")
_SESSIONS = ("session.id", "conversation.id", "session_id")
_REDACTED = ("[REDACTED]", "<REDACTED>", "REDACTED", "")
_INPUTS = ("tool_input", "tool_parameters", "arguments", "function_args", "parameters")
_TOKENS = {
    "input": ("input_tokens", "input_token_count"),
    "cached": ("cache_read_tokens", "cached_token_count", "cached_content_token_count"),
    "written": ("cache_creation_tokens",),
    "output": ("output_tokens", "output_token_count"),
    "reasoning": ("reasoning_token_count", "thoughts_token_count"),
}
_COUNTS = {name for names in _TOKENS.values() for name in names} | {"tool_token_count", "total_token_count"}
_OF_PROGRAM = {
    "session.id",
    "conversation.id",
    "originator",
    "prompt_length",
    "prompt_id",
    "prompt.id",
    "cost_usd",
    "auth_type",
    "usage_event.id",
    "event.id",
}
_NOT_COMPARED = _COUNTS | _OF_PROGRAM | {"body", "model", "slug"}
VOLATILE_IN_RECORDS = {
    **dict.fromkeys(_COUNTS, USAGE),
    **dict.fromkeys(_OF_PROGRAM, ID),
    **dict.fromkeys(("event.timestamp", "event.sequence", "hrTime"), CLOCK),
    **dict.fromkeys(("user.id", "terminal.type", "app.version", "slug"), HOST),
}
"""Members of log records that differ between faithful runs, with the reason."""

_PREFIXES = ("user.", "organization.", "terminal.", "app.", "event.", "auth.", "source_event.")
_ENDS_OF_ANSWER = ("response.completed", "response.done")


def are_of_an_agent(records: Iterable[LogRecord]) -> bool:
    """Return whether one of these records is of an agent that is known here."""
    return any(_name(record) for record in records)


def runs_of_records(records: Iterable[LogRecord], format: str, notes: ImportNotes) -> Iterator[ImportedRun]:
    """Yield a run for each session of an agent, in the order of their first records."""
    sessions: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = {}
    for number, record in enumerate(records, 1):
        facts = record.event["attributes"]
        name = _name(record) or str(record.event["name"])
        prefix = next((one for one in _AGENTS if name.startswith(one)), "")
        if prefix == "cursor.":
            facts = {_without_prefix(key): value for key, value in facts.items()}
        time = any_time(facts.get("event.timestamp")) if record.time is None else record.time
        session = next((str(facts[key]) for key in _SESSIONS if facts.get(key)), "")
        known = {"name": name.removeprefix(prefix), "facts": facts, "time": time, "resource": record.resource}
        sessions.setdefault((session, prefix), []).append((number, known))
    for (session, prefix), found in sessions.items():
        if not prefix:
            notes.count(OF_NO_AGENT, len(found))
            continue
        found.sort(key=lambda item: (item[1]["time"] is None, item[1]["time"] or 0))
        events = _LogEvents(format, {}, ImportNotes(notes))
        events.agent = _AGENTS[prefix]
        yield events.imported_run(session or events.agent, found, found[0][1]["time"])


def _name(record: LogRecord) -> str:
    """Return the name of an agent's record, with the agent's prefix; "" for another record."""
    facts = record.event["attributes"]
    names = (
        facts.get("body"),
        record.event["name"],
        f"cursor.{facts.get('body')}" if "cursor.event.id" in facts else "",
    )
    return next((name for name in names if isinstance(name, str) and name.startswith(tuple(_AGENTS))), "")


def _without_prefix(name: str) -> str:
    prefix = next((one for one in _OF_CURSOR if name.startswith(one)), "")
    return "model" if name == "cursor.model.name" else name.removeprefix(prefix)


class _LogEvents(RecordEvents):
    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._refused = set[str]()  # ids of calls, or names of tools without an id

    def time_of(self, record: dict[str, Any]) -> int | None:
        time: int | None = record["time"]
        return time

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one log record."""
        name, facts = record["name"], record["facts"]
        if not self.run.count:
            resource = {key: value for key, value in record["resource"].items() if not is_volatile(key)}
            version = record["resource"].get("service.version") or facts.get("app.version")
            self.run.agent_init(self.agent, str(version or ""), {"resource": resource} if resource else {})
        took = _number(facts.get("duration_ms"))
        duration = milliseconds(took) if took else None
        self.set_model(facts.get("model"))
        match name:
            case "user_prompt":
                words = facts.get("prompt")
                told = PROMPT_NOT_RECORDED if words in (None, *_REDACTED) else words
                self.how = None
                self.add_message("user", told, self._rest(facts, "prompt"))
            case "api_request" if _tokens(facts):
                self._answer(facts, None, duration)
            case "sse_event" if facts.get("event.kind") in _ENDS_OF_ANSWER:
                self._answer(facts, None, duration)
            case "api_response":
                self._answer(facts, decoded(facts.get("response_text")), duration)
            case "api_error" | "conversation_error" | "internal_error":
                self._error(name, facts)
            case "tool_decision" if str(facts.get("decision")) in ("reject", "denied", "rejected", "abort"):
                self._tool(facts, None, refused=True)
            case "tool_result" | "tool_call":
                self._tool(facts, duration, refused=facts.get("decision") == "reject")
            case _:
                failed = facts.get("error.message") or (_number(facts.get("http.response.status_code")) or 0) >= 400
                if failed:
                    self._error(name, facts)
                else:
                    self.run.bookkeeping(f"{self.format}/{_kind(name)}", self._kept(facts), duration=duration)

    def _answer(self, facts: dict[str, Any], text: Any, duration: int | None) -> None:
        """Add an answer of the model. Most programs record only its tokens."""
        cost = _number(facts.get("cost_usd"))
        extra = self._rest(facts, "response_text", "event.kind")
        meta = {"tokens": _tokens(facts), "cost": cost, "duration": duration}
        self.add_answer(text or ANSWER_NOT_RECORDED, None, extra, **meta)

    def _error(self, name: str, facts: dict[str, Any]) -> None:
        names = ("error", "error_message", "error.message", "message")
        told = next((facts[one] for one in names if isinstance(facts.get(one), str) and facts[one]), "")
        status = next((facts[one] for one in ("status_code", "http.response.status_code") if facts.get(one)), None)
        text = f"HTTP {status}: {told}".removesuffix(": ") if status not in (None, "undefined") else told
        names_of_error = ("status_code", *names)
        self.run.error(name, first_line(text) or name.replace("_", " "), "model", self._rest(facts, *names_of_error))

    def _tool(self, facts: dict[str, Any], duration: int | None, *, refused: bool) -> None:
        tool = str(facts.get("tool_name") or facts.get("function_name") or "tool")
        given = next((decoded(facts[one]) for one in _INPUTS if facts.get(one) is not None), None)
        call_id = next((facts[one] for one in ("tool_use_id", "call_id") if isinstance(facts.get(one), str)), None)
        key = call_id or tool
        if key in self._refused and not refused:  # its result only repeats the refusal
            self._refused.discard(key)
            self.run.bookkeeping(f"{self.format}/tool-result", self._kept(facts))
            return
        self._refused |= {key} if refused else set()
        ended = self.run.context.get("time")
        begun = ended - duration if ended is not None and duration else ended
        own_id = call_id or f"call {self.run.count}"
        self.run.request(own_id, tool, given, tool_call_id=call_id, time=begun)
        failed = refused or facts.get("success") in (False, "false", "False")
        output = next((facts[one] for one in ("output", "tool_output", "result") if facts.get(one) is not None), None)
        reason = facts.get("error") or facts.get("error_message") or first_line(output)
        error = (first_line(str(reason or "")) or ("refused" if refused else "failed")) if failed else None
        as_usual = ("success",) if str(facts.get("success")).lower() == str(not failed).lower() else ()
        names = ("tool_name", "function_name", "output", "tool_output", "result", "error")
        used = (*_INPUTS, *names, *as_usual)
        told = decoded(output) if output is not None else None if failed else OUTPUT_NOT_RECORDED
        self.add_result(own_id, told, error, self._rest(facts, *used), refused=refused, duration=duration, time=ended)

    def _rest(self, facts: dict[str, Any], *used: str) -> dict[str, Any]:
        return as_fields(self._kept(facts, *used))

    def _kept(self, facts: dict[str, Any], *used: str) -> dict[str, Any]:
        """Return the attributes that are compared."""
        left_out = _NOT_COMPARED.union(used)
        return {
            name: value
            for name, value in facts.items()
            if name not in left_out
            and (name == "event.kind" or not name.startswith(_PREFIXES))
            and not is_volatile(name)
        }


def _kind(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-") or "log"


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except ValueError:
        return None


def _tokens(facts: dict[str, Any]) -> dict[str, int] | None:
    found = {
        sort: int(count)
        for sort, names in _TOKENS.items()
        if (count := next((_number(facts[name]) for name in names if name in facts), None)) is not None
    }
    if "written" in found:  # Anthropic and Cursor count them beside the input
        found["input"] = found.get("input", 0) + found.get("cached", 0) + found.pop("written")
    return found or None
