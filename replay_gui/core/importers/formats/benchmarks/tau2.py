"""tau2-bench results: an object with ``info``, ``tasks`` and ``simulations``; every simulation is a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import iso_time
from replay_gui.core.translation.messages import tr, translatable

_ENDS: dict[str, End] = {
    "user_stop": "answered",
    "agent_stop": "answered",
    "max_steps": "limit",
    "too_many_errors": "limit",
    "agent_error": "crash",
    "user_error": "crash",
    "infrastructure_error": "crash",
}


class Tau2:
    """The importer. A run is named by its task and trial; the task's right actions and the reward are at its end."""

    name = "tau2-bench"
    title = translatable("tau2-bench results")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        "git_commit": "The version of the benchmark; it says nothing about the run.",
        "start_time": CLOCK,
        "end_time": CLOCK,
        "duration": CLOCK,
        "agent_cost": USAGE,
        "user_cost": USAGE,
        "trial": ID,
        "seed": ID,
        "id": ID,
        "timestamp": CLOCK,
        "turn_idx": "The number of the message; the order of the messages shows it.",
        "cost": USAGE,
        "usage": USAGE,
        "raw_data": "The provider's own form of the answer; the message is compared.",
        "generation_time_seconds": CLOCK,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document that holds results of tau2-bench."""
        return _is_results(file.document)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for every simulation, named by its task and trial."""
        if not _is_results(file.document):
            raise ImportRefused(tr("{path}: no tau2-bench simulation in it", path=file.source.path))
        document = file.document
        tasks = {str(task.get("id")): task for task in maps_in(document.get("tasks"))}
        for simulation in document["simulations"]:
            notes = ImportNotes(file.notes)
            task, trial = simulation.get("task_id"), simulation.get("trial")
            events = _Tau2Events(self, simulation, document.get("info"), tasks.get(str(task)), notes)
            yield ImportedRun(
                name=f"task {task} trial {trial}",
                run_id=f"tau2-bench/task-{task}/trial-{trial}",
                agent="tau2-bench",
                created=iso_time(simulation.get("start_time")),
                source={"task_id": task, "trial": trial, "simulation": simulation.get("id")},
                events=events.read(enumerate(simulation["messages"], 1)),
                notes=notes,
            )


def _is_results(document: Any) -> bool:
    simulations = document.get("simulations") if isinstance(document, dict) else None
    return (
        isinstance(simulations, list)
        and bool(simulations)
        and all(
            isinstance(simulation, dict) and isinstance(simulation.get("messages"), list) and "task_id" in simulation
            for simulation in simulations
        )
    )


class _Tau2Events(RecordEvents):
    agent = "tau2-bench"

    def __init__(
        self, format: Tau2, simulation: dict[str, Any], info: Any, task: dict[str, Any] | None, notes: ImportNotes
    ) -> None:
        super().__init__(format.name, format.volatile, notes)
        self._simulation = simulation
        self._task = task or {}
        setting = {key: value for key, value in info.items() if key != "git_commit"} if isinstance(info, dict) else {}
        criteria = {"evaluation_criteria"}
        about = {key: value for key, value in self._task.items() if key not in criteria and value is not None}
        self.run.context = {"time": iso_time(simulation.get("start_time"))}
        self.run.agent_init(
            self.agent,
            "",
            {"task": about or simulation.get("task_id"), **setting},
            trial=simulation.get("trial"),
            seed=simulation.get("seed"),
            agent_cost=simulation.get("agent_cost"),
            user_cost=simulation.get("user_cost"),
        )

    def time_of(self, record: dict[str, Any]) -> int | None:
        return iso_time(record.get("timestamp"))

    def add_record(self, record: dict[str, Any]) -> None:
        role = record.get("role")
        self.run.context["by"] = record.get("requestor")
        if role == "tool":
            self._answer(record)
        elif role in ("assistant", "user"):
            self._add_text(record, str(role))
        else:
            self.add_unknown(role, record, "role")

    def _add_text(self, message: dict[str, Any], role: str) -> None:
        content, calls, usage = message.get("content"), message.get("tool_calls"), message.get("usage")
        if isinstance(usage, dict) and role == "assistant":
            names = {"input": "prompt_tokens", "output": "completion_tokens"}
            self.run.once = {"tokens": counted_tokens(usage, names)}
        self.run.once["cost" if role == "assistant" else "user_cost"] = message.get("cost")  # the user is simulated
        extra = self.fields(message, "role", "content", *(("tool_calls",) if isinstance(calls, list) else ()))
        thought = _reasoning(message.get("raw_data"))
        if role == "user" and thought is not None:  # of the model that plays the user
            extra = {"fields": {**extra.get("fields", {}), "reasoning": thought}}
        if role == "assistant" and (content or thought or not calls):
            self.run.context["parent"] = self.add_answer(content, thought, extra)
        elif content or not calls:
            self.run.context["parent"] = self.add_message("user", content, extra)
        for call in calls if isinstance(calls, list) else []:
            if isinstance(call, dict):
                rest = self.fields(call, "name", "arguments", requestor="assistant")
                call_id = call.get("id")
                self.run.request(
                    call_id, str(call.get("name")), call.get("arguments"), extra=rest, tool_call_id=call_id
                )

    def _answer(self, message: dict[str, Any]) -> None:
        if isinstance(message.get("tool_messages"), list):  # answers to several calls of one message
            for answer in message["tool_messages"]:
                if isinstance(answer, dict):
                    self._answer(answer)
            return
        content = message.get("content")
        error = (first_line(content) or "failed") if message.get("error") is True else None
        extra = self.fields(message, "role", "content", "error", "name", requestor="assistant")
        self.add_result(message.get("id"), decoded(content), error, extra)

    def add_end(self) -> None:
        simulation = self._simulation
        self.run.context = {"time": iso_time(simulation.get("end_time"))}
        criteria = self._task.get("evaluation_criteria")
        if isinstance(criteria, dict):
            self.run.expected(criteria)
        reason = simulation.get("termination_reason")
        if isinstance(reason, str):
            self.run.end(_ENDS.get(reason, "open"), reason)
        info = simulation.get("reward_info")
        if isinstance(info, dict) and isinstance(info.get("reward"), int | float):
            parts = [{"name": name, "value": value} for name, value in info.items() if name != "reward" and value]
            reward = float(info["reward"])
            self.run.outcome(passed=reward >= 1, score=reward, by="tau2-bench reward", parts=parts)
        elif info is not None:
            self.run.outcome(passed=None, score=None, by="tau2-bench reward", parts=info)


def _reasoning(raw: Any) -> str | None:
    """Return what the provider's answer has as its reasoning; None if it has none."""
    message = raw.get("message") if isinstance(raw, dict) else None
    thought = message.get("reasoning_content") if isinstance(message, dict) else None
    return thought if isinstance(thought, str) and thought.strip() else None
