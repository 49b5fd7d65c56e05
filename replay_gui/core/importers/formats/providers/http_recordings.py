"""Recorded HTTP requests: HAR files, and cassettes of VCR and similar programs; the calls of models in them."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.call_logs import LoggedCall, repeated_messages
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.providers.recorded_answers import answer_in
from replay_gui.core.importers.formats.records import (
    HOST,
    ID,
    RECORDER,
    USAGE,
    as_map,
    check_size,
    maps_in,
    numbered_records,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import tr, translatable

NOT_CALLS = translatable("recorded requests that are no calls of a model, left out")
_LISTS = ("interactions", "http_interactions", "recordings", "requests")
_MESSAGES = ("messages", "input", "contents")
_HOLDERS = ("postData", "parsed_body", "content", "body")  # members of a request or response
_FAILED, _TIME = "http/failed", "timestamp"
_ALONE = "alone"  # a mark of responses without requests: together they are one conversation
_FIRST_ERROR = 400  # HTTP status
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")  # gzip, and the levels of deflate
_MAX_BODY_BYTES = 64 << 20  # unpacked; a larger body is not read
_CASSETTE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:---[^\n]*\n)?(?:#[^\n]*\n|\s)*(?:interactions|http_interactions|version|recorded_with):"
)
_NS_PER_MS = 1_000_000
_BODIES = ("request_body", "requestBody", "request_json"), ("response_body", "responseBody", "response_json")
_TIMES_OF_GATEWAYS = (
    ("request_created_at", "created_at", "createdAt", "timestamp", "start_time"),
    ("response_created_at", "completed_at", "end_time"),
)


class HttpRecordings:
    """The importer. Requests that repeat the conversation before them are one run."""

    name = "http-recordings"
    title = translatable("recorded HTTP requests")
    version = 5
    volatile: ClassVar[Mapping[str, str]] = {
        **ChatMessages.volatile,
        **dict.fromkeys(("headers", "cookies", "timings", "startedDateTime", "recorded_at"), HOST),
        **dict.fromkeys(("version", "creator", "browser", "pages"), RECORDER),
        **dict.fromkeys(("request_id", "response_id", "previous_response_id", "request_user_id", "user_id"), ID),
        **dict.fromkeys(("usageMetadata", "usage_metadata"), USAGE),
        **dict.fromkeys(("delay_ms", "time_to_first_token", "cost", "costUSD", "cost_usd"), USAGE),
        **dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens", "prompt_cache_read_tokens"), USAGE),
        **dict.fromkeys(("status/code", "status/message"), "Of a request that was answered; the answer is compared."),
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with at least one call of a model."""
        return any(call is not None for call in map(_call, _exchanges(_recorded(file))))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each conversation as one run."""
        notes = ImportNotes(file.notes)
        calls = list[tuple[int, dict[str, Any]]]()
        for number, exchange in enumerate(_exchanges(_all_recorded(file, notes)), 1):
            if (call := _call(exchange)) is None:
                notes.count(NOT_CALLS)
            else:
                calls.append((number, call))
        if not calls:
            raise ImportRefused(tr("{path}: no call of a model in it", path=file.source.path))
        talks = [*_talks(calls)]
        for number, (setting, messages) in enumerate(talks, 1):
            events = _HttpEvents(self.name, self.volatile, ImportNotes(notes))
            events.begin(events.rest(setting))
            name = file.stem if len(talks) == 1 else f"{file.stem} {number}"
            yield events.imported_run(name, enumerate(messages, 1))


def _recorded(file: ForeignFile) -> Any:
    """Return the document, or the first lines of a gateway's log."""
    document = _document(file)
    return document if document is not None else [*file.first_lines]


def _document(file: ForeignFile) -> Any:
    """Return the JSON value, or that of a cassette in YAML; None if it is neither, or larger than the limit."""
    return file.yaml if begins_as_cassette(file) else file.document


def begins_as_cassette(file: ForeignFile) -> bool:
    """Return whether the file begins as cassettes in YAML do."""
    return _CASSETTE.match(file.head) is not None


def _all_recorded(file: ForeignFile, notes: ImportNotes) -> Any:
    document = _document(file)
    if document is not None:
        return document
    check_size(file)
    if begins_as_cassette(file) and file.yaml_problem:
        raise ImportRefused(tr("{path}: {reason}", path=file.source.path, reason=file.yaml_problem))
    return [record for _, record in numbered_records(file, notes)]


def _exchanges(document: Any) -> list[dict[str, Any]]:
    """Return the recorded requests with their responses, in any of the known forms."""
    if isinstance(document, list):
        records = [_answered(record) or _of_gateway(record) for record in maps_in(document)]
        return [record for record in records if record]
    whole = as_map(document)
    entries = maps_in(as_map(whole.get("log")).get("entries"))
    if entries:
        return entries
    if isinstance(whole.get("body"), str) and {"status", "headers"} <= whole.keys():  # a response alone
        return [{"request": {}, "response": whole}]
    return next((found for name in _LISTS if (found := maps_in(whole.get(name)))), [])


def _answered(record: dict[str, Any]) -> dict[str, Any]:
    """Return a response that Gemini CLI recorded without its request in the form of a recorded request; else {}."""
    if not (isinstance(record.get("method"), str) and isinstance(record.get("response"), dict | list)):
        return {}
    if not record.keys() <= {"method", "response"}:
        return {}
    return {"request": {"method": record["method"]}, "response": {"body": record["response"]}, _ALONE: True}


def _of_gateway(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record of a gateway's log, such as Helicone's, in the form of a recorded request; {} for another."""
    asked, body = (next((record[one] for one in names if one in record), None) for names in _BODIES)
    if asked is None or body is None:
        return {}
    status = next((record[name] for name in ("response_status", "status", "status_code") if name in record), None)
    sent, answered = (next((t for n in names if (t := any_time(record.get(n)))), None) for names in _TIMES_OF_GATEWAYS)
    took = (answered - sent) / _NS_PER_MS if sent is not None and answered is not None else None
    known = (
        "status",
        "response_status",
        "status_code",
        *(name for names in (*_BODIES, *_TIMES_OF_GATEWAYS) for name in names),
    )
    about = {name: value for name, value in record.items() if name not in known and name not in HttpRecordings.volatile}
    request = {"body": asked, "about": about}
    return {"request": request, "response": {"status": status, "body": body}, "recorded_at": sent, "time": took}


def _call(exchange: dict[str, Any]) -> dict[str, Any] | None:
    """Return a call of a model: request, answer, status, address, when it was sent and answered (ns)."""
    request, response = as_map(exchange.get("request")), as_map(exchange.get("response"))
    asked = decoded(_body(request))
    asked = asked if isinstance(asked, dict) and any(isinstance(asked.get(n), list | str) for n in _MESSAGES) else {}
    body = decoded(_body(response))
    status = _status(response)
    answer = answer_in(body)
    failed = isinstance(status, int) and status >= _FIRST_ERROR
    if answer is None and not (asked and failed):
        return None
    sent = _time(exchange.get("startedDateTime", exchange.get("recorded_at")))
    took = exchange.get("time")
    answered = (
        sent + int(took * _NS_PER_MS) if sent is not None and isinstance(took, int | float) and took > 0 else sent
    )
    if sent is None:
        answered = _time(_date(response))
    where = {name: request[name] for name in ("method", "url", "uri", "about") if request.get(name)}
    times = {"sent": sent, "answered": answered}
    alone = exchange.get(_ALONE) is True
    return {"alone": alone, "asked": asked, "answer": answer, "body": body, "status": status, "where": where, **times}


def _status(response: dict[str, Any]) -> Any:
    """Return the HTTP status; go-vcr writes the number beside a text such as "200 OK"."""
    status = response.get("status")
    if isinstance(status, dict):
        return status.get("code")
    return response["code"] if isinstance(response.get("code"), int) else status


def _date(response: dict[str, Any]) -> Any:
    """Return the time in a response's headers, in which the server says when it answered."""
    dates = [value for name, value in as_map(response.get("headers")).items() if name.casefold() == "date"]
    return dates[0][0] if dates and isinstance(dates[0], list) and dates[0] else next(iter(dates), None)


def _time(value: Any) -> int | None:
    """Return a time in ns since 1970, also from the form of HTTP's headers."""
    if isinstance(value, str) and value.endswith("GMT"):
        try:
            return int(parsedate_to_datetime(value).timestamp()) * 1_000_000_000
        except (ValueError, OverflowError):
            return None
    return any_time(value)


def _body(message: dict[str, Any]) -> Any:
    """Return the body of a request or a response."""
    held = next((message[name] for name in _HOLDERS if message.get(name) is not None), None)
    if not isinstance(held, dict) or message.get("parsed_body") is held:
        return _unpacked(held)
    if held.get("type") == "json" and "content" in held:
        return held["content"]
    texts = (held.get(name) for name in ("base64_string", "text", "string"))
    text = next((text for text in texts if isinstance(text, str | bytes)), held)
    if isinstance(text, str) and (held.get("encoding") == "base64" or "base64_string" in held):
        try:
            return _unpacked(base64.b64decode("".join(text.split()), validate=True))  # Ruby writes it in lines
        except ValueError:  # also of letters that are not ASCII
            return text
    return _unpacked(text)


def _unpacked(body: Any) -> Any:
    """Return the text of bytes, also of packed ones; other bodies as they are."""
    if not isinstance(body, bytes):
        return body
    if body.startswith(_PACKED):
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: either of both
        try:
            body = unpacking.decompress(body, _MAX_BODY_BYTES)
        except zlib.error:
            return None
        if unpacking.unconsumed_tail:
            return None
    return body.decode("utf-8", "replace")


def _talks(calls: list[tuple[int, dict[str, Any]]]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Yield (the first request's other members, the messages) of each conversation."""
    first, setting, messages, last = dict[str, Any](), dict[str, Any](), list[Any](), None
    answer_id: Any = None  # of the last answer; a request that names it continues the conversation
    for number, call in calls:
        asked = call["asked"]
        member = next((name for name in _MESSAGES if isinstance(asked.get(name), list | str)), "")
        given = asked.get(member, [])
        sent = [{"role": "user", "content": given}] if isinstance(given, str) else given
        logged = LoggedCall(number, asked, sent, None if call["answer"] is None else ("response", call["answer"]))
        known = (
            None
            if last is None
            else 0
            if call["alone"]
            else len(sent)
            if last.sent == sent and not last.answer
            else 0
            if isinstance(answer_id, str) and asked.get("previous_response_id") == answer_id
            else repeated_messages(last, logged)
        )
        members = {**call["where"], **{name: value for name, value in asked.items() if name != member}}
        if known is None:
            if last is not None:
                yield setting, messages
            first, setting, known = members, dict(members), 0
            told = (setting.pop(name) for name in ("system", "instructions") if setting.get(name))
            messages = [_at(call["sent"], {"role": "system", "content": one}) for one in told]
        messages += [_at(call["sent"], message) for message in sent[known:]]
        last = logged
        answer_id = answer_id if call["answer"] is None else call["answer"].get("id")
        other = {name: value for name, value in members.items() if first.get(name) != value}
        failed = {"type": _FAILED, "status": call["status"], "body": call["body"]}
        answer = failed if call["answer"] is None else call["answer"]
        messages.append(_at(call["answered"], {**answer, **({"call": other} if other else {})}))
    if last is not None:
        yield setting, messages


def _at(time: int | None, message: Any) -> Any:
    """Return a message with the time of its request, if it has none of its own."""
    return {_TIME: time, **message} if isinstance(message, dict) and time is not None else message


class _HttpEvents(ChatMessageEvents):
    def time_of(self, record: dict[str, Any]) -> int | None:
        time = record.get(_TIME)
        return time if type(time) is int else super().time_of(record)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message, or of a request that failed."""
        if record.get("type") != _FAILED:
            super().add_record(record if is_message(record) else {"role": "user", **record})
            return
        body, status = record.get("body"), record.get("status")
        wrong = as_map(body).get("error", body)
        reason = wrong.get("message", wrong) if isinstance(wrong, dict) else wrong
        text = f"HTTP {status}" + (f": {first_line(reason)}" if isinstance(reason, str) and reason else "")
        self.run.error(
            "request_failed", text, "model", {"details": body, **self.fields(record, "type", "status", "body")}
        )
