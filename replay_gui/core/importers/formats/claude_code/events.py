"""The second pass over a Claude Code session: what each line becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.formats.claude_code.results import add_result
from replay_gui.core.importers.formats.claude_code.survey import (
    Survey,
    blocks_of,
    fields_of,
    is_request,
    is_result,
    text_of,
)
from replay_gui.core.importers.formats.claude_code.tools import propose
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.json_lines import Line, lines
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time, milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.source import Source

OTHER_BRANCHES = "branches that were rewound and left out"
LEFT_OUT_LINES = "lines on those branches"
JOINED_LINES = "lines whose predecessor is not in the file, joined to the line before"
REPEATED_LINES = "lines that repeat an earlier line's uuid, kept as custom events"
UNREADABLE_LINES = "lines that are no JSON object with a type, kept as text"
CUT_LINES = "last lines that are cut off, kept as text"
LONG_LINES = "lines of more than 16 MiB, of which the first is kept"
UNKNOWN_TYPES = "lines of a type that is not known, kept as custom events"
UNKNOWN_BLOCKS = "parts of messages that are not known, kept as they are"
EMPTY_MESSAGES = "messages without content, kept as custom events"
BLANK_LINES = "blank lines"
BAD_TIMES = "times that cannot be read"

_KNOWN_TYPES = frozenset({"summary", "queue-operation", "last-prompt", "system"})
_USER_BLOCKS = frozenset({"text", "image", "document"})
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME_LIMIT = 256  # characters of a tool's name, which becomes a key of the state

# What a line says beside its message, by the names it has in meta: ids, clocks, places, versions
_ENVELOPE = {
    "uuid": "uuid",
    "parentUuid": "parent_uuid",
    "logicalParentUuid": "logical_parent_uuid",
    "leafUuid": "leaf_uuid",
    "messageId": "message_id",
    "requestId": "request_id",
    "promptId": "prompt_id",
    "toolUseID": "tool_use_id",
    "parentToolUseID": "parent_tool_use_id",
    "sourceToolUseID": "source_tool_use_id",
    "sourceToolAssistantUUID": "source_assistant_uuid",
    "costUSD": "cost_usd",
}
# The same, of what seldom changes: said where it differs from the last line that said it
_SETTING = {
    "sessionId": "session_id",
    "cwd": "cwd",
    "gitBranch": "git_branch",
    "version": "agent_version",
    "userType": "user_type",
    "entrypoint": "entrypoint",
    "permissionMode": "permission_mode",
    "slug": "slug",
}
_TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_write": "cache_creation_input_tokens",
    "cache_read": "cache_read_input_tokens",
}
_TAKEN = frozenset({"type", "message", "toolUseResult", "timestamp", "durationMs", "isSidechain", "agentId"})


class ClaudeCodeEvents:
    """Maps the lines of one file, in the file's order."""

    def __init__(self, found: Survey, notes: ImportNotes) -> None:
        self._found = found
        self._notes = notes
        self._run = RunBuilder(notes)
        self._anchors: dict[str, int] = {}  # a line's uuid -> the event that what follows it names as its parent
        self._said: dict[str, Any] = {}
        self._subagents: dict[str, str] = {}  # a subagent's line's uuid -> the subagent's name
        self._nameless = 0  # subagents that their lines do not name

    def read(self, source: Source) -> Iterator[ImportedEvent]:
        """The run's events; what is left out or not understood is counted on the way."""
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
        for line in lines(source):
            if line.number not in found.left_out:
                self._line(line)
                yield from self._run.drain()

    def _begin(self) -> None:
        found = self._found
        settings = {"session_id": found.session, "cwd": found.cwd, "git_branch": found.git_branch}
        self._said = {name: value for name, value in settings.items() if value} | {"agent_version": found.version}
        config = {"model": found.model} if found.model else {}
        meta = {**{name: self._said.get(name) for name in settings}, "agent": found.agent_id or None}
        agent_type = "claude-code subagent" if found.subagent else "claude-code"
        self._run.agent_init(agent_type, found.version, config, time=found.created, **meta)

    # ---- lines ----------------------------------------------------------------------------------
    def _line(self, line: Line) -> None:
        fields = fields_of(line, self._notes)
        self._run.context, self._run.once = {"line": line.number}, {}
        if fields is None:
            self._unreadable(line)
            return
        rest = self._take_envelope(fields)
        kind = fields["type"]
        before = self._run.count
        if line.number in self._found.repeated:
            self._notes.count(REPEATED_LINES)
            self._custom("repeated-line", {"type": kind, **rest, **_message(fields)})
        elif kind in ("user", "assistant"):
            self._run.once.update({"fields": rest} if rest else {})
            self._user(fields) if kind == "user" else self._assistant(line, fields)
            if self._run.count == before:
                self._notes.count(EMPTY_MESSAGES)
                self._custom(kind, _message(fields))
        elif kind == "file-history-snapshot":
            self._anchor(self._snapshot("file-history", rest))
        elif kind == "system" and fields.get("subtype") == "compact_boundary":
            self._anchor(self._snapshot("compaction", rest))
        else:
            if kind not in _KNOWN_TYPES:
                self._notes.count(UNKNOWN_TYPES, example=kind)
            plain = _PLAIN_NAME.fullmatch(kind) is not None
            self._custom(kind if plain else "other", {**rest, **_message(fields), **({} if plain else {"type": kind})})
        uuid = text_of(fields, "uuid")
        if uuid and line.number not in self._found.repeated:
            self._anchors[uuid] = self._run.context.get("parent", self._run.count - 1)

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
        """Puts what is volatile into the meta of the events to come; returns what else the line says."""
        context, once, rest = self._run.context, self._run.once, dict[str, Any]()
        for key, value in fields.items():
            if key in _ENVELOPE:
                once[_ENVELOPE[key]] = value
            elif key in _SETTING:
                name = _SETTING[key]
                if self._said.get(name) != value:
                    self._said[name] = once[name] = value
            elif key not in _TAKEN:
                rest[key] = value
        time = iso_time(fields.get("timestamp"))
        if time is not None:
            context["time"] = time
        elif fields.get("timestamp") is not None:
            self._notes.count(BAD_TIMES)
            once["timestamp"] = fields["timestamp"]
        once["duration"] = milliseconds(fields.get("durationMs"))
        if fields.get("isSidechain") is True and not self._found.subagent:
            context["sidechain"] = True
            context["subagent"] = [self._subagent(fields)]
        context["agent"] = text_of(fields, "agentId") or None
        parent = self._anchors.get(text_of(fields, "parentUuid") or text_of(fields, "logicalParentUuid"))
        if parent is not None:
            context["parent"] = parent
        return rest

    def _subagent(self, fields: dict[str, Any]) -> str:
        """The name of the subagent whose line it is: its id, else a number for each chain of lines."""
        name = text_of(fields, "agentId") or self._subagents.get(text_of(fields, "parentUuid"))
        if name is None:
            self._nameless += 1
            name = f"subagent {self._nameless}"
        self._subagents[text_of(fields, "uuid")] = name
        return name

    def _anchor(self, seq: int) -> None:
        """What comes next, on this line or after it, was caused by the event `seq`."""
        self._run.context["parent"] = seq

    def _custom(self, name: str, data: Any) -> None:
        self._anchor(self._run.custom(f"claude-code/{name}", data))

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
        details = fields.get("toolUseResult")
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
                add = add_result(self._run, block, details if results == 1 else None, self._found.cwd)
                self._anchor(add)
            else:
                said.append(block)
        self._said_by_user(said, fields)
        if details is not None and results != 1:  # which of the results it belongs to is not said
            self._custom("tool-use-result", details)

    def _said_by_user(self, data: Any, fields: dict[str, Any]) -> None:
        if isinstance(data, list):
            if not data:
                return
            for block in data:
                if not isinstance(block, dict) or _type(block) not in _USER_BLOCKS:
                    self._notes.count(UNKNOWN_BLOCKS, example=_type(block))
            data = _only_text(data)
        if fields.get("isMeta") is True:
            self._custom("meta", data)
        elif self._run.context.get("sidechain"):
            self._anchor(self._run.observation("subagent-message", "user", data))
        else:
            speaker = "compaction" if fields.get("isCompactSummary") is True else "user"
            self._anchor(self._run.observation("message", speaker, data))

    def _assistant(self, line: Line, fields: dict[str, Any]) -> None:
        message = fields.get("message")
        if not isinstance(message, dict):
            return
        self._message_meta(message, with_usage=line.number in self._found.usage_lines)
        content = message.get("content")
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else blocks_of(fields):
            if fields.get("isApiErrorMessage") is True and _is_text(block):
                self._anchor(self._run.error("api_error", block["text"], "model", text=block["text"]))
            else:
                self._assistant_block(block)

    def _message_meta(self, message: dict[str, Any], with_usage: bool) -> None:
        context, once = self._run.context, self._run.once
        usage = message.get("usage")
        if with_usage and isinstance(usage, dict):
            counts = {name: usage.get(key) for name, key in _TOKENS.items()}
            once["tokens"] = {name: count for name, count in counts.items() if type(count) is int}
            once["usage"] = usage
        context["model"] = text_of(message, "model") or None
        context["message_id"] = text_of(message, "id") or None
        taken = {"content", "usage", "model", "id", "role", "type"}
        rest = {key: value for key, value in message.items() if key not in taken and value is not None}
        once["message"] = rest or None

    def _assistant_block(self, block: Any) -> None:
        run = self._run
        message = "subagent-message" if run.context.get("sidechain") else "message"
        if _is_text(block):
            self._anchor(run.decision(message, block["text"], **_rest(block, "text")))
        elif _type(block) == "thinking" and isinstance(block.get("thinking"), str):
            self._anchor(run.decision("thinking", None, block["thinking"], **_rest(block, "thinking")))
        elif _type(block) == "redacted_thinking":
            self._anchor(run.decision("redacted_thinking", None, **_rest(block)))
        elif is_request(block) and isinstance(block.get("name"), str) and len(block["name"]) <= _NAME_LIMIT:
            call_id, name, value = block.get("id"), block["name"], block.get("input")
            rest = _rest(block, "id", "name", "input")
            call = run.request(call_id, name, value, tool_use_id=call_id, **rest)
            propose(run, call_id, name, value, self._found.cwd)
            self._anchor(call.seq if call.seq is not None else run.count - 1)
        elif is_result(block):  # of a tool that the provider runs
            self._anchor(add_result(run, block, None, self._found.cwd))
        else:
            self._notes.count(UNKNOWN_BLOCKS, example=_type(block))
            self._custom("block", block)


def _type(block: Any) -> str:
    return text_of(block, "type") if isinstance(block, dict) else type(block).__name__


def _is_text(block: Any) -> bool:
    return _type(block) == "text" and isinstance(block, dict) and isinstance(block.get("text"), str)


def _only_text(blocks: list[Any]) -> Any:
    """The text, where that is all there is."""
    match blocks:
        case [{"type": "text", "text": str(text), **rest}] if not rest:
            return text
    return blocks


def _rest(block: dict[str, Any], *taken: str) -> dict[str, Any]:
    """The block's other members, as meta (a thinking block's signature)."""
    rest = {key: value for key, value in block.items() if key not in ("type", *taken) and value is not None}
    return {"block": rest} if rest else {}


def _message(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: fields[key] for key in ("message", "toolUseResult") if key in fields}


def _version(backup: Any) -> Any:
    return backup.get("version") if isinstance(backup, dict) else None
