"""Gemini CLI chats: one JSON object with ``sessionId, projectHash, messages``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.messages import NOT_MESSAGES, UNKNOWN_ROLES, first_line
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time

_TELLING = {"sessionId", "projectHash", "messages"}
_WRITES = {"replace": "edit", "write_file": "file"}
_TARGETS = ("file_path", "path", "absolute_path")
_SHOWN = ("resultDisplay", "displayName", "description", "renderOutputAsMarkdown")
_REFUSED = ("cancelled", "rejected", "denied")
_TOKENS = ("input", "output")


class GeminiCli:
    """The importer. A file is one run."""

    name = "gemini-cli"
    title = "Gemini CLI chat"
    version = 1

    def recognises(self, file: ForeignFile) -> bool:
        return _chat(file.document) is not None

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        chat = _chat(file.document)
        if chat is None:
            raise ImportRefused(f"{file.source.path}: no Gemini CLI chat in it")
        notes = ImportNotes(file.notes)
        yield ImportedRun(
            name=file.source.path.stem.encode("utf-8", "replace").decode(),
            run_id=str(chat["sessionId"]),
            agent="gemini-cli",
            created=iso_time(chat.get("startTime")),
            source={"project": chat["projectHash"]},
            events=_events(chat, notes),
            notes=notes,
        )


def _chat(document: Any) -> dict[str, Any] | None:
    good = isinstance(document, dict) and document.keys() >= _TELLING and isinstance(document["messages"], list)
    return document if good else None


def _events(chat: dict[str, Any], notes: ImportNotes) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    model = next((one["model"] for one in chat["messages"] if isinstance(one, dict) and one.get("model")), None)
    rest = {key: value for key, value in chat.items() if key not in {*_TELLING, "startTime"}}
    run.agent_init(
        "gemini-cli", "", {"model": model} if model else {}, time=iso_time(chat.get("startTime")), fields=rest or None
    )
    yield from run.drain()
    for message in chat["messages"]:
        if isinstance(message, dict):
            _message(run, notes, message)
        else:
            notes.count(NOT_MESSAGES)
            run.custom("gemini-cli/entry", message)
        yield from run.drain()


def _message(run: RunBuilder, notes: ImportNotes, message: dict[str, Any]) -> None:
    kind, content = message.get("type"), message.get("content")
    taken = {"type", "content", "id", "timestamp", "toolCalls", "thoughts", "tokens", "model"}
    rest = {key: value for key, value in message.items() if key not in taken}
    run.context = {"time": iso_time(message.get("timestamp")), "message_id": message.get("id")}
    run.once = {"fields": rest or None}
    match kind:
        case "user":
            run.observation("message", "user", content)
        case "gemini":
            _model(run, message)
        case "error":
            run.error("error", str(content), "gemini-cli")
        case "info" | "warning":
            run.custom(f"gemini-cli/{kind}", content)
        case _:
            notes.count(UNKNOWN_ROLES, example=str(kind))
            run.custom("gemini-cli/message", {"type": kind, "content": content})


def _model(run: RunBuilder, message: dict[str, Any]) -> None:
    tokens = message.get("tokens")
    if isinstance(tokens, dict):
        run.once["tokens"] = {name: tokens[name] for name in _TOKENS if type(tokens.get(name)) is int}
        run.once["usage"] = tokens
    run.context["model"] = message.get("model")
    for thought in _list(message.get("thoughts")):
        said = thought if isinstance(thought, dict) else {"description": thought}
        run.decision(
            "thinking", said.get("subject"), str(said.get("description")), time=iso_time(said.get("timestamp"))
        )
    calls = _list(message.get("toolCalls"))
    if message.get("content") or not (calls or message.get("thoughts")):
        run.context["parent"] = run.decision("message", message.get("content"))
    for call in calls:
        _call(run, call)


def _call(run: RunBuilder, call: Any) -> None:
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        run.custom("gemini-cli/tool-call", call)
        return
    name, given, call_id = call["name"], call.get("args"), call.get("id")
    run.request(call_id, name, given, tool_call_id=call_id)
    if name in _WRITES and isinstance(given, dict):
        target = next((str(given[key]) for key in _TARGETS if key in given), "")
        run.proposal(call_id, _WRITES[name], target, given)
    status = call.get("status")
    if status not in ("success", "error", *_REFUSED) and not call.get("result"):
        return  # it was still running when the file was written
    output = _output(call.get("result"))
    failed = status != "success"
    why = output.get("error") if isinstance(output, dict) else None
    reason = first_line(why) or str(status)
    shown = {key: call[key] for key in _SHOWN if call.get(key)}
    taken = {"name", "args", "id", "status", "result", "timestamp", *_SHOWN}
    rest = {key: value for key, value in call.items() if key not in taken}
    seq, known = run.response(
        call_id,
        output,
        error=reason if failed else None,
        tool_call_id=call_id,
        time=iso_time(call.get("timestamp")),
        shown=shown or None,
        fields=rest or None,
    )
    if status in _REFUSED:
        run.denied(name, name, reason, parent=seq)
    elif failed:
        run.error("tool_error", str(why or status), name, parent=seq)
    if known.patch is not None:
        run.rejected(known.patch, reason, "approval" if status in _REFUSED else "apply") if failed else run.applied(
            known.patch
        )


def _output(result: Any) -> Any:
    """The tool's own answer, out of what the model was sent."""
    match result:
        case [{"functionResponse": {"response": response}}]:
            return response
    return result


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
