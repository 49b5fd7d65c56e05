"""CrewAI: the events of a crew's bus, one per line (``crew_kickoff_started`` …) or in a checkpoint; its task log."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.crewai_checkpoint import about_checkpoint, recorded_events
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    RECORDER,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_fields,
    as_map,
    check_size,
    first_records,
    numbered_records,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import OUTPUT_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

REPEATED = translatable("events that stand in the file twice, one after the other and equal to the clock: read once")

_TYPES = ("crew_kickoff_", "task_", "agent_", "llm_call_", "tool_usage_", "flow_", "method_execution_")
_TASK_LOG = {"task", "task_name", "agent", "status", "timestamp"}
_TOKENS = {
    "input": ("prompt_tokens", "input_tokens", "prompt_token_count", "inputTokens"),
    "cached": ("cached_prompt_tokens",),
    "output": ("completion_tokens", "output_tokens", "candidates_token_count", "outputTokens"),
    "reasoning": ("reasoning_tokens",),
}
_BESIDE_INPUT = ("cached_prompt_tokens", "cache_creation_tokens")  # Anthropic does not count them in "input_tokens"
_CALLS = ("function", "toolUse", "function_call", "functionCall")  # members of a call, by provider
_BEGINS = ("crew_kickoff_started", "flow_started")
_ENDS = ("crew_kickoff_completed", "crew_kickoff_failed", "flow_finished", "flow_failed")
_WORDS = (  # events with an answer that, as a rule, a model's event has, too
    *("agent_execution_completed", "lite_agent_execution_completed", "task_completed", "crew_kickoff_completed"),
)
# `output_log_file="crew.txt"`: one such entry for each task that begins or ends; a text in it may have line ends
_ENTRY = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d): (?=task_name=\")", re.MULTILINE)
_MAX_ANSWERS = 20  # of models, in which the words of an agent are looked for
_MEMBER = "events"  # in the answer of Cloudera's Agent Studio
_DUMP = "A printed object of the program, with its address."


class CrewAi(RecordFormat):
    """The importer. A kick-off is one run; a file of events may have several, one after the other."""

    name = "crewai"
    version = 10
    title = translatable("CrewAI events")
    volatile: ClassVar[Mapping[str, str]] = {
        "timestamp": CLOCK,
        "started_at": CLOCK,
        "finished_at": CLOCK,
        "source_fingerprint": ID,
        "fingerprint_metadata": ID,
        "agent_id": ID,
        "agent_key": ID,
        "task_id": ID,
        "call_id": ID,
        "event_id": ID,
        "parent_event_id": ID,
        "previous_event_id": ID,
        "triggered_by_event_id": ID,
        "started_event_id": ID,
        "response_id": ID,
        "emission_sequence": ID,
        "total_tokens": USAGE,
        "usage": USAGE,
        "cache_breakpoint": "Where the provider's cache ends; it says nothing about the run.",
        "callbacks": USAGE,
        "agent": _DUMP,
        "crew": _DUMP,
        "from_agent": _DUMP,
        "from_task": _DUMP,
        "tools": _DUMP,
        "tool_class": _DUMP,
        "available_functions": _DUMP,
        **dict.fromkeys(("cwd", "location"), HOST),
        "id": ID,
        "agent_studio_id": ID,
        "duration_seconds": CLOCK,
        **dict.fromkeys(("start_time", "end_time"), CLOCK),
        **dict.fromkeys(("parent_id", "checkpoint_id", "checkpoint_kickoff_event_id", "fingerprint"), ID),
        "edges": "Which events belong together, by their ids; the events have these ids, too.",
        "duration_ms": CLOCK,
        "crewai_version": RECORDER,
        "security_config": "A mark of the recorder that contains the time.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept events, also of a checkpoint, and the log of tasks as JSON or as text."""
        is_log = _ENTRY.match(_text(file.head)) is not None
        if recorded := recorded_events(file.document):
            return self.is_format(recorded)
        return is_log or super().recognises(file) or self.is_format(first_records(file, _MEMBER))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield every kick-off as a run."""
        notes = ImportNotes(file.notes)
        if _ENTRY.match(_text(file.head)):
            check_size(file)
            entries = _entries(_text(file.source.read_at(0, file.source.size)))
            yield self.events(notes).imported_run(file.stem, enumerate(entries, 1))
            return
        recorded = recorded_events(file.document)
        listed = enumerate(recorded, 1) if recorded else numbered_records(file, notes, _MEMBER)
        runs = _kick_offs(_once(listed, notes))
        begun = [*islice(runs, 2)]
        for number, records in enumerate(chain(begun, runs), 1):
            events = self.events(ImportNotes(notes))
            name = f"{file.stem} {number}" if len(begun) > 1 else file.stem
            events.whole = about_checkpoint(file.document, _WITHIN) if recorded else {}
            yield events.imported_run(name, records, events.time_of(_first(records)))

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records of CrewAI's types with an agent's role or a crew, a kick-off, or entries of its task log."""
        if records and all(record.keys() >= _TASK_LOG for record in records):
            return True
        return any(
            str(record.get("type")).startswith(_TYPES) and ("agent_role" in record or "crew_name" in record)
            for record in records[:5]
        ) or any(record.get("type") == _BEGINS[0] and "timestamp" in record for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one kick-off's records."""
        return _CrewAiEvents(self.name, self.volatile, notes)


_WITHIN = {name for name, reason in CrewAi.volatile.items() if reason not in (_DUMP, HOST)}
"""Volatile members at any depth of a checkpoint; its crews have agents and tools as members of the same name."""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _entries(text: str) -> Iterator[dict[str, Any] | str]:
    """Yield the entries of the log of tasks, as its JSON has them; one that is not understood as its text."""
    begins = [*_ENTRY.finditer(text)]
    for entry, after in zip(begins, [*begins[1:], None], strict=True):
        whole = text[entry.end() : after.start() if after else len(text)].rstrip()
        task_name, _, rest = whole.removeprefix('task_name="').partition('", task="')
        task, _, rest = rest.partition('", agent="')
        agent, _, rest = rest.partition('", status="')
        status, closed, rest = rest.partition('"')
        entry_members = {"timestamp": entry[1], "task_name": task_name, "task": task, "agent": agent, "status": status}
        if rest.startswith(', output="') and rest.endswith('"'):
            yield {**entry_members, "output": rest[len(', output="') : -1]}
        else:
            yield entry_members if closed and not rest else whole


def _kick_offs(records: Iterable[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    """Yield the records by kick-off; a crew within a crew, or within a flow, is part of it."""
    run, depth, has_begun = list[tuple[int, Any]](), 0, False
    for number, record in records:
        kind = record.get("type") if isinstance(record, dict) else None
        if kind in _BEGINS:
            if not depth and has_begun:
                yield run
                run = []
            depth, has_begun = depth + 1, True
        elif kind in _ENDS:
            depth = max(0, depth - 1)
        run.append((number, record))
    yield run


def _once(records: Iterable[tuple[int, Any]], notes: ImportNotes) -> Iterator[tuple[int, Any]]:
    """Yield the records without those that repeat the one before them: some versions emit a tool's event twice."""
    before: Any = None
    for number, record in records:
        if record == before and isinstance(record, dict) and "timestamp" in record:
            notes.count(REPEATED)
        else:
            yield number, record
        before = record


def _first(records: list[tuple[int, Any]]) -> dict[str, Any]:
    return next((record for _, record in records if isinstance(record, dict)), {})


class _CrewAiEvents(RecordEvents):
    agent = "CrewAI"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._named: str | None = None  # the last task
        self._known_messages: set[str] = set()  # messages that are already in the run, as JSON
        self._waiting: dict[str, list[str]] = {}  # calls without a result, by tool
        self._started: dict[str, str] = {}  # by the id of the event that began it, a call
        self._answers: deque[str] = deque(maxlen=_MAX_ANSWERS)  # of models, without white space, newest last
        self._said: Any = None  # the last answer that is of no model's event
        self._sums: dict[str, Any] = {}  # what the model of each agent has used so far, in its printed object

    def add_record(self, record: dict[str, Any]) -> None:
        kind = str(record.get("type"))
        if not self.run.count:
            name = record.get("crew_name")
            self.run.agent_init(self.agent, "", {"crew": name} if name else {})
        self.set_model(record.get("model"))
        self._take_sum(record)
        if "type" not in record and record.keys() >= _TASK_LOG:
            self._logged(record)
            return
        match kind:
            case "llm_call_started":
                self._add_model_call(record)
                if rest := self._rest(record, "messages"):
                    self.run.bookkeeping(f"{self.format}/{kind}", rest["fields"])
            case "llm_call_completed":
                self._add_model_call(record)
                self._answer(record)
            case "tool_usage_started":
                call_id = f"call {self.run.count}"
                name = str(record.get("tool_name"))
                self._waiting.setdefault(name, []).append(call_id)
                self._started[str(record.get("event_id"))] = call_id
                given = decoded(record.get("tool_args"))
                self.run.request(call_id, name, given, extra=self._rest(record, "tool_name", "tool_args"))
            case "tool_usage_finished" | "tool_usage_error" | "tool_execution_error" | "tool_validate_input_error":
                self._answered_tool(record, failed=kind != "tool_usage_finished")
            case "task_started":
                self._task(record)
            case _ if kind in _WORDS or kind == "flow_finished":
                if kind in _ENDS:
                    self.how = "answered", None
                said = self._add_words(record) if kind in _WORDS else ()
                used = self._sum_of_crew(record) if kind == "crew_kickoff_completed" else {}
                self.run.bookkeeping(f"{self.format}/{kind}", self._rest(record, *said).get("fields", {}), **used)
            case _ if kind.endswith(("_failed", "_error")):
                if kind.startswith(("crew_kickoff_", "flow_")):
                    self.how = "crash", first_line(str(record.get("error"))) or None
                self.run.error(
                    kind,
                    str(record.get("error")),
                    str(record.get("agent_role") or self.agent),
                    self._rest(record, "error"),
                )
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", self._rest(record, "messages").get("fields", {}))

    def _rest(self, record: dict[str, Any], *used: str) -> dict[str, Any]:
        """Return the members that are not read; most events repeat the name of their task."""
        named, self._named = self._named, record.get("task_name") or self._named
        read = [name for name in used if name != "messages" or isinstance(record.get(name), list)]
        return self.fields(record, "type", "model", *read, task_name=named)

    def _task(self, record: dict[str, Any]) -> None:
        task = record.get("task")
        task = task if isinstance(task, dict) else record
        used = ("description", "expected_output", "name")
        asked = {key: task[key] for key in used if task.get(key)}
        about = {**record, "task": self.rest(task, *used) if task is not record else None}
        self.add_message("task", asked or record.get("task_name"), self._rest(about, *used))

    def _answer(self, record: dict[str, Any]) -> None:
        """Add an answer of a model; the calls in it have their own events."""
        self.run.once = _use(record.get("usage"))
        response, extra = record.get("response"), self._rest(record, "response", "messages")
        self._answers.append(_bare(response))
        calls = response if isinstance(response, list) else []
        if not calls or not all(isinstance(call, dict) and any(name in call for name in _CALLS) for call in calls):
            self.add_answer(response, None, extra)
            return
        asked = [self.rest(call, "index", type="function") for call in calls]
        fields = {**extra.get("fields", {}), "tool_calls": asked}
        self.run.add(Kind.DECISION, {"decision_type": "tool calls", "data": None, "reasoning": None, "fields": fields})

    def _add_words(self, record: dict[str, Any]) -> tuple[str, ...]:
        """Add what an agent or a crew said, if no event of a model has it; return the members that are read."""
        output = record.get("output")
        words = output.get("raw") if isinstance(output, dict) else output
        if not isinstance(words, str) or not words:
            return ()
        bare = _bare(words)
        if any(text.endswith(bare) for text in self._answers):
            return ()
        if words != self._said:
            self._said = words
            role = record.get("agent_role")
            self.add_answer(words, None, as_fields({"agent_role": role} if role else {}))
        return ("output",)

    def _take_sum(self, record: dict[str, Any]) -> None:
        """Keep what an agent's model has used so far, if its printed object says so."""
        agent = as_map(record.get("agent"))
        for owner in (agent, as_map(agent.get("agent_executor"))):
            if _use(usage := as_map(owner.get("llm")).get("_token_usage")):
                self._sums[str(agent.get("id") or record.get("agent_role"))] = usage

    def _sum_of_crew(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the tokens of all agents, if they come to what the crew says that it used."""
        uses = [_use(usage)["tokens"] for usage in self._sums.values()]
        sums = {name: sum(use.get(name, 0) for use in uses) for name in _TOKENS if any(name in use for use in uses)}
        known = sums.get("input", 0) + sums.get("output", 0) == record.get("total_tokens")
        return {"tokens": sums} if sums and known else {}

    def _logged(self, record: dict[str, Any]) -> None:
        """Add an entry of `output_log_file`: a task that an agent began or completed."""
        if record["status"] == "started":
            asked = {"description": record["task"], "name": record.get("task_name")}
            extra = {"agent": record["agent"], **self.fields(record, "task", "task_name", "agent", "status")}
            self.add_message("task", {key: value for key, value in asked.items() if value}, extra)
            self.how = None
        else:
            extra = {"agent": record["agent"], **self.fields(record, "agent", "output", status="completed")}
            self.add_answer(record.get("output"), None, extra)
            self.how = ("answered", None) if record["status"] == "completed" else None

    def _add_model_call(self, record: dict[str, Any]) -> None:
        """Add the new messages to the model; its own messages and tool results have other records."""
        messages = record.get("messages")
        for message in messages if isinstance(messages, list) else []:
            known = ("role", "content")
            of_message = {name: message.get(name) for name in known} if isinstance(message, dict) else message
            key = json.dumps(of_message, sort_keys=True)
            if key in self._known_messages:
                continue
            self._known_messages.add(key)
            if not isinstance(message, dict):
                self.add_message("user", message)
                continue
            if message.get("role") in ("system", "user"):
                extra = self.fields({**message, "agent_role": record.get("agent_role")}, "role", "content")
                self.add_message(str(message["role"]), message.get("content"), extra)
            else:
                self.run.bookkeeping(f"{self.format}/context", message)

    def _answered_tool(self, record: dict[str, Any], failed: bool) -> None:
        name = str(record.get("tool_name"))
        waiting = self._waiting.setdefault(name, [])
        if not waiting and record.get("tool_name"):  # the file has no record of its start
            waiting.append(f"call {self.run.count}")
            self.run.request(waiting[0], name, decoded(record.get("tool_args")))
        output = record.get("error") if failed else record.get("output", OUTPUT_NOT_RECORDED)
        error = (first_line(str(output)) or "failed") if failed else _failure(record.get("failure"))
        call_id = self._call_of(record, waiting)
        call = self.run.call(call_id) if call_id else None
        same = call is not None and call.input == decoded(record.get("tool_args"))
        extra = self._rest(record, "tool_name", "output", "error", *(("tool_args",) if same else ()))
        self.add_result(call_id, output, error, extra)

    def _call_of(self, record: dict[str, Any], waiting: list[str]) -> str | None:
        """Return the call that has ended: by the event that began it, else by its input, else the first."""
        found = self._started.pop(str(record.get("started_event_id")), None)
        if found not in waiting:
            given = decoded(record.get("tool_args"))
            same = (one for one in waiting if (call := self.run.call(one)) is not None and call.input == given)
            found = next(same, waiting[0] if waiting else None)
        if found is not None:
            waiting.remove(found)
        return found


def _bare(words: Any) -> str:
    """Return a text without white space, and without marks of code at its end; a model may put some around it."""
    return "".join(words.split()).rstrip("`") if isinstance(words, str) else ""


def _failure(failure: Any) -> str | None:
    """Return why a call failed, of a tool that reports it and raises no error."""
    if not isinstance(failure, dict):
        return None
    return first_line(str(failure.get("message") or failure.get("code") or "")) or "failed"


def _use(usage: Any) -> dict[str, Any]:
    counts = {name: value for name, value in as_map(usage).items() if type(value) is int}
    tokens = {sort: counts[name] for sort, names in _TOKENS.items() for name in names if name in counts}
    if "input_tokens" in counts and "prompt_tokens" not in counts:
        tokens["input"] += sum(counts.get(name, 0) for name in _BESIDE_INPUT)
    return {"tokens": tokens} if tokens else {}
