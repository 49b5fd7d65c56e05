"""Make events of the lines of a Codex session."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.codex.asides import ASIDE, BOOKKEEPING, STATE_LINES
from replay_gui.core.importers.formats.codex.item_parts import (
    are_plain_texts,
    changed_files,
    is_about,
    other_fields,
    patch_in,
    patch_targets,
    result_of_call,
    texts_of,
    tool_of_call,
)
from replay_gui.core.importers.formats.codex.messages import CodexMessages, RunEnd
from replay_gui.core.importers.formats.codex.outputs import read_output
from replay_gui.core.importers.formats.codex.stream import UNKNOWN_ITEMS, CodexStream, token_counts
from replay_gui.core.importers.formats.codex.survey import CALL_EVENTS, ENDS, CodexSurvey, duration_of
from replay_gui.core.importers.formats.codex.volatile import split_volatile
from replay_gui.core.importers.formats.message_events import BAD_ARGUMENTS, first_line
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time, milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

UNREADABLE_LINES = translatable("lines that are no JSON objects, kept as text")

_REASONING = frozenset({"agent_reasoning", "agent_reasoning_raw_content"})
_ARGUMENTS = {"function_call": "arguments", "custom_tool_call": "input", "tool_search_call": "arguments"}


class CodexEvents:
    """Make events of lines, one after another.

    Attributes:
        run: the RunBuilder; its context is that of the current line.
    """

    def __init__(self, notes: ImportNotes, surveyed: CodexSurvey | None = None) -> None:
        self.run = RunBuilder(notes)
        self._surveyed = CodexSurvey() if surveyed is None else surveyed
        self._stream = CodexStream(self.run, notes)
        self._messages = CodexMessages(self.run, self._surveyed)
        self._notes = notes
        self._number = 0  # of the current line
        self._context: dict[str, Any] | None = None  # the last turn_context
        self._model: str | None = None
        self._total: Any = None  # the last sum of tokens
        self._answered = set[str]()  # calls
        self._counted = set[str]()  # ids of the answers whose tokens were counted
        self._facts_by_call: dict[str, dict[str, Any]] = {}  # by call without a result, its data in events
        self._open: dict[str, str] = {}  # by call of the conversation without a result, the name of its tool
        self._begun: dict[str, tuple[str, Any]] = {}  # by call of an event without an id: (sort of event, command)
        self._end: RunEnd = None

    def begin(self, meta: dict[str, Any]) -> None:
        """Add the first event, with the file's facts about its session."""
        if self.run.count:
            return
        version = meta.get("cli_version")
        config, volatile = split_volatile(meta)
        model = meta.get("model")
        self._model = model if isinstance(model, str) else None
        self._messages.is_subagent = isinstance(meta.get("source"), dict) and "subagent" in meta["source"]
        self.run.agent_init(
            "codex",
            version if isinstance(version, str) else "",
            config,
            session=volatile.get("id"),
            time=iso_time(meta.get("timestamp")),
            **{key: volatile[key] for key in ("git", "cwd", "forked_from_id") if key in volatile},
        )

    def line(self, line: dict[str, Any], number: int, bare: bool) -> None:
        """Add one line: an envelope with a payload, an item without one (`bare`), or an event of ``exec --json``."""
        kind, payload = line.get("type"), line.get("payload")
        self._number = number
        time = iso_time(line.get("timestamp"))
        if time is not None:
            self.run.context["time"] = time
        if self._model is not None:
            self.run.context["model"] = self._model
        if bare:
            self._item(line)
        elif kind is None and "instructions" in line:
            self.begin(line)
        elif kind is None and "record_type" in line:  # the oldest files: the end of a turn
            self.begin({})
            self._bookkeeping("state", line)
        elif self._surveyed.is_inherited(number):
            self.begin({})
            content, _ = split_volatile(payload if isinstance(payload, dict) else line)
            self.run.bookkeeping("codex/inherited", {"type": kind, "payload": content})
        elif kind == "session_meta" and isinstance(payload, dict):
            self._session(payload)
        elif isinstance(payload, dict):
            self.begin({})
            self._enveloped(str(kind), payload)
        else:
            self.begin({"id": line["thread_id"]} if "thread_id" in line else {})
            self._stream.line(str(kind), line)

    def finish(self) -> None:
        """Add the end of the run, if the file states it."""
        end = self._end or self._stream.end
        if end is not None:
            self.run.context = {}
            self.run.end(*end)

    def _session(self, payload: dict[str, Any]) -> None:
        if self.run.count:  # a session that was resumed
            self._bookkeeping("session", payload)
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
            case "token_usage_record":
                self._used(payload)
            case "inter_agent_communication":
                self._messages.add_between_agents(payload)
            case "history_mutation" if payload.get("operation") == "append" and isinstance(payload.get("items"), list):
                for item in payload["items"]:  # of programs that were made from Codex
                    self._item(item if isinstance(item, dict) else {"item": item})
            case _ if kind in STATE_LINES:
                self._bookkeeping(kind, payload)
            case _:
                self._unknown(kind, payload)

    def _turn(self, payload: dict[str, Any]) -> None:
        setting, volatile = split_volatile(payload)
        if isinstance(payload.get("model"), str):
            self._model = payload["model"]
        if setting != self._context:
            self._context = setting
            transition = {"transition_type": "turn_context", "data": setting}
            self.run.add(Kind.STATE_TRANSITION, transition, fields=volatile or None)
        else:
            self.run.bookkeeping("codex/turn_context", setting, fields=volatile or None)

    def _unknown(self, kind: str, payload: dict[str, Any]) -> None:
        self._notes.count(UNKNOWN_ITEMS, example=kind)
        content, volatile = split_volatile(payload)
        self.run.custom("codex/other", {"type": kind, "data": content}, fields=volatile or None)

    def _bookkeeping(self, name: str, payload: dict[str, Any], **meta: Any) -> None:
        content, volatile = split_volatile(payload, "type")
        self.run.bookkeeping(f"codex/{name}", content, fields=volatile or None, **meta)

    # ---- response items -------------------------------------------------------------------------
    def _item(self, item: dict[str, Any]) -> None:
        self.begin({})
        kind = item.get("type")
        match kind:
            case "message":
                self._end = self._messages.add_item(item, self._number, self._end)
            case None if "role" in item:
                self._end = self._messages.add_item(item, self._number, self._end)
            case "reasoning":
                self._reasoning(item)
            case "compaction" | "context_compaction" | "compaction_summary":
                content, volatile = split_volatile(item)
                snapshot = {"snapshot_type": "compaction", "data": content}
                self.run.add(Kind.SNAPSHOT, snapshot, fields=volatile or None)
            case "ghost_snapshot" | "configuration_update" | "additional_tools" | "trae_extra_info":
                self._bookkeeping(str(kind), item)
            case "agent_message":
                self._messages.add_between_agents(item)
            case str() if kind.endswith("_output"):
                self._output(item)
            case str() if kind.endswith("_call"):
                self._call(item, kind)
            case _:
                self._unknown(str(kind), {key: value for key, value in item.items() if key != "type"})

    def _reasoning(self, item: dict[str, Any]) -> None:
        parts = item.get("summary") or item.get("content")
        texts = texts_of(parts)
        used = [name for name in ("summary", "content") if item.get(name) is parts and are_plain_texts(parts)]
        extra, volatile = other_fields(item, "type", *used)
        if texts:
            self.run.decision("thinking", None, "\n\n".join(texts), extra, fields=volatile)
        else:
            self.run.withheld_reasoning(extra, fields=volatile)

    def _call(self, item: dict[str, Any], kind: str) -> None:
        member = _ARGUMENTS.get(kind, "action")
        name = item.get("name") or kind.removesuffix("_call")
        call_id = str(item.get("call_id") or item.get("id") or f"line {self._number}")
        given = self._arguments(item.get(member)) if member == "arguments" else item.get(member)
        extra, volatile = other_fields(item, "type", "name", "call_id", "status", member)
        if item.get("status") not in (None, "completed", "in_progress"):
            extra = {**extra, "status": item["status"]}
        call = self.run.request(call_id, str(name), given, extra=extra, tool_call_id=call_id, fields=volatile)
        self._open[call_id] = str(name)
        if name == "update_plan":
            self.run.add(Kind.STATE_TRANSITION, {"transition_type": "plan", "data": given}, parent=call.seq)
        if (patch := patch_in(given)) is not None:
            self.run.proposal(call_id, "apply_patch", patch_targets(patch), patch)
        if kind == "web_search_call" and item.get("status") in ("completed", "failed"):
            # The provider searches; the file has the call, but not the result.
            error = None if item["status"] == "completed" else "failed"
            self.run.end_call(call_id, item["status"], error=error, error_type=None)
            self._answered.add(call_id)
            self._open.pop(call_id)

    def _arguments(self, given: Any) -> Any:
        try:
            return value_in(given) if isinstance(given, str) else given
        except NotJson:
            self._notes.count(BAD_ARGUMENTS)
            return given

    def _output(self, item: dict[str, Any]) -> None:
        call_id = item.get("call_id")
        call_facts = self._facts_by_call.pop(str(call_id), {})
        facts = self._surveyed.facts.get(str(call_id), {})
        output_name = "tools" if item.get("type") == "tool_search_output" and "output" not in item else "output"
        output = read_output(item.get(output_name), facts)
        rest, volatile = split_volatile(item, "type", output_name, "call_id")
        fields = {**rest, **call_facts}
        extra = {**output.extra, **({"fields": fields} if fields else {})}
        meta = {key: value for key, value in output.meta.items() if value is not None}
        self._respond(call_id, output.output, output.error, output.refused, extra, fields=volatile or None, **meta)

    def _respond(
        self, call_id: object, output: Any, error: str | None, refused: bool, extra: dict[str, Any], **meta: Any
    ) -> None:
        if isinstance(call_id, str):
            self._answered.add(call_id)
            self._open.pop(call_id, None)
        self.run.end_call(
            call_id, output, error=error, refused=refused, error_type=None, extra=extra, tool_call_id=call_id, **meta
        )

    # ---- event messages -------------------------------------------------------------------------
    def _message(self, payload: dict[str, Any]) -> None:
        kind = str(payload.get("type"))
        match kind:
            case "user_message" | "agent_message":
                self._add_message_event(kind, payload)
            case _ if kind in _REASONING:
                self._bookkeeping(kind, payload)
            case "token_count":
                self._tokens(payload)
            case "turn_aborted":
                self._end = ("stopped by user", str(payload.get("reason")))
                extra, volatile = other_fields(payload, "type", "reason")
                self.run.interrupted(str(payload.get("reason") or "interrupted"), "codex", extra, fields=volatile)
            case "error" | "stream_error":
                self._end = ("crash", first_line(str(payload.get("message")))) if kind == "error" else self._end
                extra, volatile = other_fields(payload, "type", "message")
                self.run.error(kind, str(payload.get("message")), "codex", extra, fields=volatile)
            case "thread_rolled_back":  # the user took turns back
                content, volatile = split_volatile(payload, "type")
                rollback = {"transition_type": "rollback", "data": content}
                self.run.add(Kind.STATE_TRANSITION, rollback, fields=volatile or None)
            case _ if kind in CALL_EVENTS and payload.get("source") == "user_shell":  # the conversation also has it
                self._bookkeeping(kind, payload)
            case _ if kind in CALL_EVENTS:
                self._call_event(kind, payload)
            case _ if kind in BOOKKEEPING or kind.startswith(ASIDE) or kind.endswith(("_delta", "_approval_request")):
                if kind in ("task_complete", "turn_complete"):
                    self._turn_ended(payload.get("error"), payload.get("last_agent_message"))
                elif kind in ("task_started", "turn_started"):
                    self._end = None
                self._bookkeeping(kind, payload, duration=milliseconds(payload.get("duration_ms")))
            case _:
                self._unknown(kind, {key: value for key, value in payload.items() if key != "type"})

    def _turn_ended(self, error: Any, answer: Any) -> None:
        """Note how a turn ended: with an answer, or with an error, which may have its own record before."""
        message = error.get("message") if isinstance(error, dict) else None
        if message and self._end != ("crash", first_line(str(message))):
            self._end = ("crash", first_line(str(message)))
            self.run.error(str(error.get("codex_error_info") or "error"), str(message), "codex")
        elif answer is not None or self._end is None or self._end[0] != "crash":
            self._end = ("answered", None)
            self._messages.add_last_answer(answer)

    def _add_message_event(self, kind: str, payload: dict[str, Any]) -> None:
        """Add a message event; most of them are in the conversation too."""
        if not self._messages.add_event(kind, payload):
            self._bookkeeping(kind, payload)

    def _call_event(self, kind: str, payload: dict[str, Any]) -> None:
        """Add an event about a call. If the conversation has the call, its data go into the call's response."""
        call_id = payload.get("call_id")
        call_id = call_id if isinstance(call_id, str) else self._id_of_event(kind, payload)
        content, _ = split_volatile(payload, "type", "call_id")
        if call_id in self._surveyed.calls:
            if call_id in self._answered or kind not in ENDS:
                self._bookkeeping(kind, payload)
            elif call_id in self._surveyed.outputs:
                self._facts_by_call[call_id] = {kind: content}
            else:
                self._respond_from_event(call_id, payload, {kind: content})
            return
        if self.run.call(call_id) is None:
            tool, given = tool_of_call(kind, content)
            self.run.request(call_id, tool, given, tool_call_id=payload.get("call_id"), extra={"fields": content})
            if tool == "apply_patch" and (files := changed_files(payload)):
                self.run.proposal(call_id, tool, files, given)
        if kind in ENDS:
            self._respond_from_event(call_id, payload, content)

    def _id_of_event(self, kind: str, payload: dict[str, Any]) -> str:
        """Return the id of the call that an event without an id is about: an open call, or a new one."""
        sort, command = kind.removesuffix("_end").removesuffix("_begin"), payload.get("command")
        begun = {call_id: given for call_id, (begun_sort, given) in self._begun.items() if begun_sort == sort}
        if kind in ENDS and begun:
            fitting = [call_id for call_id, given in begun.items() if given == command or len(begun) == 1]
        else:
            fitting = [call_id for call_id, tool in self._open.items() if is_about(sort, tool)]
            fitting = fitting if len(fitting) == 1 else []  # of several, nobody can say which
        call_id = fitting[0] if fitting else f"line {self._number}"
        if kind in ENDS:
            self._begun.pop(call_id, None)
        elif not fitting:
            self._begun[call_id] = (sort, command)
        return call_id

    def _respond_from_event(self, call_id: str, payload: dict[str, Any], fields: dict[str, Any]) -> None:
        """Add the result of a call that only an event at its end records."""
        stated: dict[str, Any] = {name: payload.get(name) for name in ("exit_code", "success")}
        output = read_output(result_of_call(payload), self._surveyed.facts.get(call_id, stated))
        meta = {"duration": duration_of(payload.get("duration"))} if "duration" in payload else {}
        meta = {key: value for key, value in meta.items() if value is not None}
        self._respond(call_id, output.output, output.error, output.refused, {**output.extra, "fields": fields}, **meta)

    def _tokens(self, payload: dict[str, Any]) -> None:
        info = payload.get("info")
        last = info.get("last_token_usage") if isinstance(info, dict) else None
        total = info.get("total_token_usage") if isinstance(info, dict) else None
        repeated = total is not None and total == self._total
        self._total = total if total is not None else self._total
        content, volatile = split_volatile(payload, "type")
        tokens = (
            None if repeated or self._surveyed.has_usage_records else token_counts(last if last is not None else total)
        )
        self.run.bookkeeping("codex/tokens", content or None, tokens=tokens, usage=volatile)

    def _used(self, payload: dict[str, Any]) -> None:
        """Add the tokens of one answer of the model (newer files), once for each id."""
        answer = payload.get("response_id")
        repeated = isinstance(answer, str) and answer in self._counted
        self._counted.add(str(answer))
        content, volatile = split_volatile(payload, "type", "usage", "turn_token_usage", "thread_token_usage")
        usage = payload.get("usage")
        facts = {**volatile, "usage": usage}
        self.run.bookkeeping(
            "codex/tokens", content or None, tokens=None if repeated else token_counts(usage), usage=facts
        )
