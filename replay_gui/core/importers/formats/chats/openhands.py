"""OpenHands: the events of its agent SDK (``kind``), and the older event stream (``action`` / ``observation``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.foreign_file import ForeignFile, read_side_json
from replay_gui.core.importers.formats.chats.openhands_values import reasoning_of, run_tokens, shell_words
from replay_gui.core.importers.formats.chats.record_folder import first_record_in, numbered_files, records_beside
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    RECORDER,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_fields,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End, end_after_error
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.log.kinds import Kind
from replay_gui.core.path_kinds import is_file
from replay_gui.core.translation.messages import tr, translatable

_KINDS = ("SystemPromptEvent", "MessageEvent", "ActionEvent", "ObservationEvent", "AgentErrorEvent")
_MESSAGES = ("message", "system")
_ERROR = "ERROR:"  # how the answer of a failed edit begins
_EXPORT = "trajectory"
_ANSWER_TOKENS = {
    "input": "prompt_tokens",
    "cached": "prompt_tokens_details/cached_tokens",
    "output": "completion_tokens",
}
_ENDED: dict[str, End] = {
    "finished": "answered",
    "error": "crash",
    "stuck": "crash",
    "stopped": "stopped by user",
    "paused": "stopped by user",
}


class OpenHands(RecordFormat):
    """The importer. A conversation is one run: a file of JSON Lines, an array, or an object with ``history``.

    An evaluation writes one such object per line (``output.jsonl``), with the result. A stored conversation is a
    folder with one file per event; its state is in a file beside them.
    """

    name = "openhands"
    title = translatable("OpenHands conversation")
    version = 9
    member = "history"
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "parent_id": ID,
        "action_id": ID,
        "forgotten_event_ids": ID,
        "tool_call_id": ID,
        "llm_response_id": ID,
        "responses_item_id": ID,
        "responses_reasoning_item": "Encrypted reasoning; it is encrypted differently in every run.",
        "thinking_blocks": "Reasoning with its signature; the text itself is compared.",
        "timestamp": CLOCK,
        "cause": ID,
        "tool_call_metadata": "A copy of the request, which is compared.",
        "llm_metrics": USAGE,
        "metadata": "Host, folder and user of the shell; the exit code is compared.",
        "full_output_save_dir": HOST,
        "pid": HOST,
        "cache_prompt": RECORDER,
        "metrics": USAGE,
        "eval_output_dir": HOST,
        "start_time": CLOCK,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept the events, alone or in an object: ``history`` of an evaluation, ``trajectory`` of an export."""
        if _is_state(file):
            return True
        return self._is_export(file) or self._is_stored(file) or super().recognises(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the files of a stored conversation."""
        return [*records_beside(file.path), *_states(file.path)] if self._is_stored(file) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the conversation, or each conversation of an evaluation."""
        if _is_state(file) and (first := first_record_in(file.path.parent)) is not None:
            raise FormatUnknown(
                tr("{path}: the state of the conversation that {name} opens", path=file.path, name=first.name)
            )
        if self._is_stored(file):
            yield self._stored(file)
            return
        if not self._is_export(file):
            yield from super().runs(file)
            return
        export = {name: value for name, value in file.document.items() if name != _EXPORT}
        yield self._run(file.stem, {**export, self.member: file.document[_EXPORT]}, ImportNotes(file.notes))

    def _is_stored(self, file: ForeignFile) -> bool:
        return isinstance(file.document, dict) and self.is_format([file.document]) and bool(records_beside(file.path))

    def _stored(self, file: ForeignFile) -> ImportedRun:
        records = list(numbered_files(file))
        events = _OpenHandsEvents(self.name, self.volatile, ImportNotes(file.notes))
        for state in _states(file.path):
            if isinstance(state_value := read_side_json(state), dict):
                records.append(
                    (len(records) + 1, {"kind": "ConversationStateUpdateEvent", **_FULL, "value": state_value})
                )
        folder = file.path.parent
        name = folder.parent.name if folder.name == "events" else folder.name
        return events.imported_run(name or file.stem, records, events.time_of(file.document))

    def _is_export(self, file: ForeignFile) -> bool:
        events = file.document.get(_EXPORT) if isinstance(file.document, dict) else None
        return isinstance(events, list) and self.is_format([event for event in events[:5] if isinstance(event, dict)])

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records of an OpenHands kind, or with `source`, `id` and an action or observation, near the start."""
        return any(
            record.get("kind") in _KINDS
            or ("source" in record and "id" in record and ("action" in record or "observation" in record))
            for record in records[:5]
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one conversation's records."""
        return _OpenHandsEvents(self.name, self.volatile, notes)


def _is_state(file: ForeignFile) -> bool:
    """Return whether a file has the state of a stored conversation, whose events are in the folder next to it."""
    return file.path.name == _STATE and first_record_in(file.path.parent) is not None


_STATE = "base_state.json"
_FULL = {"key": "full_state"}


def _states(path: Path) -> list[Path]:
    """Return [the state file] of the stored conversation that has `path` as one event; [] if there is none."""
    state = path.parent.parent / _STATE
    return [state] if is_file(state) and belongs_to(state, path, path.parent.parent) else []


class _OpenHandsEvents(RecordEvents):
    agent = "OpenHands"
    taken = ("metadata", "test_result", "error")
    _begun = False
    _how: tuple[End, str | None] | None = None

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._answers = set[str]()  # ids of answers whose tokens were added
        self._metrics: dict[str, dict[str, Any]] = {}  # by model: tokens and cost so far

    def run_id(self, _head: list[dict[str, Any]]) -> str | None:
        task = self.whole.get("instance_id")
        return task if isinstance(task, str) else None

    def add_record(self, record: dict[str, Any]) -> None:
        if not self._begun:
            self._begun = True
            tools = record.get("tools") if record.get("kind") == "SystemPromptEvent" else None
            settings = self.whole.get("metadata")
            config = self.rest(settings) if isinstance(settings, dict) else {}
            self.run.agent_init(self.agent, "", config | ({"tools": tools} if tools else {}))
        kind = record.get("kind")
        match kind:
            case "SystemPromptEvent":
                extra = self.fields(record, "kind", "system_prompt", "tools", source="agent")
                self.add_message("system", content_of(record.get("system_prompt")) or None, extra)
            case "MessageEvent":
                self._message(record)
            case "ActionEvent":
                self._action(record)
            case "ConversationErrorEvent":
                text = str(record.get("detail") or record.get("code") or "failed")
                self.run.error(str(record.get("code") or "error"), text, "agent")
                self._how = end_after_error(text), first_line(text)
            case "PauseEvent":
                self.run.interrupted("the user paused the run", "agent", self.fields(record, "kind", source="user"))
                self._how = "stopped by user", None
            case "ObservationEvent" | "UserRejectObservation" | "AgentErrorEvent":
                self._observation(record)
            case "SystemPromptUpdateEvent":
                extra = self.fields(record, "kind", "system_prompt", source="agent")
                self.add_message("system", content_of(record.get("system_prompt")) or None, extra)
            case "Condensation":
                facts = self.rest(record, "kind", source="environment")
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": facts})
            case "ConversationStateUpdateEvent":
                self._state(record)
            case "CondensationRequest" | "HookExecutionEvent":
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "kind"))
            case None if isinstance(record.get("action"), str):
                self._old_action(record, record["action"])
            case None if isinstance(record.get("observation"), str):
                self._old_observation(record)
            case _:
                self.add_unknown(kind, record, "kind")

    # ---- the agent SDK --------------------------------------------------------------------------
    def _state(self, record: dict[str, Any]) -> None:
        """Read a change of the conversation's state: of one member (`key`), or of the whole state."""
        key, value = record.get("key"), record.get("value")
        state = value.get("execution_status") if key == "full_state" and isinstance(value, dict) else value
        if key in ("execution_status", "full_state") and isinstance(state, str):
            ended = _ENDED.get(state)
            if ended is None or self._how is None or self._how[0] != ended:  # else the record before has the reason
                self._how = None if ended is None else (ended, None)
        self._keep_stats(value if key == "stats" else value.get("stats") if isinstance(value, dict) else None)
        counted = key in ("full_state", "stats") or str(key).endswith("_id")
        self.run.bookkeeping(f"{self.format}/state", {"key": key, **({} if counted else {"value": value})})

    def _keep_stats(self, stats: Any) -> None:
        """Keep the tokens and cost of each model so far, from the conversation's state."""
        used = stats.get("usage_to_metrics") if isinstance(stats, dict) else None
        for name, one in used.items() if isinstance(used, dict) else ():
            if isinstance(one, dict):
                self._metrics[str(name)] = one

    def _message(self, record: dict[str, Any]) -> None:
        message = record.get("llm_message")
        message = message if isinstance(message, dict) else {}
        by_agent = record.get("source") == "agent"
        extra = self.fields(record, "kind", "source", "llm_message")
        rest = self.fields(message, "content", role="assistant" if by_agent else record.get("source"))
        extra |= {"message": rest} if rest else {}
        self._how = ("answered", None) if by_agent else None  # an answer without a call ends the turn
        if by_agent:
            self.add_answer(content_of(message.get("content")) or None, None, extra)
        else:
            self.add_message(str(record.get("source") or "user"), content_of(message.get("content")) or None, extra)

    def _action(self, record: dict[str, Any]) -> None:
        action, call = record.get("action"), record.get("tool_call")
        call = call if isinstance(call, dict) else {}
        name = str(record.get("tool_name") or call.get("name") or "tool")
        thought, reasoning = content_of(record.get("thought")) or None, reasoning_of(record)
        if thought or reasoning:
            self.run.context["parent"] = self.add_answer(thought, reasoning)
        given = decoded(call.get("arguments")) if isinstance(call.get("arguments"), str) else action
        summary = given.get("summary") if isinstance(given, dict) else None
        used = ("kind", "tool_call", "tool_name", "thought", "reasoning_content", *(() if call else ("action",)))
        extra = self.fields(record, *used, source="agent", summary=summary)
        more = self.fields(call, "arguments", "name" if call.get("name") == name else "", origin="completion")
        extra |= {"call": more} if more else {}
        self.run.request(record.get("tool_call_id"), name, given, extra=extra, tool_call_id=record.get("tool_call_id"))
        self.run.context.pop("parent", None)
        self._how = ("answered", None) if name == "finish" else None

    def _observation(self, record: dict[str, Any]) -> None:
        observation = record.get("observation")
        observation = observation if isinstance(observation, dict) else {}
        output = shell_words(observation)
        call = self.run.call(record.get("tool_call_id"))
        name = call.tool_name if call is not None else None
        refused = record.get("kind") == "UserRejectObservation"
        error = None
        if record.get("kind") == "AgentErrorEvent":
            output = record.get("error")
            error = first_line(output) or "failed"
        elif refused:
            output = record.get("rejection_reason")
            error = first_line(output) or "refused by the user"
        elif (code := observation.get("exit_code")) not in (None, 0, -1):  # -1: it still runs
            error = f"exit {code}"
        elif observation.get("is_error") or observation.get("timeout"):
            error = "timed out" if observation.get("timeout") else first_line(output) or "failed"
        extra = self.fields(observation, "content", exit_code=-1)
        about = self.fields(
            record, "observation", "error", kind="ObservationEvent", source="environment", tool_name=name
        )
        extra |= {"event": about} if about else {}
        self.add_result(record.get("tool_call_id"), output, error, extra, refused=refused)

    # ---- the older event stream -----------------------------------------------------------------
    def _old_action(self, record: dict[str, Any], action: str) -> None:
        given = record.get("args")
        given = dict(given) if isinstance(given, dict) else {}
        self._set_use_of_answer(record)
        if action == "recall":
            self.run.bookkeeping(f"{self.format}/recall", self.rest(record, "action", source="user"))
            return
        if action in ("change_agent_state", "condensation_request"):
            self.run.bookkeeping(f"{self.format}/{action}", self.rest(record, "action"))
            return
        if action == "condensation":
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": self.rest(given)})
            return
        thought = given.pop("thought", None) if action != "think" else None
        if action in _MESSAGES:
            text = given.pop("content", record.get("message"))
            is_system = action == "system"
            used = ("args", *(() if is_system else ("source",)))
            rest = self.fields(record, *used, message=text, action="message", source="agent" if is_system else None)
            members = rest.get("fields", {}) | self.rest(given)
            extra = as_fields(members)
            if record.get("source") == "agent" and not is_system:
                self.add_answer(content_of(text) or None, None, extra)
            else:
                self.add_message("system" if is_system else str(record.get("source")), content_of(text) or None, extra)
            return
        if action in ("finish", "reject") or record.get("source") == "user":
            last = given.pop("final_thought", None)
            text = last or thought or record.get("message")
            given |= {"thought": thought} if last and thought else {}
            extra = self.fields(record, "args", source="agent", message=text) | {"arguments": self.fields(given)}
            self.add_answer(text, None, extra)
            self._how = ("answered", None) if action == "finish" else ("handed over", None)
            return
        if thought:
            self.run.context["parent"] = self.add_answer(thought)
        details = record.get("tool_call_metadata")
        call_id = details.get("tool_call_id") if isinstance(details, dict) else None
        extra = self.fields(record, "action", "args", source="agent")
        self.run.request(f"event {record.get('id')}", action, given, extra=extra, tool_call_id=call_id)
        self.run.context.pop("parent", None)

    def _set_use_of_answer(self, record: dict[str, Any]) -> None:
        """Set the model of an answer and keep its tokens and cost; each call of an answer repeats them."""
        details, used = record.get("tool_call_metadata"), record.get("llm_metrics")
        if isinstance(used, dict):
            counts = used.get("accumulated_token_usage")
            self._metrics[str(counts.get("model") if isinstance(counts, dict) else "")] = used
        answer = details.get("model_response") if isinstance(details, dict) else None
        if not isinstance(answer, dict):
            self.set_model(self._model)
            return
        self.set_model(answer.get("model"))
        usage = answer.get("usage")
        if isinstance(usage, dict) and str(answer.get("id")) not in self._answers and "metrics" not in self.whole:
            self._answers.add(str(answer.get("id")))
            self.run.once = {"tokens": counted_tokens(usage, _ANSWER_TOKENS)}

    def _old_observation(self, record: dict[str, Any]) -> None:
        details = record.get("extras")
        details = details if isinstance(details, dict) else {}
        nested = details.get("metadata")
        code = details.get("exit_code", nested.get("exit_code") if isinstance(nested, dict) else None)
        output, kind = record.get("content"), record["observation"]
        failed = record.get("success") is False or kind == "error" or code not in (None, 0, -1)
        failed = failed or (kind in ("edit", "read") and isinstance(output, str) and output.startswith(_ERROR))
        text = output.removeprefix(_ERROR).lstrip() if isinstance(output, str) else output
        error = (f"exit {code}" if code not in (None, 0, -1) else first_line(text) or "failed") if failed else None
        extra = self.fields(record, "content", "extras", source="agent")
        extra |= {"details": rest} if (rest := self.fields(details)) else {}
        cause = f"event {record.get('cause')}"
        if isinstance(state := details.get("agent_state"), str) and state in _ENDED:
            self._how = _ENDED[state], first_line(details.get("reason") or output) or None
        if self.run.call(cause) is None and kind in ("agent_state_changed", "null", "recall"):
            self.run.bookkeeping(f"{self.format}/{kind}", {"content": output, **extra})
            return
        self.add_result(cause, output, error, extra)

    def add_end(self) -> None:
        """Add how the run ended, and the result of an evaluation."""
        wrong, tested, used = (self.whole.get(name) for name in ("error", "test_result", "metrics"))
        if isinstance(used, dict):
            self.run.bookkeeping(f"{self.format}/use", {}, cost=used.get("accumulated_cost"), tokens=run_tokens(used))
        elif self._metrics:  # the totals of each model
            for one in self._metrics.values():
                tokens = None if self._answers else run_tokens(one)
                self.run.bookkeeping(f"{self.format}/use", {}, cost=one.get("accumulated_cost"), tokens=tokens)
        tested = tested if isinstance(tested, dict) else {}
        if patch := tested.get("git_patch"):
            self.run.proposal(None, "diff", "submission", patch)
        if wrong:
            self.run.error("error", str(wrong), "agent")
            self._how = end_after_error(str(wrong)), first_line(str(wrong))
        if self._how is not None:
            self.run.end(*self._how)
        report = tested.get("report")
        resolved = report.get("resolved") if isinstance(report, dict) else None
        parts = self.fields(tested, "git_patch", "report").get("fields"), report if isinstance(report, dict) else None
        result = {**(parts[0] or {}), **(parts[1] or {})}
        if result or patch:
            passed = resolved if isinstance(resolved, bool) else None
            self.run.outcome(passed=passed, score=None, by="SWE-bench evaluation", parts=result or None)
