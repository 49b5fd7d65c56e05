"""Cline and Roo Code: a task's messages on the screen (``ui_messages.json``), and Cline's output with ``--json``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import decoded, first_line, is_failure_text
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_TYPES = ("say", "ask", "task_started")
_QUESTIONS = ("followup", "plan_mode_respond", "plan_mode_response", "act_mode_respond")
_CALLS = (
    *("tool", "command", "use_mcp_server", "browser_action_launch", "browser_action"),
    *("use_subagents", "load_mcp_documentation"),
)
_COMPLETIONS = ("completion_result", "plan_completion_result")
_OUTPUTS = ("command_output", "mcp_server_response", "browser_action_result")
_PROGRAMS = (("Kilo Code", '"inferenceProvider"'), ("Roo Code", '"apiProtocol"'))
"""Programs that are built on Cline, each with a member that it alone writes."""
_ERRORS = (
    *("error", "diff_error", "clineignore_error", "rooignore_error", "api_req_failed", "mistake_limit_reached"),
    *("error_retry", "condense_context_error"),
)
_RESULT = re.compile(r"^\[(\w+)[^\n]{0,4000}\] Result:\s*", re.MULTILINE)
_REST = re.compile(
    r"^(?:<environment_details>|# task_progress|# TODO|# Todo|\[\w+[^\n]{0,4000}\] Result:)", re.MULTILINE
)
_FAILED = ("The tool execution failed", "<error", "[ERROR]", "Command failed")
_USES = ("subagent_usage", "deleted_api_reqs", "api_req_finished")  # the last is of older programs
_COUNT_CACHED_PART = ("openai", "litellm", "doubao", "fireworks", "hicap", "lmstudio", "qwen", "xai", "zai")
"""Providers whose tokens sent include what the cache had, as Cline records them."""
_SINCE = {"Roo Code": 1_761_955_200 * 10**9, "Kilo Code": 1_762_905_600 * 10**9}
"""When the programs began to count the cached part of requests of Anthropic's protocol, too: 3.29.5 and 4.119.0."""
_HAS_CHANGES = "HAS_CHANGES"  # the end of an answer for which the screen offers to show the changed files
_REFUSED = "The user denied this operation"
_RAN_PREFIX = "Command executed in terminal"
_EXIT_CODE = re.compile(r"\bExit code: (?!0\b)(-?\d{1,10})")
_NO_SUBAGENT_SUCCEEDED = re.compile(r"Subagent results:\nTotal: \d+\nSucceeded: 0\nFailed: [1-9]")
_MAX_HEAD_CHARACTERS = 4096  # characters before the output in which the exit code is searched


def outcome_of(output: str) -> tuple[str | None, bool]:
    """Return (why a call failed, or None; whether the user denied it), read from the text that the model received."""
    report = decoded(output)
    if isinstance(report, dict) and report.get("status") in ("error", "denied"):
        why = report.get("error") or report.get("message")
        return first_line(why) or "failed", report["status"] == "denied"
    if output.startswith(_RAN_PREFIX):
        code = _EXIT_CODE.search(output[:_MAX_HEAD_CHARACTERS].partition("\nOutput:")[0])
        return f"exit {code[1]}" if code else None, False
    refused = output.startswith(_REFUSED)
    failed = refused or output.startswith(_FAILED) or is_failure_text(output)
    if _NO_SUBAGENT_SUCCEEDED.match(output):
        return "no subagent succeeded", False
    _, inner, words = output.partition("<error>\n") if output.startswith(_FAILED[:2]) else ("", "", "")
    why = first_line(words if inner else output)
    return (why or "failed") if failed else None, refused


class Cline(RecordFormat):
    """The importer. A task is one run."""

    name = "cline"
    title = translatable("Cline task")
    version = 7
    volatile: ClassVar[Mapping[str, str]] = {
        "ts": CLOCK,
        "conversationHistoryIndex": "The number of the message; the order of the messages shows it.",
        **dict.fromkeys(("lastCheckpointHash", "taskId"), ID),
        **{f"text/{name}": USAGE for name in ("tokensIn", "tokensOut", "cacheWrites", "cacheReads", "cost")},
        "text/request": "The request to the model; its messages have their own records, which are compared.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept "say" and "ask" records, each with a member that is named like its type."""
        spoken = [record for record in records if record.get("type") in ("say", "ask")]
        return (
            bool(spoken)
            and all(record.get("type") in _TYPES for record in records)
            and all(isinstance(record.get(record["type"]), str) for record in spoken)
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one task's records."""
        return _ClineEvents(self.name, self.volatile, notes)


class ModelChanges(RecordEvents):
    """A mixin for records that name the current model and mode."""

    _mode: Mapping[str, Any] = {}

    def add_model_change(self, about: Any) -> None:
        """Add a change of the model or the mode."""
        about = about if isinstance(about, dict) else {}
        self.set_model(about.get("modelId") or about.get("id") or self._model)
        mode = {name: value for name, value in about.items() if name not in ("modelId", "id")}
        if mode and mode != self._mode:
            self._mode = mode
            kind = "mode" if "mode" in mode else "provider"
            self.run.add(Kind.STATE_TRANSITION, {"transition_type": kind, "data": mode})


class _ClineEvents(ModelChanges):
    agent = "Cline"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._begun = self._asked = False
        self._open: list[str] = []  # calls without a result so far, oldest first
        self._asked_call: tuple[str, Any] | None = None  # kind and text of a call for which the user was just asked
        self._outputs: list[str] = []  # of the newest call
        self._shown_tools: list[str] = []  # tools whose results were shown; they come again in the model's request
        self._piece: tuple[dict[str, Any], dict[str, Any]] | None = None  # an incomplete record, and its context

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("ts"))

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        requests = [str(record.get("text")) for record in head if record.get("say") == "api_req_started"]
        of = (name for name, member in _PROGRAMS if any(member in request for request in requests))
        self.agent = next(of, self.agent)
        return None

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one record; only the last piece of a streamed record counts."""
        if not self._begun:
            self._begun = True
            self.run.agent_init(self.agent, "", {})
        self.add_model_change(record.get("modelInfo"))
        if self._piece is not None and _is_continued(self._piece[0], record):
            self._piece = None
        self._finish_piece()
        if record.get("partial") is True:
            self._piece = record, dict(self.run.context)
        else:
            self._whole(record)

    def _finish_piece(self) -> None:
        if self._piece is not None:
            (record, context), now = self._piece, self.run.context
            self.run.context, self._piece = context, None
            self._whole(record)
            self.run.context = now

    def add_end(self) -> None:
        self._finish_piece()
        self._finish_outputs()

    def _whole(self, record: dict[str, Any]) -> None:
        kind = str(record.get(str(record.get("type"))) or record.get("type"))
        text = record.get("text")
        extra = self.fields(record, "type", "say", "ask", "text", "modelInfo", partial=False)
        if kind not in _OUTPUTS:
            self._finish_outputs()
        if kind in ("task", "user_feedback") or (kind == "text" and not self._asked and record["type"] == "say"):
            self._asked, self.how = True, None
            self.add_message("user", text, extra)
        elif kind in ("text", *_COMPLETIONS) and text:
            flag = {"has_changes": True} if kind != "text" and str(text).endswith(_HAS_CHANGES) else {}
            self.add_answer(text.removesuffix(_HAS_CHANGES) if flag else text, None, {**extra, **flag})
            self.how = ("answered", None) if kind != "text" else self.how
        elif kind == "reasoning" and isinstance(text, str):
            self.add_answer(None, text, extra)
        elif kind in _QUESTIONS:
            asked = decoded(text)
            question = asked.get("question") or asked.get("response") if isinstance(asked, dict) else asked
            more = self.fields(asked, "question", "response") if isinstance(asked, dict) and question else {}
            self.add_answer(question or text, None, {**extra, **({"asked": more["fields"]} if more else {})})
        elif kind in _CALLS and record["type"] == "say" and (kind, text) == self._asked_call:
            self._asked_call = None
            self.run.bookkeeping(f"{self.format}/shown", {"say": kind, "text": text})
        elif kind in _CALLS:
            self._asked_call = (kind, text) if record["type"] == "ask" else None
            self._call(kind, decoded(text), extra)
        elif kind in _OUTPUTS and self._open:
            self._outputs.append(str(text or ""))
        elif kind == "subtask_result":
            self._subtask_done(str(text or ""), extra)
        elif kind == "condense_context" and isinstance(done := record.get("contextCondense"), dict):
            condensed = {name: done[name] for name in done if name != "cost"}
            more = {"fields": rest} if (rest := self.rest(record, "type", "say", "text", "contextCondense")) else {}
            snapshot = {"snapshot_type": "compaction", "data": condensed, **more}
            self.run.add(Kind.SNAPSHOT, snapshot)
            self.run.bookkeeping(f"{self.format}/condensed", None, cost=done.get("cost"))
        elif kind == "compaction":
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": decoded(text), **extra})
        elif kind == "api_req_started" or kind in _USES:
            self._request("request" if kind == "api_req_started" else kind, decoded(text), extra)
        elif kind in _ERRORS:
            report = decoded(text)
            message = report.get("errorMessage") or report.get("message") if isinstance(report, dict) else report
            self.run.error(kind, str(message or text or kind), self.agent, {**extra, "said": text})
        else:
            if kind.startswith("resume_"):
                self._open.clear()  # an interrupted call gets no result: the next result belongs to a later call
            self.run.unmapped = extra.get("fields", {})
            data = {"type": record.get("type"), "text": text} if text else None
            self.run.bookkeeping(f"{self.format}/{kind}", data)

    # ---- calls and their results ----------------------------------------------------------------
    def _call(self, kind: str, given: Any, extra: dict[str, Any]) -> None:
        call_id, name = f"call {self.run.count}", kind
        if kind == "command":
            name, given = "execute_command", {"command": given}
        elif not given:
            given = {}
        elif isinstance(given, dict):
            name = str(given.get("tool") or given.get("toolName") or kind)
            given = {key: value for key, value in given.items() if key != "tool"}
            if kind == "use_mcp_server" and "arguments" in given:
                members = self.rest(given, "arguments", "toolName", type="use_mcp_tool")
                extra = {**extra, "fields": {**extra.get("fields", {}), **members}} if members else extra
                given = decoded(given["arguments"])
        self._open.append(call_id)
        self.run.request(call_id, name, given, extra=extra)

    def _subtask_done(self, text: str, extra: dict[str, Any]) -> None:
        """Add the result of a task that the agent gave to a subtask."""
        asked = [one for one in self._open if (call := self.run.call(one)) is not None and call.tool_name == "newTask"]
        if asked:
            self._open.remove(asked[-1])
            self._result(asked[-1], text)
        else:
            self.add_message("agent", text, extra)

    def _finish_outputs(self) -> None:
        """Add the outputs of the newest call as its result."""
        if self._outputs:
            call_id = self._open.pop()
            call = self.run.call(call_id)
            self._shown_tools.append(
                "execute_command" if call and call.tool_name == "execute_command" else "use_mcp_tool"
            )
            self._result(call_id, "\n".join(self._outputs))
            self._outputs = []

    def _result(self, call_id: str, output: str) -> None:
        why, refused = outcome_of(output)
        self.add_result(call_id, output, why, {}, refused=refused)

    def _request(self, kind: str, request: Any, extra: dict[str, Any]) -> None:
        """Add a request to the model, or the sum of several: it holds the results of calls, and the cost."""
        about = request if isinstance(request, dict) else {}
        sent = about.get("request")
        if isinstance(sent, str):
            self._results_in(sent)
        counts = {name: value for name, value in about.items() if type(value) is int}
        sent, cached = counts.get("tokensIn", 0), counts.get("cacheReads", 0) + counts.get("cacheWrites", 0)
        is_sum = sent >= cached and self._counts_cached_part(about.get("apiProtocol"))
        tokens = {"input": sent if is_sum else sent + cached}
        tokens |= {"cached": counts.get("cacheReads", 0)}
        tokens |= {"output": counts["tokensOut"]} if "tokensOut" in counts else {}
        cost = about.get("cost")
        use = {
            "tokens": tokens if counts.keys() & {"tokensIn", "tokensOut"} else None,
            "cost": cost if isinstance(cost, int | float) else None,
        }
        used = ("request", "tokensIn", "tokensOut", "cacheReads", "cacheWrites", "cost", "totalCost")
        self.run.unmapped = extra.get("fields", {})
        data = self.rest(about, *used) if isinstance(request, dict) else request
        self.run.bookkeeping(f"{self.format}/{kind}", data, **use)
        wrong, why = about.get("streamingFailedMessage"), about.get("cancelReason")
        if wrong:
            self.run.error("request", str(wrong), self.agent)
            self.how = "crash", first_line(str(wrong))
        elif why == "user_cancelled":
            self.run.interrupted("the user stopped the answer", self.agent)
            self.how = "stopped by user", None

    def _counts_cached_part(self, protocol: Any) -> bool:
        """Whether the tokens that a request sent include what the provider's cache had."""
        if protocol is None:
            return self._mode.get("providerId") in _COUNT_CACHED_PART
        at, since = self.run.context.get("time"), _SINCE.get(self.agent, _SINCE["Roo Code"])
        return protocol != "anthropic" or not isinstance(at, int) or at >= since

    def _results_in(self, sent: str) -> None:
        at = 0
        while self._open and (match := _RESULT.search(sent, at)):
            rest = _REST.search(sent, match.end())
            at = len(sent) if rest is None else rest.start()
            if match[1] in self._shown_tools:
                self._shown_tools.remove(match[1])
                continue
            self._result(self._open.pop(0), sent[match.end() : at].strip())


def _is_continued(piece: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether a record repeats the text of the piece before, and perhaps continues it."""
    same = all(piece.get(name) == record.get(name) for name in ("ts", "type", "say", "ask"))
    return same and str(record.get("text") or "").startswith(str(piece.get("text") or ""))
