"""Logs of the Model Context Protocol: its messages as JSON Lines, or after the words of a client's or server's log."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, ID, RecordEvents, RecordFormat, as_map, joined_fields
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, lines, value_of
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_WRAPPED = ("message", "msg", "payload", "data", "frame", "rpc", "raw")  # members in which programs log a message
_CALLS = ("tools/call", "resources/read", "prompts/get")
_METHODS = (*_CALLS, "tools/list", "resources/list", "prompts/list", "notifications/initialized")
_OF_SERVER = ("sampling/createMessage", "elicitation/create", "roots/list")
_OUTPUTS = ("content", "contents", "messages", "structuredContent", "toolResult")
_TIME = re.compile(r"\[?(\d{4}-\d\d-\d\d[T ][\d:.,]{8,}(?:Z|[+-]\d\d:?\d\d)?)\]?")
_BEHIND = re.compile(r"\s*\{ ?metadata: undefined ?\}\s*\Z")  # as Claude's desktop program writes it
_NOT_IN_KINDS = re.compile(r"[^a-z0-9]+")
_MAX_FIRST_LINES = 200


class Mcp(RecordFormat):
    """The importer. A log is one run of the client, which calls the server's tools."""

    name = "mcp"
    title = translatable("MCP messages")
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "progressToken", "requestId", "sessionId", "session_id"), ID),
        **dict.fromkeys(("timestamp", "ts", "time"), CLOCK),
        "_meta": ID,
        "jsonrpc": "The version of the protocol; it says nothing about the run.",
        **dict.fromkeys(("dir", "direction"), "Which side sent the message; its content is compared."),
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept messages as records, or in lines of text."""
        return super().recognises(file) or _is_text(file)

    def runs(self, file: ForeignFile) -> Iterator[Any]:
        """Yield the file as one run."""
        if not super().recognises(file) and _is_text(file):
            events = self.events(ImportNotes(file.notes))
            events.run_id(_first_lines(file))
            yield events.imported_run(file.stem, _lines_of_text(file))
        else:
            yield from super().runs(file)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages of the protocol, one of which only this protocol has."""
        return any(_is_of_protocol(_message(record)) for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one log's messages."""
        return _McpEvents(self.name, self.volatile, notes)


def _is_of_protocol(message: dict[str, Any]) -> bool:
    begins = message.get("method") == "initialize" and "clientInfo" in as_map(message.get("params"))
    named = message.get("method") in (*_METHODS, *_OF_SERVER)
    return "jsonrpc" in message and (named or begins)


def _message(record: dict[str, Any]) -> dict[str, Any]:
    """Return the message in a record of a log; the record itself if it is a message."""
    if "jsonrpc" in record:
        return record
    return next((inner for name in _WRAPPED if "jsonrpc" in (inner := as_map(record.get(name)))), record)


def _is_text(file: ForeignFile) -> bool:
    if file.document is not None or b'"jsonrpc"' not in file.head:
        return False
    return any(_is_of_protocol(as_map(line.get("message"))) for line in _first_lines(file))


def _first_lines(file: ForeignFile) -> list[dict[str, Any]]:
    return [_line(line) for line in file.head.decode("utf-8", "replace").splitlines()[:_MAX_FIRST_LINES]]


def _lines_of_text(file: ForeignFile) -> Iterator[tuple[int, dict[str, Any]]]:
    for line in lines(file.source):
        if text := line.raw.decode("utf-8", "replace").strip():
            yield line.number, _line(text)


def _line(text: str) -> dict[str, Any]:
    """Return the message in a line of a log with the time before it; another line as ``{"text"}``."""
    time, found = _TIME.match(text), text.find('{"')
    known = {"timestamp": time[1].replace(",", ".")} if time else {}
    try:
        message = value_of(_BEHIND.sub("", text[found:]).encode(), ImportNotes()) if found >= 0 else None
    except NotJson:
        message = None
    is_message = isinstance(message, dict)
    words = text[time.end() if time else 0 : found if is_message else None].strip()
    return {**known, **({"message": message, "before": words} if is_message else {"text": words})}


class _McpEvents(RecordEvents):
    agent = "MCP client"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._asked: dict[str, str] = {}  # by the id of an open request of the client: its method
        self._version = ""

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        about = [as_map(as_map(_message(record).get("params")).get("clientInfo")) for record in head]
        client = next((one for one in about if isinstance(one.get("name"), str)), {})
        self.agent, self._version = client.get("name") or self.agent, str(client.get("version") or "")
        return None

    def time_of(self, record: dict[str, Any]) -> int | None:
        return next((time for name in ("timestamp", "ts", "time") if (time := any_time(record.get(name)))), None)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message, or a line of the log that is none."""
        message = _message(record)
        method, params = message.get("method"), as_map(message.get("params"))
        around = {} if message is record else self.fields({k: v for k, v in record.items() if v is not message})
        self.add_agent(self._version)
        if isinstance(method, str):
            self._request(method, message, params, around)
        elif "result" in message or "error" in message:
            self._response(message, around)
        else:
            self.run.bookkeeping(f"{self.format}/log", record.get("text", self.rest(record)))

    def _request(self, method: str, message: dict[str, Any], params: dict[str, Any], around: dict[str, Any]) -> None:
        extra = joined_fields(around, self.fields(message, "method", "params"))
        call_id = _key(message)
        if call_id is not None and method not in _OF_SERVER:
            self._asked[call_id] = method
        if method == "tools/call":
            extra = joined_fields(extra, self.fields(params, "name", "arguments"))
            self.run.request(call_id, str(params.get("name") or "tool"), params.get("arguments"), extra=extra)
        elif method in _CALLS:
            self.run.request(call_id, method, self.rest(params), extra=extra)
        elif method == "sampling/createMessage":
            self.run.observation("sampling", "server", self.rest(params), extra)
        else:
            self._add_aside(method, self.rest(params), extra)

    def _response(self, message: dict[str, Any], around: dict[str, Any]) -> None:
        extra = joined_fields(around, self.fields(message, "result", "error"))
        result, wrong = message.get("result"), message.get("error")
        method = "response" if _answers_server(result) else self._asked.pop(str(_key(message)), "response")
        reason = wrong.get("message") if isinstance(wrong, dict) else wrong
        error = None if wrong is None else first_line(str(reason or "failed"))
        if method not in _CALLS:
            if error is not None:
                self.run.error(
                    "request_failed", f"{method}: {error}", "server", joined_fields(extra, {"details": wrong})
                )
            else:
                self._add_aside(f"{method} result", result, extra)
            return
        facts = as_map(result)
        named = next((name for name in _OUTPUTS if facts.get(name) not in (None, [])), None)
        output = content_of(facts[named]) if named else None if facts or error else result
        if facts.get("isError") is True:
            error = first_line(output) or "failed"
        rest = self.fields(facts, named or "", isError=error is not None)
        details = {"error_details": wrong} if isinstance(wrong, dict) else {}
        self.add_result(_key(message), output if wrong is None else reason, error, joined_fields(extra, rest, details))

    def _add_aside(self, method: str, data: Any, extra: dict[str, Any]) -> None:
        """Add a message that is no step."""
        kind = _NOT_IN_KINDS.sub("-", method.lower()).strip("-") or "message"
        named = {} if kind == method.replace("/", "-").replace(" ", "-") else {"method": method}
        self.run.unmapped = {**named, **extra.get("fields", {})}
        self.run.bookkeeping(f"{self.format}/{kind}", data)


def _key(message: dict[str, Any]) -> str | None:
    number = message.get("id")
    return None if number is None else repr(number)


def _answers_server(result: Any) -> bool:
    """Whether a result answers a request of the server; both sides number their requests from 0."""
    names = as_map(result).keys()
    return {"role", "model"} <= names or "roots" in names or ("action" in names and "content" not in names)
