"""Codex sessions: from items to events."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.chats.messages import BAD_ARGUMENTS, decoded
from replay_gui.core.importers.formats.codex.stream import UNKNOWN_ITEMS, CodexStream, counts
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.run_builder import Call, RunBuilder
from replay_gui.core.importers.times import iso_time, milliseconds, seconds
from replay_gui.core.log.kinds import Kind

UNREADABLE_LINES = "lines that are no JSON objects, kept as text"
REPEATED_MESSAGES = "messages that stand in the file a second time as an event, left out"

_REPEATED = frozenset({"user_message", "agent_message", "agent_reasoning", "agent_reasoning_raw_content"})
_CALLS = {
    "function_call": "arguments",
    "custom_tool_call": "input",
    "local_shell_call": "action",
}
_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_PATCH = "*** Begin Patch"
_ENVIRONMENT = "<environment_context>"


class CodexEvents:
    """Puts one line after the other into a run.

    Attributes:
        run: the RunBuilder; its context is of the line at hand.
    """

    def __init__(self, notes: ImportNotes) -> None:
        self.run = RunBuilder(notes)
        self._stream = CodexStream(self.run, notes)
        self._notes = notes
        self._context: dict[str, Any] | None = None  # the turn_context last seen
        self._escalated: dict[str, Call] = {}  # calls that ask for more than the sandbox allows, without an answer yet

    def begin(self, meta: dict[str, Any]) -> None:
        """The first event of all, out of what the file says of its session."""
        if self.run.count:
            return
        version = meta.get("cli_version")
        taken = {"id", "timestamp", "cli_version", "git"}
        config = {key: value for key, value in meta.items() if key not in taken}
        time = iso_time(meta.get("timestamp"))
        self.run.agent_init(
            "codex",
            version if isinstance(version, str) else "",
            config,
            git=meta.get("git"),
            session=meta.get("id"),
            time=time,
        )

    def line(self, line: dict[str, Any], bare: bool) -> None:
        """One line: an envelope with a payload, an item without one (`bare`), or an event of ``exec --json``."""
        kind, payload = line.get("type"), line.get("payload")
        time = iso_time(line.get("timestamp"))
        if time is not None:
            self.run.context["time"] = time
        if bare:
            self._item(line)
        elif kind is None and "instructions" in line:
            self.begin(line)
        elif kind == "session_meta" and isinstance(payload, dict):
            self._session(payload)
        elif isinstance(payload, dict):
            self.begin({})
            self._enveloped(str(kind), payload)
        else:
            self.begin({"id": line["thread_id"]} if "thread_id" in line else {})
            self._stream.line(str(kind), line)

    def _session(self, payload: dict[str, Any]) -> None:
        if self.run.count:
            self.run.custom("codex/session", payload)  # a session that was taken up again
        self.begin(payload)

    def _enveloped(self, kind: str, payload: dict[str, Any]) -> None:
        match kind:
            case "response_item":
                self._item(payload)
            case "event_msg":
                self._message(payload)
            case "turn_context":
                self._turn(payload)
            case "compacted":
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": payload})
            case _:
                self._unknown(kind, payload)

    def _turn(self, payload: dict[str, Any]) -> None:
        setting = {key: value for key, value in payload.items() if key not in ("turn_id", "current_date")}
        if setting != self._context:
            self._context = setting
            rest = {key: payload[key] for key in ("turn_id", "current_date") if key in payload}
            self.run.add(
                Kind.STATE_TRANSITION, {"transition_type": "turn_context", "data": setting}, fields=rest or None
            )

    def _unknown(self, kind: str, payload: Any) -> None:
        self._notes.count(UNKNOWN_ITEMS, example=kind)
        self.run.custom("codex/other", {"type": kind, "data": payload})

    # ---- response items -------------------------------------------------------------------------
    def _item(self, item: dict[str, Any]) -> None:
        self.begin({})
        kind = str(item.get("type"))
        match kind:
            case "message":
                self._said(item)
            case "reasoning":
                summary = "\n\n".join(_texts(item.get("summary")))
                rest = {
                    key: value for key, value in item.items() if key not in ("type", "summary") and value is not None
                }
                self.run.decision("thinking", None, summary, fields=rest or None)
            case _ if kind in _CALLS:
                self._call(item, _CALLS[kind])
            case _ if kind in _OUTPUTS:
                self._output(item)
            case _:
                self._unknown(kind, {key: value for key, value in item.items() if key != "type"})

    def _said(self, item: dict[str, Any]) -> None:
        role = str(item.get("role"))
        texts = _texts(item.get("content"))
        content: Any = texts[0] if len(texts) == 1 else item.get("content")
        rest = {
            key: value for key, value in item.items() if key not in ("type", "role", "content") and value is not None
        }
        if role == "assistant":
            self.run.decision("message", content, fields=rest or None)
        elif isinstance(content, str) and content.startswith(_ENVIRONMENT):
            self.run.custom("codex/environment", content)
        else:
            self._refuse()
            self.run.observation("message", role, content, fields=rest or None)

    def _call(self, item: dict[str, Any], member: str) -> None:
        name, call_id = item.get("name") or str(item.get("type")).removesuffix("_call"), item.get("call_id")
        given = self._arguments(item.get(member)) if member == "arguments" else item.get(member)
        taken = {"type", "name", "call_id", member}
        rest = {key: value for key, value in item.items() if key not in taken and value is not None}
        call = self.run.request(call_id, str(name), given, tool_call_id=call_id, call=rest or None)
        if name == "update_plan":
            self.run.add(Kind.STATE_TRANSITION, {"transition_type": "plan", "data": given}, parent=call.seq)
        if (
            isinstance(call_id, str)
            and isinstance(given, dict)
            and given.get("sandbox_permissions") == "require_escalated"
        ):
            self._escalated[call_id] = call
        if (patch := _patch_in(given)) is not None:
            self.run.proposal(call_id, "apply_patch", _targets(patch), patch)

    def _arguments(self, given: Any) -> Any:
        try:
            return value_in(given) if isinstance(given, str) else given
        except NotJson:
            self._notes.count(BAD_ARGUMENTS)
            return given

    def _output(self, item: dict[str, Any]) -> None:
        call_id = item.get("call_id")
        self._escalated.pop(str(call_id), None)
        output = decoded(item.get("output"))
        facts = output.get("metadata") if isinstance(output, dict) else None
        meta: dict[str, Any] = {}
        code = None
        if isinstance(output, dict) and isinstance(facts, dict):
            code = facts.get("exit_code")
            meta["duration"] = seconds(facts.get("duration_seconds"))
            output = {**output, "metadata": {key: facts[key] for key in facts if key != "duration_seconds"}}
        failed = (code is not None and code != 0) or (isinstance(output, dict) and output.get("success") is False)
        error = (f"exit code {code}" if code else "failed") if failed else None
        _, call = self.run.response(
            call_id,
            output,
            error=error,
            tool_call_id=call_id,
            **{key: one for key, one in meta.items() if one is not None},
        )
        if call.patch is not None:
            self.run.rejected(call.patch, error, "apply") if error else self.run.applied(call.patch)

    def _refuse(self) -> None:
        """Calls that asked for more than they were allowed, and were never answered: the user said no."""
        for call in self._escalated.values():
            given = call.input if isinstance(call.input, dict) else {}
            reason = str(given.get("justification") or "no answer to a request for more permissions")
            self.run.denied("require_escalated", call.tool_name, reason, parent=call.seq)
        self._escalated.clear()

    # ---- event messages -------------------------------------------------------------------------
    def _message(self, payload: dict[str, Any]) -> None:
        kind = str(payload.get("type"))
        rest = {key: value for key, value in payload.items() if key != "type"}
        match kind:
            case _ if kind in _REPEATED:
                self._notes.count(REPEATED_MESSAGES)
            case "token_count":
                self._tokens(rest)
            case "turn_aborted":
                self._refuse()
                self.run.error("turn_aborted", str(payload.get("reason")), "codex")
            case "error" | "stream_error":
                self.run.error(kind, str(payload.get("message")), "codex")
            case "task_started" | "task_complete":
                duration = milliseconds(payload.get("duration_ms"))
                self.run.custom(f"codex/{kind}", None, fields=rest, duration=duration)
            case _:
                self._unknown(kind, rest)

    def _tokens(self, rest: dict[str, Any]) -> None:
        info = rest.get("info")
        last = info.get("last_token_usage") if isinstance(info, dict) else None
        self.run.custom("codex/tokens", None, tokens=counts(last), usage=rest)


def _texts(content: Any) -> list[str]:
    """The texts of a content list."""
    if isinstance(content, str):
        return [content]
    blocks = content if isinstance(content, list) else []
    return [block["text"] for block in blocks if isinstance(block, dict) and isinstance(block.get("text"), str)]


def _patch_in(given: Any) -> str | None:
    """The patch that a call brings: as its input, or inside the command that applies it."""
    values = given.values() if isinstance(given, dict) else [given]
    for value in values:
        text = " ".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(text, str) and _PATCH in text:
            return text[text.index(_PATCH) :]
    return None


def _targets(patch: str) -> str:
    marks = ("*** Add File: ", "*** Update File: ", "*** Delete File: ")
    found = [line.partition(": ")[2].strip() for line in patch.splitlines() if line.startswith(marks)]
    return ", ".join(found)
