"""The second pass over a Claude Code session: what each line becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.formats.claude_code.other_lines import (
    BOOKKEEPING_TYPES,
    add_attachment,
    add_command,
    add_result_line,
    add_system_line,
)
from replay_gui.core.importers.formats.claude_code.results import add_result, agent_of
from replay_gui.core.importers.formats.claude_code.subagents import SubagentFile
from replay_gui.core.importers.formats.claude_code.survey import (
    SYNTHETIC_MODEL,
    Survey,
    blocks_of,
    fields_of,
    is_request,
    is_result,
    survey,
    text_of,
)
from replay_gui.core.importers.formats.claude_code.tools import propose
from replay_gui.core.importers.formats.claude_code.user_text import (
    is_interruption,
    is_of_the_program,
    is_prompt_text,
    message_of,
)
from replay_gui.core.importers.formats.claude_code.volatile import BLOCK, LINE, MESSAGE, META_NAMES
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.json_lines import Line, lines
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.importers.times import iso_time, milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.source import Source

OTHER_BRANCHES = "turns that the user rewound, left out"
LEFT_OUT_LINES = "lines of those turns"
JOINED_LINES = "lines whose predecessor is not in the file, joined to the line before"
REPEATED_LINES = "lines that repeat an earlier line"
UNREADABLE_LINES = "lines that are no JSON object with a type, kept as text"
CUT_LINES = "last lines that are cut off, kept as text"
LONG_LINES = "lines of more than 16 MiB, of which the first is kept"
UNKNOWN_TYPES = "lines of a type that is not known, kept as custom events"
UNKNOWN_BLOCKS = "parts of messages that are not known, kept as they are"
EMPTY_MESSAGES = "messages without content, kept as custom events"
BLANK_LINES = "blank lines"
UNREADABLE_FILES = "files of subagents that cannot be read"
BAD_TIMES = "times that cannot be read"

_USER_BLOCKS = frozenset({"text", "image", "document"})
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME_LIMIT = 256  # characters of a tool's name, which becomes a key of the state

_SAID_ONCE = frozenset({"sessionId", "session_id", "cwd", "gitBranch", "version", "slug", "claude_code_version"})
"""Volatile members that seldom change: meta has them where they differ from the last line that said them."""
_SETTINGS = frozenset({"userType", "entrypoint", "permissionMode"})
"""Members of content that seldom change: said where they differ from the last line that said them."""
_ENDS: dict[str, End] = {
    "end_turn": "answered",
    "stop_sequence": "answered",
    "max_tokens": "limit",
    "refusal": "handed over",
}
_TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_write": "cache_creation_input_tokens",
    "cache_read": "cache_read_input_tokens",
}
_TAKEN = frozenset({"type", "message", "toolUseResult", "isSidechain", "tool_use_result"})
_FLAGS = {"user": ("isMeta", "isCompactSummary"), "assistant": ("isApiErrorMessage",)}
"""Members of which the kind of the event tells, by the type of the line."""
_IN_CONTEXT = frozenset({"timestamp", "durationMs", "duration_ms", "agentId", "usage", "modelUsage"})


class ClaudeCodeEvents:
    """Maps the lines of one session, and of the subagents that it started, to events."""

    def __init__(self, found: Survey, notes: ImportNotes, subagents: Iterable[SubagentFile] = ()) -> None:
        self._found = found
        self._notes = notes
        self._run = RunBuilder(notes)
        self._anchors: dict[str, int] = {}  # a line's uuid -> the event that what follows it names as its parent
        self._said: dict[str, Any] = {}
        self._subagents: dict[str, str] = {}  # a subagent's line's uuid -> the subagent's name
        self._nameless = 0  # subagents that their lines do not name
        self._files = list(subagents)
        self._within: list[str] = []  # names of the subagents whose file is being read, from the outermost
        self._names: dict[str, int] = {}  # how many subagents have a name
        self._models: dict[str, str] = {}  # by subagent, the model that answered last
        self._fields: dict[str, Any] = {}  # what the line says beside its message, for the line's first event
        self._end: tuple[End, str | None] | None = None
        self._denied = set[str]()
        self._latest: dict[str, int] = {}  # by subagent, what a line without a parent follows

    def read(self, source: Source, end: int | None = None) -> Iterator[ImportedEvent]:
        """Yield the run's events, up to the line numbered `end`; count what is left out or not understood."""
        found, notes = self._found, self._notes
        for reason, number in (
            (OTHER_BRANCHES, found.branches),
            (LEFT_OUT_LINES, len(found.left_out)),
            (JOINED_LINES, found.joined),
        ):
            if number:
                notes.count(reason, number)
        self._begin()
        yield from self._run.drain()
        yield from self._read_lines(source, found, end)
        for file in list(self._files):  # of calls that are not in the session, or that have no result
            yield from self._read_subagent(file, None)
        if self._end is not None:
            self._run.context, self._run.once = {}, {}
            self._run.end(*self._end)
        yield from self._run.drain()

    def _read_lines(self, source: Source, found: Survey, end: int | None) -> Iterator[ImportedEvent]:
        early: dict[int, list[Line]] = {}  # lines that stand before the line that they follow, by its number
        for line in lines(source):
            if end is not None and line.number >= end:
                break
            if line.number in found.left_out:
                continue
            cause = found.late_causes.get(line.number)
            if cause is not None and cause not in found.left_out:
                early.setdefault(cause, []).append(line)
                continue
            ready = [line]
            while ready:
                line = ready.pop(0)
                yield from self._one_line(line)
                ready += early.pop(line.number, [])
        for waiting in early.values():
            for line in waiting:
                yield from self._one_line(line)

    def _one_line(self, line: Line) -> Iterator[ImportedEvent]:
        fields = fields_of(line, self._notes)
        if fields is not None and self._files:
            for file, parent in self._finished_subagents(fields):
                yield from self._read_subagent(file, parent)
        self._line(line, fields)
        yield from self._run.drain()

    def _begin(self) -> None:
        found = self._found
        settings = {"session_id": found.session, "cwd": found.cwd, "git_branch": found.git_branch}
        self._said = {name: value for name, value in settings.items() if value} | {"agent_version": found.version}
        config = {"model": found.model} if found.model else {}
        self._models = dict.fromkeys(["", found.agent_id], found.model)
        meta = {**{name: self._said.get(name) for name in settings}, "agent": found.agent_id or None}
        agent_type = "claude-code subagent" if found.subagent else "claude-code"
        self._run.agent_init(agent_type, found.version, config, time=found.created, **meta)

    # ---- files of subagents ---------------------------------------------------------------------
    def _finished_subagents(self, fields: dict[str, Any]) -> Iterator[tuple[SubagentFile, int | None]]:
        """Yield the subagents whose result the line has, with the event of the call that started them."""
        results = [block for block in blocks_of(fields) if is_result(block)]
        agent_id = agent_of(fields.get("toolUseResult")) if len(results) == 1 else None
        for block in results:
            call = self._run.call(block["tool_use_id"])
            for file in list(self._files):
                if file.tool_use_id == block["tool_use_id"] or (file.tool_use_id is None and file.agent_id == agent_id):
                    yield file, None if call is None else call.seq

    def _read_subagent(self, file: SubagentFile, parent: int | None) -> Iterator[ImportedEvent]:
        if file not in self._files:
            return
        self._files.remove(file)
        session, context = self._found, self._run.context
        name = file.name or file.agent_id
        self._names[name] = count = self._names.get(name, 0) + 1
        self._within.append(name if count == 1 else f"{name} {count}")
        try:
            with Source(file.path) as source:
                self._found = survey(source)
                for first in self._read_lines(source, self._found, None):
                    meta = {"file": file.path.name, **first.meta}
                    if parent is not None:
                        meta.setdefault("parent", parent)
                    yield ImportedEvent(first.kind, first.payload, meta)
        except LogUnreadable:
            self._notes.count(UNREADABLE_FILES, example=file.path.name)
        self._within.pop()
        self._found, self._run.context = session, context

    # ---- lines ----------------------------------------------------------------------------------
    def _line(self, line: Line, fields: dict[str, Any] | None) -> None:
        self._run.context, self._run.once, self._fields = {"line": line.number}, {}, {}
        if fields is None:
            self._add_subagent({}, {})
            self._unreadable(line)
            return
        rest = self._take_envelope(fields)
        kind = fields["type"]
        if line.number in self._found.repeated:
            self._notes.count(REPEATED_LINES)
            data = {"type": kind, **rest, **_message(fields)}
            self._anchor(self._run.bookkeeping("claude-code/repeated-line", data))
        elif kind in ("user", "assistant"):
            self._fields = rest
            before = self._run.count
            self._user(fields) if kind == "user" else self._assistant(line, fields)
            if self._run.count == before:
                self._notes.count(EMPTY_MESSAGES)
                self._custom(kind, {**rest, **_message(fields)})
        else:
            self._other(line, fields, kind, rest)
        uuid = text_of(fields, "uuid")
        if uuid and line.number not in self._found.repeated:
            self._anchors[uuid] = self._run.context.get("parent", self._run.count - 1)

    def _other(self, line: Line, fields: dict[str, Any], kind: str, rest: dict[str, Any]) -> None:
        attachment = rest.get("attachment")
        if kind == "file-history-snapshot":
            self._anchor(self._snapshot("file-history", rest))
        elif kind == "system" and fields.get("subtype") == "compact_boundary":
            self._anchor(self._snapshot("compaction", rest))
        elif kind == "system":
            self._anchor(add_system_line(self._run, text_of(fields, "subtype"), rest))
            self._end = ("crash", "API error") if fields.get("subtype") == "api_error" else self._end
        elif kind == "attachment" and isinstance(attachment, dict) and attachment.get("type") == "queued_command":
            self._queued(attachment, {key: rest[key] for key in rest if key != "attachment"})
        elif kind == "attachment" and isinstance(attachment, dict):
            self._anchor(add_attachment(self._run, attachment, {key: rest[key] for key in rest if key != "attachment"}))
        elif kind == "queue-operation" and line.number in self._found.queued:
            self._fields = {key: rest[key] for key in rest if key != "content"}
            self._from_user(text_of(rest, "content"))
        elif kind == "result" and "subtype" in fields:
            once, self._run.once = self._run.once, {}
            models = fields.get("modelUsage")
            model = None if isinstance(models, dict) and len(models) > 1 else self._found.model or None
            meta = {"tokens": _tokens(fields.get("usage")), "usage": models, "model": model}
            seq, how = add_result_line(self._run, rest, self._denied, **{**once, **meta, "line": line.number})
            self._anchor(seq)
            self._end = (how, None if how == "answered" else text_of(fields, "subtype") or None)
        elif kind in BOOKKEEPING_TYPES:
            data = {**rest, **_message(fields)}
            self._anchor(self._run.bookkeeping(f"claude-code/{kind}", data))
        else:
            self._notes.count(UNKNOWN_TYPES, example=kind)
            plain = _PLAIN_NAME.fullmatch(kind) is not None
            self._custom(kind if plain else "other", {**rest, **_message(fields), **({} if plain else {"type": kind})})

    def _queued(self, attachment: dict[str, Any], rest: dict[str, Any]) -> None:
        """A prompt that was typed while the agent worked."""
        prompt, mode = attachment.get("prompt"), attachment.get("commandMode")
        more = {
            key: attachment[key] for key in attachment if key not in ("type", "prompt", "commandMode", "source_uuid")
        }
        self._fields = {**rest, **more, **({} if mode in (None, "prompt") else {"commandMode": mode})}
        if mode == "task-notification":
            self._anchor(self._run.observation("task-notification", "task", prompt, self._take_fields()))
        else:
            self._from_user(prompt if isinstance(prompt, str) else [] if prompt is None else prompt)

    def _take_fields(self) -> dict[str, Any] | None:
        """Return what the line says beside its message, for the payload of one event; None the second time."""
        fields, self._fields = self._fields, {}
        return {"fields": fields} if fields else None

    def _unreadable(self, line: Line) -> None:
        raw = line.raw
        if not raw.strip():
            self._notes.count(BLANK_LINES)
            return
        reason = LONG_LINES if line.too_long else UNREADABLE_LINES if line.ended else CUT_LINES
        self._notes.count(reason)
        try:
            text: str | bytes = raw.decode()
        except UnicodeDecodeError:
            text = raw
        self._run.custom("claude-code/unreadable-line", text, size=line.size)

    def _take_envelope(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Put what is volatile into the meta of the events to come; return what else the line says."""
        context, once, rest = self._run.context, self._run.once, dict[str, Any]()
        for key, value in fields.items():
            name = META_NAMES.get(key, key)
            if key in _SAID_ONCE or key in _SETTINGS:
                if self._said.get(name) != value:
                    self._said[name] = value
                    (once if key in _SAID_ONCE else rest)[name] = value
            elif key in _IN_CONTEXT:
                pass
            elif key in LINE:
                once[name] = value
            elif key not in _TAKEN and key not in _FLAGS.get(fields["type"], ()):
                rest[key] = value
        time = iso_time(fields.get("timestamp"))
        if time is not None:
            context["time"] = time
        elif fields.get("timestamp") is not None:
            self._notes.count(BAD_TIMES)
            once["timestamp"] = fields["timestamp"]
        once["duration"] = milliseconds(fields.get("durationMs", fields.get("duration_ms")))
        self._add_subagent(fields, rest)
        context["agent"] = text_of(fields, "agentId") or None
        parent = self._anchors.get(text_of(fields, "parentUuid") or text_of(fields, "logicalParentUuid"))
        if "parentUuid" not in fields and "session_id" in fields:  # of the stream, which has no tree
            started = self._run.call(fields.get("parent_tool_use_id"))
            parent = self._latest.get("/".join(context.get("subagent", ())), None if started is None else started.seq)
        if parent is not None:
            context["parent"] = parent
        return rest

    def _add_subagent(self, fields: dict[str, Any], rest: dict[str, Any]) -> None:
        """Say of the events to come which subagent they are of, if any. `rest`: content of the line."""
        context = self._run.context
        if self._within:
            context["sidechain"] = True
            context["subagent"] = list(self._within)
        elif not self._found.subagent and (
            fields.get("isSidechain") is True or isinstance(fields.get("parent_tool_use_id"), str)
        ):
            context["sidechain"] = True
            context["subagent"] = [self._subagent(fields)]
            if fields.get("isSidechain") is True:
                rest["isSidechain"] = True

    def _subagent(self, fields: dict[str, Any]) -> str:
        """The name of the subagent whose line it is: its id, else a number for each chain of lines."""
        starter = text_of(fields, "parent_tool_use_id")
        name = text_of(fields, "agentId") or self._subagents.get(starter or text_of(fields, "parentUuid"))
        if name is None:
            self._nameless += 1
            name = f"subagent {self._nameless}"
        self._subagents[text_of(fields, "uuid")] = name
        if starter:
            self._subagents[starter] = name
        return name

    def _anchor(self, seq: int) -> None:
        """What comes next, on this line or after it, was caused by the event `seq`."""
        self._run.context["parent"] = seq
        self._latest["/".join(self._run.context.get("subagent", ()))] = seq

    def _custom(self, name: str, data: Any) -> None:
        payload = {**(self._take_fields() or {}), "data": data}
        self._anchor(self._run.add(f"x:claude-code/{name}", payload))

    def _snapshot(self, snapshot_type: str, rest: dict[str, Any]) -> int:
        files = rest.pop("snapshot", None) if snapshot_type == "file-history" else None
        self._run.once["snapshot"] = files
        if isinstance(files, dict) and rest.get("isSnapshotUpdate") is not True:  # an update has the first one's time
            self._run.once["time"] = iso_time(files.get("timestamp"))
        backups = files.get("trackedFileBackups") if isinstance(files, dict) else None
        payload: dict[str, Any] = {"data": rest} if rest else {}
        if isinstance(backups, dict):  # names of the backups and their times are in meta
            payload["files"] = {path: _version(backup) for path, backup in backups.items()}
        return self._run.add(Kind.SNAPSHOT, {"snapshot_type": snapshot_type, **payload})

    # ---- messages -------------------------------------------------------------------------------
    def _user(self, fields: dict[str, Any]) -> None:
        message = fields.get("message")
        if not isinstance(message, dict):
            return
        self._message_meta(message, with_usage=False)
        content = message.get("content")
        details = fields.get("toolUseResult", fields.get("tool_use_result"))
        results = sum(map(is_result, blocks_of(fields)))
        if isinstance(content, str):
            self._said_by_user(content, fields)
        elif content is not None and not isinstance(content, list):
            self._custom("user", _message(fields))
        said = list[Any]()
        for block in blocks_of(fields):
            if is_result(block):
                self._said_by_user(said, fields)
                said = []
                self._result(block, details if results == 1 else None)
            else:
                said.append(block)
        self._said_by_user(said, fields)
        if details is not None and results != 1:  # which of the results it belongs to is not said
            self._custom("tool-use-result", details)

    def _result(self, block: dict[str, Any], details: Any) -> None:
        added = add_result(self._run, block, details, self._found.cwd, self._take_fields())
        if added.refused:
            self._denied.add(block["tool_use_id"])
        self._anchor(added.seq)

    def _said_by_user(self, data: Any, fields: dict[str, Any]) -> None:
        if isinstance(data, list):
            if not data:
                return
            for block in data:
                if not isinstance(block, dict) or _type(block) not in _USER_BLOCKS:
                    self._notes.count(UNKNOWN_BLOCKS, example=_type(block))
        if fields.get("isMeta") is True:
            self._custom("meta", data if isinstance(data, str) else message_of(data))
        elif fields.get("isCompactSummary") is True:
            said = data if isinstance(data, str) else message_of(data)
            self._anchor(self._run.observation("message", "compaction", said, self._take_fields()))
        else:
            self._from_user(data)

    def _from_user(self, data: Any) -> None:
        """What stands in the user's place: words, a command, what a command printed, an interruption."""
        said = message_of(data) if isinstance(data, list) else data
        if isinstance(said, str):
            if is_interruption(said):
                self._end = ("stopped by user", None)
                self._anchor(self._run.interrupted(said, "user", self._take_fields()))
                return
            command = add_command(self._run, said, self._fields)
            if command is not None:
                self._fields = {}
                self._anchor(command)
                return
            if is_of_the_program(said):
                self._anchor(self._run.observation("notice", "claude-code", said, self._take_fields()))
                return
        kind = "subagent-message" if self._run.context.get("sidechain") else "message"
        if kind == "message" and (not isinstance(said, str) or is_prompt_text(said)):
            self._end = None
        self._anchor(self._run.observation(kind, "user", said, self._take_fields()))

    def _assistant(self, line: Line, fields: dict[str, Any]) -> None:
        message = fields.get("message")
        if not isinstance(message, dict):
            return
        self._message_meta(message, with_usage=line.number in self._found.usage_lines)
        content = message.get("content")
        failed = fields.get("isApiErrorMessage") is True
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else blocks_of(fields):
            if failed and _is_text(block):
                extra = {"text": block["text"], **(self._take_fields() or {})}
                self._anchor(self._run.error("api_error", block["text"], "model", extra))
            else:
                self._assistant_block(block)
        if not self._run.context.get("sidechain"):
            reason = text_of(message, "stop_reason")
            self._end = ("crash", "API error") if failed else _END_OF.get(reason)

    def _message_meta(self, message: dict[str, Any], with_usage: bool) -> None:
        context, once = self._run.context, self._run.once
        usage = message.get("usage")
        if with_usage and isinstance(usage, dict):
            once["tokens"] = _tokens(usage)
            once["usage"] = usage
        model, speaker = text_of(message, "model"), "/".join(context.get("subagent", ()))
        context["model"] = model or None
        context["message_id"] = text_of(message, "id") or None
        taken = {"content", "model", "role", "type", *MESSAGE}
        rest = {key: value for key, value in message.items() if key not in taken and value is not None}
        if message.get("role") not in (None, "user", "assistant"):
            rest["role"] = message["role"]
        if message.get("type") not in (None, "message"):
            rest["type"] = message["type"]
        if model and model != SYNTHETIC_MODEL and self._models.setdefault(speaker, model) != model:
            self._models[speaker] = rest["model"] = model
        if rest:
            self._fields = {**self._fields, "message": rest}

    def _assistant_block(self, block: Any) -> None:
        run = self._run
        message = "subagent-message" if run.context.get("sidechain") else "message"
        if _is_text(block):
            extra, meta = self._rest(block, "text")
            self._anchor(run.decision(message, block["text"], None, extra, **meta))
        elif _type(block) == "thinking" and isinstance(block.get("thinking"), str):
            extra, meta = self._rest(block, "thinking")
            if block["thinking"]:
                self._anchor(run.decision("thinking", None, block["thinking"], extra, **meta))
            else:
                self._anchor(run.withheld_reasoning(extra, **meta))
        elif _type(block) == "redacted_thinking":
            meta = {"block": {"data": block["data"]}} if "data" in block else {}
            extra, _ = self._rest(block, "data")
            self._anchor(run.withheld_reasoning(extra, **meta))
        elif is_request(block) and isinstance(block.get("name"), str) and len(block["name"]) <= _NAME_LIMIT:
            call_id, name, value = block.get("id"), block["name"], block.get("input")
            extra, meta = self._rest(block, "id", "name", "input", type=block["type"] != "tool_use")
            call = run.request(call_id, name, value, extra=extra, tool_use_id=call_id, **meta)
            propose(run, call_id, name, value, self._found.cwd)
            self._anchor(call.seq if call.seq is not None else run.count - 1)
        elif is_result(block):  # of a tool that the provider runs
            self._result(block, None)
        else:
            self._notes.count(UNKNOWN_BLOCKS, example=_type(block))
            self._custom("block", block)

    def _rest(self, block: dict[str, Any], *taken: str, type: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        """(for the payload, for meta): what the block says beside what its event has of it."""
        used = taken if type else ("type", *taken)
        rest = {key: value for key, value in block.items() if key not in used and value is not None}
        volatile = {key: value for key, value in rest.items() if key in BLOCK}
        told = {key: value for key, value in rest.items() if key not in BLOCK}
        extra = {**({"block": told} if told else {}), **(self._take_fields() or {})}
        return extra, {"block": volatile} if volatile else {}


_END_OF: dict[str, tuple[End, str | None]] = {
    reason: (how, None if how == "answered" else reason) for reason, how in _ENDS.items()
}


def _tokens(usage: Any) -> dict[str, int] | None:
    """Return the tokens by sort, where the source counts any."""
    if not isinstance(usage, dict):
        return None
    return {name: usage[key] for name, key in _TOKENS.items() if type(usage.get(key)) is int}


def _type(block: Any) -> str:
    return text_of(block, "type") if isinstance(block, dict) else type(block).__name__


def _is_text(block: Any) -> bool:
    return _type(block) == "text" and isinstance(block, dict) and isinstance(block.get("text"), str)


def _message(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: fields[key] for key in ("message", "toolUseResult") if key in fields}


def _version(backup: Any) -> Any:
    return backup.get("version") if isinstance(backup, dict) else None
