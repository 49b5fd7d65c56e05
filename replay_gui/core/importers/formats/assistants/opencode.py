"""OpenCode sessions: its database, its files, the export, the stream of its events, and the output of ``run``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.opencode_files import files_of, kept_session
from replay_gui.core.importers.formats.assistants.opencode_messages import in_parts, is_message, use_of
from replay_gui.core.importers.formats.assistants.opencode_store import is_store, stored_sessions
from replay_gui.core.importers.formats.assistants.opencode_stream import EARLIER, is_stream, read_stream
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    RECORDER,
    USAGE,
    RecordEvents,
)
from replay_gui.core.importers.formats.waiting_results import WaitingResults
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import MAGIC
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import tr, translatable

_ENDS: dict[str, End] = {"stop": "answered", "length": "limit"}  # by the reason of the last answer's end
_REFUSED = re.compile(r"(?:Error: )?The user (?:rejected permission|has specified a rule which prevents)")
_PARTS = ("text", "reasoning", "tool", "step-finish", "step-start")
_SESSION = "session."
_OF_SERVER = ("server.", "todo.", "file.", "lsp.", "vcs.", "project.", "installation.", "command.", "pty.", "mcp.")


class OpenCode:
    """The importer. A session is one run; if a part is repeated, its last state counts.

    The database has many sessions; a subagent's session is a separate run.
    """

    name = "opencode"
    title = translatable("OpenCode session")
    version = 10
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "aggregate_id": ID,
        "seq": ID,
        "snapshot": ID,
        "slug": ID,
        "title": "A title that a model wrote; it varies between equal runs.",
        "time": CLOCK,
        "tokens": USAGE,
        "cost": USAGE,
        "raw": "The arguments as raw text; the arguments themselves are compared.",
        "version": RECORDER,
        "directory": HOST,
        "path": HOST,
        "location": HOST,
        "project_id": ID,  # this and the next are columns of the database
        **dict.fromkeys(("time_created", "time_updated"), CLOCK),
    }
    volatile_within: ClassVar[Mapping[str, str]] = {
        "callID": ID,
        "messageID": ID,
        "sessionID": ID,
        "parentID": ID,
        "workspaceID": ID,
        "projectID": ID,
        "itemId": ID,
        "responseId": ID,
        "shellID": ID,
        "timestamp": CLOCK,
        "reasoningEncryptedContent": "Encrypted reasoning; it is encrypted differently in every run.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept OpenCode's database, an exported session, or the JSON Lines stream of a running one."""
        return (
            is_store(file) or _is_export(_with_info(file.document)) or is_stream(file) or kept_session(file) is not None
        )

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one, or the files of a session's messages."""
        return side_files(file.path) if file.head.startswith(MAGIC) else files_of(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the session as one run, or each session of the database, the newest first."""
        notes = ImportNotes(file.notes)
        if file.head.startswith(MAGIC):
            for document in stored_sessions(file.source.path):
                yield self._run(document["info"], [*_exported(document)], ImportNotes(notes))
        elif _is_export(document := kept_session(file) or _with_info(file.document)):
            yield self._run(document["info"], [*_exported(document)], notes)
        elif is_stream(file):
            yield self._run(*read_stream(file, notes, (self.volatile, self.volatile_within)), notes)
        else:
            raise ImportRefused(tr("{path}: no OpenCode session in it", path=file.source.path))

    def _run(self, session: dict[str, Any], parts: list[tuple[int, Any]], notes: ImportNotes) -> ImportedRun:
        run_id, title = str(session.get("id") or "session"), session.get("title")
        return ImportedRun(
            name=str(title or run_id),
            run_id=run_id,
            agent="OpenCode",
            created=_time(session, "created"),
            source={},
            events=_OpenCodeEvents(session, self, notes).read(parts),
            notes=notes,
        )


def _with_info(document: Any) -> Any:
    """Return an export in which the session and each message's facts are ``info``; some programs use other names."""
    match document:
        case {"session": {"id": str()} as session, "messages": list(messages)} if "info" not in document:
            named = [_message_with_info(message) for message in messages]
            return {"info": session, "messages": named} if None not in named else document
        case {"session_id": str(session_id), "messages": list(messages)} if all(map(_message_with_info, messages)):
            return {"info": {"id": session_id}, "messages": messages}
        case [{"info": {"sessionID": str(session_id)}}, *_] if all(map(_message_with_info, document)):
            return {"info": {"id": session_id}, "messages": document}  # as the server sends a session's messages
    return document


def _message_with_info(message: Any) -> dict[str, Any] | None:
    match message:
        case {"message": {"role": str()} as info, "parts": list()} if "info" not in message:
            return {**{str(key): value for key, value in message.items() if key != "message"}, "info": info}
        case {"info": {"role": str()}, "parts": list()}:
            return dict(message)
    return None


def _is_export(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("info"), dict)
        and isinstance(document.get("messages"), list)
        and all(
            (isinstance(message, dict) and isinstance(message.get("parts"), list)) or is_message(message)
            for message in document["messages"]
        )
        and bool(document["messages"])
    )


def _exported(document: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Yield every message, then each of its parts, as records: ``{"info"}`` and ``{"info", "part"}``."""
    number = 0
    for stored in document["messages"]:
        message = in_parts(stored) if is_message(stored) else stored
        number += 1
        steps = any(isinstance(part, dict) and part.get("type") == "step-finish" for part in message["parts"])
        yield number, {"info": message.get("info") or {}, "alone": not steps}
        for part in message["parts"]:
            number += 1
            yield number, {"info": message.get("info") or {}, "part": part}


class _OpenCodeEvents(RecordEvents):
    agent = "OpenCode"
    _latest_time: int | None = None  # the latest time so far, in ns
    _failed: tuple[dict[str, Any], dict[str, Any]] | None = None  # the error of an answer, and the answer

    def __init__(self, session: dict[str, Any], format: OpenCode, notes: ImportNotes) -> None:
        super().__init__(format.name, format.volatile, notes, format.volatile_within)
        self._results = WaitingResults()
        self.run.context = {"time": _time(session, "created")}
        facts = self.rest(session, "title")
        self.run.agent_init(self.agent, "", facts, title=session.get("title"), version=session.get("version"))

    def time_of(self, record: dict[str, Any]) -> int | None:
        part, info = record.get("part"), record.get("info")
        start, created = _time(part, "start") if isinstance(part, dict) else None, _time(info, "created")
        if isinstance(part, dict) and part.get("type") == "text" and part.get("time") is None:  # since 2.0
            return max((time for time in (created, self._latest_time) if time is not None), default=None)
        return start if start is not None else created

    def add_record(self, record: dict[str, Any]) -> None:
        part, info = record.get("part"), record.get("info")
        info = info if isinstance(info, dict) else {}
        if isinstance(part, dict) and part.get("type") == "tool":
            self._results.release(_time(part.get("state"), "start"))
        else:
            self._results.release_all()
        if self._failed is not None and self._failed[1].get("id") != info.get("id"):
            self._add_failure()
        self.run.context |= {"message_id": info.get("id")}
        if info.get("role") == "assistant":
            self.set_model(info.get("modelID"))
        if isinstance(part, dict) and "info" in record:
            self._part(part, str(info.get("role")))
        elif EARLIER in record:
            self.run.bookkeeping(f"{self.format}/{EARLIER}", self.rest(record[EARLIER]))
        elif "info" in record:
            self._message(info, tells_use=record.get("alone") is True)
        elif str(record.get("type")).startswith((_SESSION, *_OF_SERVER)):
            self.run.bookkeeping(f"{self.format}/{_event_name(record)}", self.rest(record, "type"))
        else:
            self.add_unknown(record.get("type"), record, "type")

    def _message(self, info: dict[str, Any], *, tells_use: bool) -> None:
        """Add a message's own record. `tells_use`: whether its steps do not have its tokens."""
        if info.get("role") not in ("user", "assistant"):  # since 2.0: its part has all the data
            return
        wrong = info.get("error")
        self._finished(info.get("finish"))
        details = self.fields(info, "role", "error", "modelID", "mode", "agent")
        setting = {key: info[key] for key in ("modelID", "mode", "agent", "model") if info.get(key) is not None}
        use = use_of(info) if tells_use else {}
        facts = {**setting, **details.get("fields", {})}
        self.run.bookkeeping(f"{self.format}/{info.get('role')}-message", facts, **use)
        if isinstance(wrong, dict):
            self._failed = wrong, info

    def _add_failure(self) -> None:
        """Add that an answer failed or was stopped, after its parts."""
        if self._failed is None:
            return
        (wrong, info), self._failed = self._failed, None
        data, ended = wrong.get("data"), _time(info, "completed")
        text = data.get("message") if isinstance(data, dict) else None
        known = [time for time in (_time(info, "created"), self._latest_time) if time is not None]
        about: dict[str, Any] = {"message_id": info.get("id")}
        about["time"] = ended if ended is not None else max(known, default=None)
        if wrong.get("name") == "MessageAbortedError":
            self.run.interrupted(str(text or "the user stopped the answer"), "user", **about)
            self.how = "stopped by user", None
        else:
            rest = self.fields(data, "message") if isinstance(data, dict) else {}
            self.run.error(str(wrong.get("name") or "error"), str(text or "failed"), "model", rest, **about)
            self.how = "crash", first_line(text) or str(wrong.get("name") or "error")

    def _finished(self, why: Any) -> None:
        """Note why an answer ended; a message of the user has no such reason."""
        how = _ENDS.get(str(why))
        self.how = None if how is None else (how, None)

    def _note_turn_end(self, outcome: Any) -> None:
        """Note how a turn ended, unless its answer failed: that is more precise."""
        if outcome == "interrupted":
            self.how = "stopped by user", None
        elif outcome == "failed" and self.how is None:
            self.how = "crash", None
        self.run.bookkeeping(f"{self.format}/idle", {"outcome": outcome})

    def add_end(self) -> None:
        """Add the results that still wait, and the failure of the last answer."""
        self._results.release_all()
        self._add_failure()

    def _part(self, part: dict[str, Any], role: str) -> None:
        kind, text = part.get("type"), part.get("text")
        known = [time for time in (self._latest_time, self.run.context.get("time")) if time is not None]
        self._latest_time = max(known, default=None)
        extra = self.fields(part, "text", "tool", "state", "type" if part.get("type") in _PARTS else "")
        match kind:
            case "text" if isinstance(text, str) and not text.strip():
                self.run.bookkeeping(f"{self.format}/blank-text", {"text": text, **extra.get("fields", {})})
            case "text" if role == "user" and part.get("ignored") is True:  # shown to the user only, not to the model
                self.run.bookkeeping(f"{self.format}/ignored-text", {"text": text, **extra.get("fields", {})})
            case "text" if role == "user" and part.get("synthetic") is True:
                self.run.observation("attachment", "opencode", text, extra)
            case "text" if role == "user":
                self.add_message("user", text, extra)
            case "file" if role == "user":
                named = {key: part[key] for key in ("type", "mime", "url") if key in part}
                rest = self.fields(part, *named)
                self.run.observation("attachment", "user", [named], rest)
            case "text":
                self.add_answer(text, None, extra)
            case "reasoning":
                self.add_answer(None, text or REASONING_NOT_RECORDED, extra)
            case "tool":
                self._tool(part, extra)
            case "shell":  # a command that the user ran
                about = self.fields(part, "type", "command")
                command = {"obs_type": "command", "source": "user", "data": part.get("command"), **about}
                self.run.add(Kind.OBSERVATION, command)
            case "compaction" if "summary" in part:
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": kind, "data": self.rest(part, "type")})
            case "idle":  # the end of a turn
                self._note_turn_end(part.get("outcome"))
            case "step-finish":
                self._finished(part.get("reason"))
                self.run.bookkeeping(
                    f"{self.format}/{kind}", extra.get("fields", {}), time=self._latest_time, **use_of(part)
                )
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", extra.get("fields", {}))

    def _tool(self, part: dict[str, Any], extra: dict[str, Any]) -> None:
        state = part.get("state")
        state = state if isinstance(state, dict) else {}
        call_id, status = part.get("callID") or part.get("id") or f"call {self.run.count}", state.get("status")
        started, ended = _time(state, "start"), _time(state, "end")
        self.run.context["time"] = started if started is not None else self.run.context.get("time")
        name = str(part.get("tool") or "tool")
        self.run.request(call_id, name, state.get("input"), extra=extra, tool_call_id=part.get("callID"))
        more = self.fields(state, "input", "output", "error", "status")
        self._latest_time = max(
            [time for time in (ended, self.run.context["time"], self._latest_time) if time is not None], default=None
        )
        code, output, error = _exit_code(state), state.get("output"), state.get("error")
        if status == "error":
            refused = isinstance(error, str) and _REFUSED.match(error) is not None
            self._hold_result(call_id, error, first_line(error) or "failed", more, started, ended, refused=refused)
        elif status == "completed":
            self._hold_result(call_id, output, f"exit {code}" if code else None, more, started, ended)

    def _hold_result(
        self,
        call_id: Any,
        output: Any,
        error: str | None,
        extra: dict[str, Any],
        *times: int | None,
        refused: bool = False,
    ) -> None:
        """Add a result at its end time, because parts are sorted by their start."""
        (started, ended), context = times, dict(self.run.context)

        def add() -> None:
            now, self.run.context = self.run.context, context
            self.add_result(call_id, output, error, extra, refused=refused, time=ended)
            self.run.context = now

        self._results.wait(started, ended, add)


def _event_name(record: dict[str, Any]) -> str:
    """Return the name of a session's event: ``agent.switched`` for ``session.next.agent.switched.1``."""
    name = re.sub(r"\.\d+$", "", str(record.get("type")))
    return name.removeprefix(_SESSION).removeprefix("next.")


def _exit_code(state: dict[str, Any]) -> int | None:
    details = state.get("metadata")
    code = details.get("exit") if isinstance(details, dict) else None
    return code if type(code) is int and code else None


def _time(value: Any, name: str) -> int | None:
    times = value.get("time") if isinstance(value, dict) else None
    return milliseconds(times.get(name)) if isinstance(times, dict) else None
