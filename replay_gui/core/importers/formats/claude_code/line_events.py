"""Make events of each line of a Claude Code session, and read the members other than its message."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.claude_code.conversation_lines import ConversationLines
from replay_gui.core.importers.formats.claude_code.other_lines import (
    BOOKKEEPING_TYPES,
    add_attachment,
    add_result_line,
    add_system_line,
)
from replay_gui.core.importers.formats.claude_code.state import (
    BAD_TIMES,
    BLANK_LINES,
    CUT_LINES,
    EMPTY_MESSAGES,
    LONG_LINES,
    REPEATED_LINES,
    UNKNOWN_TYPES,
    UNREADABLE_LINES,
    SessionState,
    message_fields,
)
from replay_gui.core.importers.formats.claude_code.survey import text_of
from replay_gui.core.importers.formats.claude_code.token_usage import tokens_of
from replay_gui.core.importers.formats.claude_code.user_text import message_of
from replay_gui.core.importers.formats.claude_code.volatile import LINE, META_NAMES
from replay_gui.core.importers.json_lines import Line
from replay_gui.core.importers.times import iso_time, milliseconds
from replay_gui.core.log.kinds import Kind

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SESSION_MEMBERS = frozenset({"sessionId", "session_id", "cwd", "gitBranch", "version", "slug", "claude_code_version"})
"""Volatile members that rarely change: meta has them only if they differ from the last line with them."""
_SETTINGS = frozenset({"userType", "entrypoint", "permissionMode"})
"""Content members that rarely change: kept only if they differ from the last line with them."""
_READ_MEMBERS = frozenset({"type", "message", "toolUseResult", "isSidechain", "tool_use_result"})
_FLAGS = {"user": ("isMeta", "isCompactSummary"), "assistant": ("isApiErrorMessage",)}
"""Members that the event's kind already expresses, by the type of the line."""
_IN_CONTEXT = frozenset({"timestamp", "durationMs", "duration_ms", "agentId", "usage", "modelUsage"})


class LineEvents:
    """Make events of lines, one after another."""

    def __init__(self, state: SessionState) -> None:
        surveyed = state.surveyed
        self._state = state
        self._talk = ConversationLines(state)
        self._cost: float = 0  # until now, according to the lines of this kind
        self._anchors: dict[str, int] = {}  # a line's uuid -> the event that is the parent of the following events
        self._subagents: dict[str, str] = {}  # a subagent's line's uuid -> the subagent's name
        self._nameless = 0  # subagents without a name in their lines
        settings = {"session_id": surveyed.session, "cwd": surveyed.cwd, "git_branch": surveyed.git_branch}
        self._known_settings: dict[str, Any] = {name: value for name, value in settings.items() if value}
        self._known_settings["agent_version"] = surveyed.version

    def add(self, line: Line, fields: dict[str, Any] | None) -> None:
        """Add the events of one line; `fields` is None for an unreadable line."""
        self._state.run.context, self._state.run.once, self._state.fields = {"line": line.number}, {}, {}
        if fields is None:
            self._add_subagent({}, {})
            self._unreadable(line)
            return
        rest = self._take_envelope(fields)
        kind = fields["type"]
        if line.number in self._state.surveyed.repeated:
            self._note_repeat(fields, rest)
        elif kind in ("user", "assistant"):
            self._state.fields = rest
            before = self._state.run.count
            self._talk.user(fields) if kind == "user" else self._talk.assistant(line, fields)
            if self._state.run.count == before and _calls_alone(fields):  # recorded before: each call is recorded once
                self._note_repeat(fields, rest)
            elif self._state.run.count == before:
                self._state.notes.count(EMPTY_MESSAGES)
                self._state.custom(kind, {**rest, **message_fields(fields)})
        else:
            self._other(line, fields, kind, rest)
        uuid = text_of(fields, "uuid")
        if uuid and line.number not in self._state.surveyed.repeated:
            self._anchors[uuid] = self._state.run.context.get("parent", self._state.run.count - 1)

    def _note_repeat(self, fields: dict[str, Any], rest: dict[str, Any]) -> None:
        """Add a line that repeats another line; it is not a step."""
        self._state.notes.count(REPEATED_LINES)
        data = {"type": fields["type"], **rest, **message_fields(fields)}
        self._state.anchor(self._state.run.bookkeeping("claude-code/repeated-line", data))

    def _other(self, line: Line, fields: dict[str, Any], kind: str, rest: dict[str, Any]) -> None:
        attachment = rest.get("attachment")
        if kind == "file-history-snapshot":
            self._state.anchor(self._file_history(rest))
        elif kind == "system" and fields.get("subtype") == "compact_boundary":
            payload = {"data": rest} if rest else {}
            self._state.anchor(self._state.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", **payload}))
        elif kind == "system":
            self._state.anchor(add_system_line(self._state.run, text_of(fields, "subtype"), rest))
            self._state.end = ("crash", "API error") if fields.get("subtype") == "api_error" else self._state.end
        elif kind == "attachment" and isinstance(attachment, dict) and attachment.get("type") == "queued_command":
            self._queued(attachment, {key: rest[key] for key in rest if key != "attachment"})
        elif kind == "attachment" and isinstance(attachment, dict):
            self._state.anchor(
                add_attachment(self._state.run, attachment, {key: rest[key] for key in rest if key != "attachment"})
            )
        elif kind == "queue-operation" and line.number in self._state.surveyed.queued:
            self._state.fields = {key: rest[key] for key in rest if key != "content"}
            self._talk.from_user(text_of(rest, "content"))
        elif kind == "result" and "subtype" in fields:
            once, self._state.run.once = self._state.run.once, {}
            models = fields.get("modelUsage")
            model = None if isinstance(models, dict) and len(models) > 1 else self._state.surveyed.model or None
            if not self._state.answered and text_of(rest, "result"):  # printed alone, without the messages
                self._state.run.decision("message", rest["result"])
            meta = {"tokens": tokens_of(fields.get("usage")), "usage": models, "model": model}
            self._state.stated_duration += max(0, once.get("duration") or 0)
            seq, how = add_result_line(
                self._state.run, rest, self._state.denied, **{**once, **meta, "line": line.number}
            )
            self._state.anchor(seq)
            self._state.end = (how, None if how == "answered" else text_of(fields, "subtype") or None)
        elif kind == "cost-state":
            self._state.anchor(self._cost_state(rest))
        elif kind in BOOKKEEPING_TYPES:
            data = {**rest, **message_fields(fields)}
            self._state.anchor(self._state.run.bookkeeping(f"claude-code/{kind}", data))
        else:
            self._state.notes.count(UNKNOWN_TYPES, example=kind)
            plain = _PLAIN_NAME.fullmatch(kind) is not None
            self._state.custom(
                kind if plain else "other", {**rest, **message_fields(fields), **({} if plain else {"type": kind})}
            )

    def _cost_state(self, rest: dict[str, Any]) -> int:
        """Add a line with the session's cost until now; the event has what was added to it since the line before."""
        run, total = self._state.run, self._state.run.once.get("totalCostUSD")
        if isinstance(total, int | float) and not isinstance(total, bool):
            before, self._cost = self._cost, total
            run.once |= {
                "cost": total - before if total >= before else total,
                "model": self._state.surveyed.model or None,
            }
        return run.bookkeeping("claude-code/cost-state", rest)

    def _queued(self, attachment: dict[str, Any], rest: dict[str, Any]) -> None:
        """Add a prompt that was typed while the agent worked."""
        prompt, mode = attachment.get("prompt"), attachment.get("commandMode")
        more = {
            key: attachment[key] for key in attachment if key not in ("type", "prompt", "commandMode", "source_uuid")
        }
        self._state.fields = {**rest, **more, **({} if mode in (None, "prompt") else {"commandMode": mode})}
        if mode == "task-notification":
            self._state.anchor(
                self._state.run.observation("task-notification", "task", prompt, self._state.take_fields())
            )
        else:
            self._talk.from_user(prompt if isinstance(prompt, str) else [] if prompt is None else prompt)

    def _unreadable(self, line: Line) -> None:
        raw = line.raw
        if not raw.strip():
            self._state.notes.count(BLANK_LINES)
            return
        reason = LONG_LINES if line.too_long else UNREADABLE_LINES if line.ended else CUT_LINES
        self._state.notes.count(reason)
        try:
            text: str | bytes = raw.decode()
        except UnicodeDecodeError:
            text = raw
        self._state.run.custom("claude-code/unreadable-line", text, size=line.size)

    def _take_envelope(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Put the volatile members into the meta of the next events; return the other members."""
        context, once, rest = self._state.run.context, self._state.run.once, dict[str, Any]()
        for key, value in fields.items():
            name = META_NAMES.get(key, key)
            if key in _SESSION_MEMBERS or key in _SETTINGS:
                if self._known_settings.get(name) != value:
                    self._known_settings[name] = value
                    (once if key in _SESSION_MEMBERS else rest)[name] = value
            elif key in _IN_CONTEXT:
                pass
            elif key in LINE:
                once[name] = value
            elif key not in _READ_MEMBERS and key not in _FLAGS.get(fields["type"], ()):
                rest[key] = value
        time = iso_time(fields.get("timestamp"))
        if time is not None:
            context["time"] = time
        elif fields.get("timestamp") is not None:
            self._state.notes.count(BAD_TIMES)
            once["timestamp"] = fields["timestamp"]
        once["duration"] = milliseconds(fields.get("durationMs", fields.get("duration_ms")))
        self._add_subagent(fields, rest)
        context["agent"] = text_of(fields, "agentId") or None
        parent = self._anchors.get(text_of(fields, "parentUuid") or text_of(fields, "logicalParentUuid"))
        if "parentUuid" not in fields and "session_id" in fields:  # the stream, which has no tree
            started = self._state.run.call(fields.get("parent_tool_use_id"))
            parent = self._state.latest.get(self._state.subagent, None if started is None else started.seq)
        if parent is not None:
            context["parent"] = parent
        return rest

    def _add_subagent(self, fields: dict[str, Any], rest: dict[str, Any]) -> None:
        """Mark the next events with their subagent, if any. `rest`: content of the line."""
        context = self._state.run.context
        if self._state.within:
            context["sidechain"] = True
            context["subagent"] = list(self._state.within)
        elif not self._state.surveyed.subagent and (
            fields.get("isSidechain") is True or isinstance(fields.get("parent_tool_use_id"), str)
        ):
            context["sidechain"] = True
            context["subagent"] = [self._subagent(fields)]
            if fields.get("isSidechain") is True:
                rest["isSidechain"] = True

    def _subagent(self, fields: dict[str, Any]) -> str:
        """Return the name of the line's subagent: its id, else a number for each chain of lines."""
        starter = text_of(fields, "parent_tool_use_id")
        name = text_of(fields, "agentId") or self._subagents.get(starter or text_of(fields, "parentUuid"))
        seq, called = self._state.started.pop(_prompt_of(fields), (None, ""))
        if seq is not None:
            self._state.run.context["parent"] = seq
        if name is None and called:
            name = self._state.unique_name(called)
        elif name is None:
            self._nameless += 1
            name = f"subagent {self._nameless}"
        self._subagents[text_of(fields, "uuid")] = name
        if starter:
            self._subagents[starter] = name
        return name

    def _file_history(self, rest: dict[str, Any]) -> int:
        files = rest.pop("snapshot", None)
        self._state.run.once["snapshot"] = files
        if isinstance(files, dict) and rest.get("isSnapshotUpdate") is not True:  # an update has the first one's
            self._state.run.once["time"] = iso_time(files.get("timestamp"))
        backups = files.get("trackedFileBackups") if isinstance(files, dict) else None
        if isinstance(backups, dict):  # backups' names and times are in meta
            rest = {"files": {path: _version(backup) for path, backup in backups.items()}, **rest}
        return self._state.run.bookkeeping("claude-code/file-history", rest)


def _prompt_of(fields: dict[str, Any]) -> str:
    """Return the prompt of a subagent, which is in its first line; "" for its other lines."""
    message = fields.get("message")
    if fields.get("parentUuid") is not None or fields["type"] != "user" or not isinstance(message, dict):
        return ""
    content = message.get("content")
    text = message_of(content) if isinstance(content, list) else content
    return text.strip() if isinstance(text, str) else ""


def _version(backup: Any) -> Any:
    return backup.get("version") if isinstance(backup, dict) else None


def _calls_alone(fields: dict[str, Any]) -> bool:
    """Whether a message has only calls."""
    message = fields.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, list) or not content:
        return False
    return all(isinstance(block, dict) and block.get("type") == "tool_use" for block in content)
