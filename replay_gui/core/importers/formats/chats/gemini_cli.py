"""Gemini CLI chats: one JSON object with ``sessionId, projectHash, messages``; since 0.39 JSON Lines that build it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.gemini_tools import failure_of, shell_exit_code
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import NOT_MESSAGES, UNKNOWN_ROLES, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time
from replay_gui.core.translation.messages import tr, translatable

_SIGNS = {"sessionId", "projectHash", "messages"}
REWOUND_MESSAGES = translatable("messages that were taken back by a rewind, kept as bookkeeping")

_REWOUND = "$rewound"
_WRITES = {"replace": "edit", "write_file": "file"}
_TARGETS = ("file_path", "path", "absolute_path")
_DISPLAY_MEMBERS = ("resultDisplay", "displayName", "description", "renderOutputAsMarkdown")
_REFUSED = ("cancelled", "rejected", "denied")
_COMMAND = re.compile(r"/[a-z][a-z0-9:_-]{0,60}(?: [^\n]{0,200})?")  # no path, which has more slashes or capitals
_CANCELLED = "Request cancelled."  # Gemini CLI's text after the user pressed Escape
_TOKENS = {"input": "input", "output": "output", "cached": "cached", "reasoning": "thoughts"}


class GeminiCli:
    """The importer. A file is one run."""

    name = "gemini-cli"
    title = translatable("Gemini CLI chat")
    version = 11
    volatile: ClassVar[Mapping[str, str]] = {
        "sessionId": ID,
        "id": ID,
        "timestamp": CLOCK,
        "startTime": CLOCK,
        "lastUpdated": CLOCK,
        "tokens": USAGE,
        "projectHash": HOST,
        "directories": HOST,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a saved chat, as one JSON document or as JSON Lines."""
        return _chat(file.document) is not None or _is_lines(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the chat as one run."""
        notes = ImportNotes(file.notes)
        chat = _chat(file.document)
        if chat is None and _is_lines(file):
            chat = _put_together(file, notes)
        if chat is None:
            raise ImportRefused(tr("{path}: no Gemini CLI chat in it", path=file.source.path))
        yield ImportedRun(
            name=file.stem,
            run_id=str(chat.get("sessionId") or file.stem),
            agent="gemini-cli",
            created=iso_time(chat.get("startTime")),
            source={"project": chat.get("projectHash")},
            events=_events(chat, notes),
            notes=notes,
        )


def _chat(document: Any) -> dict[str, Any] | None:
    good = isinstance(document, dict) and document.keys() >= _SIGNS and isinstance(document["messages"], list)
    return document if good else None


def _events(chat: dict[str, Any], notes: ImportNotes) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    model = next((entry["model"] for entry in chat["messages"] if isinstance(entry, dict) and entry.get("model")), None)
    rest = {key: value for key, value in chat.items() if key not in {*_SIGNS, *GeminiCli.volatile, _REWOUND}}
    run.unmapped = rest
    run.agent_init("gemini-cli", "", {"model": model} if model else {}, time=iso_time(chat.get("startTime")))
    yield from run.drain()
    for message in chat["messages"]:
        if isinstance(message, dict):
            _message(run, notes, message)
        else:
            notes.count(NOT_MESSAGES)
            run.custom("gemini-cli/entry", message)
        yield from run.drain()
    for message in chat.get(_REWOUND, ()):
        run.context = {"time": iso_time(message.get("timestamp")) if isinstance(message, dict) else None}
        is_map = isinstance(message, dict)
        facts = {key: value for key, value in message.items() if key not in GeminiCli.volatile} if is_map else message
        run.bookkeeping("gemini-cli/rewound", facts)
        yield from run.drain()


def _is_lines(file: ForeignFile) -> bool:
    """Whether the file is lines that build a chat: they begin with its header, or with a list of its messages."""
    first = file.document if isinstance(file.document, dict) else next(iter(file.first_lines), None)
    match first:
        case {"sessionId": _, "projectHash": _}:
            return file.document is None
        case {"$set": {"messages": [{"type": str(), "content": _}, *_]}}:
            return True
    return False


def _put_together(file: ForeignFile, notes: ImportNotes) -> dict[str, Any]:
    """Build the chat from lines: a header, messages (the last one with an id counts), ``$set``, ``$rewindTo``."""
    chat: dict[str, Any] = {"messages": []}
    rewound: list[Any] = []
    numbers: dict[str, int] = {}  # the messages' numbers in the chat, by id
    for line, record in numbered_records(file, notes):
        messages: list[Any] = chat["messages"]
        match record:
            case {"$set": dict(members)}:
                chat |= {name: value for name, value in record.items() if name != "$set"} | members
                chat["messages"], removed = _replaced(messages, members.get("messages", messages))
                rewound += removed
                numbers = _numbers(chat["messages"])
            case {"$rewindTo": str(id)}:
                at = numbers.get(repr(id))
                if at is not None:
                    rewound += messages[at:]
                    del messages[at:]
                    numbers = _numbers(messages)
            case {"id": id, "type": _}:
                at = numbers.get(repr(id))
                if at is None:
                    numbers[repr(id)] = len(messages)
                    messages.append(record)
                else:
                    messages[at] = record
            case dict() if line == 1:
                chat |= record
                saved = chat.get("messages", [])
                chat["messages"] = saved if isinstance(saved, list) else [saved]
                numbers = _numbers(chat["messages"])
            case _:
                if isinstance(record, dict):
                    numbers.setdefault(repr(record.get("id")), len(messages))
                messages.append(record)
    if rewound:
        notes.count(REWOUND_MESSAGES, len(rewound))
        chat[_REWOUND] = rewound
    return chat


def _replaced(messages: list[Any], listed: Any) -> tuple[list[Any], list[Any]]:
    """Return (the messages after a line lists them all, those that it took back).

    A list without any of the messages before it goes on with the conversation: what was said is not taken back.
    """
    if not isinstance(listed, list):
        return [], messages
    old, new = _numbers(messages), _numbers(listed)
    if listed and repr(None) not in new and old.keys().isdisjoint(new):
        return [*messages, *listed], []
    return listed, [one for one in messages if not isinstance(one, dict) or repr(one.get("id")) not in new]


def _numbers(messages: Any) -> dict[str, int]:
    """Return the number, from 0, of the first message with each id; an id can be of any type."""
    numbers: dict[str, int] = {}
    for number, message in enumerate(messages if isinstance(messages, list) else []):
        if isinstance(message, dict):
            numbers.setdefault(repr(message.get("id")), number)
    return numbers


def _message(run: RunBuilder, notes: ImportNotes, message: dict[str, Any]) -> None:
    if message.get("content") is None and isinstance(message.get("parts"), list):  # the form of the model's API
        message = {**{key: value for key, value in message.items() if key != "parts"}, "content": message["parts"]}
    kind, content = message.get("type"), message.get("content")
    taken = {"type", "content", "id", "timestamp", "toolCalls", "thoughts", "tokens", "model"}
    rest = {key: value for key, value in message.items() if key not in taken}
    content = content_of(content) or None
    run.context = {"time": iso_time(message.get("timestamp")), "message_id": message.get("id")}
    model = message.get("model")
    if isinstance(model, str) and kind == "gemini":
        rest["model"] = model
    run.unmapped = rest
    match kind:
        case "user" if isinstance(content, str) and content.startswith("<session_context>"):
            run.bookkeeping("gemini-cli/session-context", content)
        case "user" if isinstance(content, str) and _COMMAND.fullmatch(content):
            run.command(content)
        case "user" if _are_responses(message.get("content")):
            _responses(run, message["content"])
        case "user":
            run.observation("message", "user", content)
        case "gemini" | "model":
            _model(run, message)
        case "error":
            run.error("error", str(content), "gemini-cli")
        case "info" if content == _CANCELLED:
            run.interrupted(content, "user")
        case "info" | "warning":
            run.custom(f"gemini-cli/{kind}", content)
        case _:
            notes.count(UNKNOWN_ROLES, example=str(kind))
            run.custom("gemini-cli/message", {"type": kind, "content": content})


def _are_responses(content: Any) -> bool:
    """Whether a message consists of results of tools: newer versions send them to the model as the user's."""
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(part, dict) and isinstance(part.get("functionResponse"), dict) for part in content)
    )


def _responses(run: RunBuilder, parts: list[dict[str, Any]]) -> None:
    """Answer the calls that their own records leave open; the other results repeat known ones."""
    for part in parts:
        result = part["functionResponse"]
        call = run.call(result.get("id"))
        if call is not None and call.input is None:
            run.bookkeeping("gemini-cli/tool-result", part)
            continue
        output = result.get("response")
        why, refused = failure_of(output)
        run.end_call(result.get("id"), output, error=why, refused=refused, tool_name=result.get("name"))


def _model(run: RunBuilder, message: dict[str, Any]) -> None:
    tokens = message.get("tokens")
    if isinstance(tokens, dict):
        counts = counted_tokens(tokens, _TOKENS)
        if "output" in counts:  # Gemini counts reasoning apart from the output
            counts["output"] += counts.get("reasoning", 0)
        run.once["tokens"] = counts
        run.once["usage"] = tokens
    run.context["model"] = message.get("model")
    for thought in _list(message.get("thoughts")):
        fields = thought if isinstance(thought, dict) else {"description": thought}
        told = next((name for name in ("description", "text") if fields.get(name) is not None), "description")
        more = {key: value for key, value in fields.items() if key not in ("subject", told, "timestamp")}
        run.unmapped |= {"thought": more} if more else {}
        run.decision(
            "thinking",
            fields.get("subject"),
            str(fields.get(told)),
            time=iso_time(fields.get("timestamp")) or run.context.get("time"),
        )
    calls = _list(message.get("toolCalls"))
    if message.get("content") or not (calls or message.get("thoughts")):
        run.context["parent"] = run.decision("message", content_of(message.get("content")) or None)
    for call in calls:
        _call(run, call)


def _call(run: RunBuilder, call: Any) -> None:
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        run.custom("gemini-cli/tool-call", call)
        return
    name, given, call_id = call["name"], call.get("args"), call.get("id") or f"call {run.count}"
    run.request(call_id, name, given, tool_call_id=call.get("id"))
    if name in _WRITES and isinstance(given, dict):
        target = next((str(given[key]) for key in _TARGETS if key in given), "")
        run.proposal(call_id, _WRITES[name], target, given)
    status = call.get("status")
    if status not in ("success", "error", *_REFUSED) and not call.get("result"):
        return  # it was still running when the file was written
    output = _output(call.get("result"))
    code = shell_exit_code(output)
    failed = status != "success" or code is not None
    why = output.get("error") if isinstance(output, dict) else None
    reason = first_line(why) or (f"exit {code}" if status == "success" else str(status))
    shown = {key: call[key] for key in _DISPLAY_MEMBERS if call.get(key)}
    taken = {"name", "args", "id", "status", "result", "timestamp", *_DISPLAY_MEMBERS}
    rest = {key: value for key, value in call.items() if key not in taken}
    rest |= {"result": more} if (more := _rest_of_result(call)) else {}
    rest |= {} if status in ("success", "error", *_REFUSED) else {"status": status}
    error, ended = reason if failed else None, iso_time(call.get("timestamp"))
    extra = {"fields": shown | rest} if shown or rest else None
    run.end_call(
        call_id,
        output,
        error=error,
        refused=status in _REFUSED,
        message=str(why or reason),
        extra=extra,
        tool_call_id=call.get("id"),
        time=ended,
    )


def _output(result: Any) -> Any:
    """Return the tool's own output from the text that the model received."""
    match result:
        case [{"functionResponse": {"response": response}}]:
            return response
    return result


def _rest_of_result(call: dict[str, Any]) -> dict[str, Any]:
    """Return the rest of what the model received, without the tool's own output."""
    match call.get("result"):
        case [{"functionResponse": {"response": _, **rest}, **more}]:
            other = {str(key): value for key, value in rest.items() if key != "id"}
            if other.get("name") == call.get("name"):
                other.pop("name")
            return {str(key): value for key, value in more.items()} | other
    return {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
