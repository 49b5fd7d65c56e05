"""smolagents: the steps of an agent's memory (``agent.memory.get_full_steps()``), as an array or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_STEP = {"step_number", "observations"}


class SmolAgents(RecordFormat):
    """The importer. A memory is one run; the code that a step wrote is a call of the Python interpreter."""

    name = "smolagents"
    title = translatable("smolagents memory")
    version = 6
    member = "steps"
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "timing": CLOCK,
        "token_usage": USAGE,
        "model_input_messages": "A copy of earlier messages, which are compared.",
        "model_output_message": "A copy of the model's output.",
        "__class__": "The kind of the step, which its members show.",
        "step_number": "The number of the step; the order of the steps shows it.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with a step that has a model's output or calls of tools."""
        return any(
            record.keys() >= _STEP and ("model_output" in record or "tool_calls" in record) for record in records
        )

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a memory, or an object with a memory for each agent."""
        return super().recognises(file) or bool(self._memories(file.document))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the memory as one run, or one run for each agent."""
        memories = self._memories(file.document)
        if not memories:
            yield from super().runs(file)
        for name, steps in memories.items():
            yield self._run(name, {"steps": steps}, ImportNotes(file.notes))

    def _memories(self, document: Any) -> dict[str, list[Any]]:
        """Return the memory of each agent in an object that has nothing else; {} if it is no such object."""
        lists = document.values() if isinstance(document, dict) and "steps" not in document else ()
        heads = [maps_in(steps)[:20] for steps in lists]
        is_whole = bool(heads) and all(heads) and all(isinstance(steps, list) for steps in lists)
        return document if is_whole and any(map(self.is_format, heads)) else {}

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one memory's steps."""
        return _SmolAgentsEvents(self.name, self.volatile, notes)


class _SmolAgentsEvents(RecordEvents):
    agent = "smolagents"
    taken = ("state", "output")
    _answer: Any = None
    _answered = False  # whether a step is marked as the final answer
    _limit: str | None = None  # the error, if the last step exceeded the limit of steps

    def time_of(self, record: dict[str, Any]) -> int | None:
        timing = record.get("timing")
        return any_time(timing.get("start_time")) if isinstance(timing, dict) else None

    def add_record(self, record: dict[str, Any]) -> None:
        self.add_agent()
        if record.keys() >= _STEP:
            self._step(record)
        elif "system_prompt" in record:
            self.add_message("system", record["system_prompt"], self.fields(record, "system_prompt"))
        elif "task" in record:
            self.add_message("user", record["task"], self.fields(record, "task"))
        elif "plan" in record:
            self.run.decision("plan", record["plan"], **self._use(record))
        elif "final_answer" in record or "output" in record:
            self._answer = record.get("final_answer", record.get("output"))
            self.add_answer(self._answer)
        else:
            self.add_unknown("step", record)

    def _step(self, step: dict[str, Any]) -> None:
        timing, calls = step.get("timing"), step.get("tool_calls")
        ended = any_time(timing.get("end_time")) if isinstance(timing, dict) else None
        answer = step.get("model_output_message")
        if not calls and isinstance(answer, dict):  # only the answer has a failed call
            calls = answer.get("tool_calls")
        calls = maps_in(calls)
        output, wrong = content_of(step.get("model_output")) or None, step.get("error")
        if output is None and not calls:  # the answer that a model gave when no step was left
            output = step.get("action_output")
        used = ("tool_calls", "model_output", "observations", "action_output", "error", "is_final_answer")
        code = _function(calls[0]).get("arguments") if calls else None
        self.run.once = self._use(step)
        extra = self.fields(step, *used, code_action=code)
        if output is not None or extra or not calls:  # else the answer is only its calls
            self.run.context["parent"] = self.add_answer(output, None, extra)
        for number, call in enumerate(calls):
            self._call(step, call, last=number == len(calls) - 1, ended=ended)
        message = wrong.get("message") if isinstance(wrong, dict) else wrong
        if message and not calls:
            kind = str(wrong.get("type") or "error") if isinstance(wrong, dict) else "error"
            self.run.error(kind, str(message), self.agent, time=ended)
            self._limit = str(message) if kind == "AgentMaxStepsError" else None

    def _call(self, step: dict[str, Any], call: dict[str, Any], last: bool, ended: int | None) -> None:
        function = _function(call)
        name, given = str(function.get("name") or "tool"), decoded(function.get("arguments"))
        call_id = f"{self.run.context.get('line')} {call.get('id')} {self.run.count}"
        extra = self.fields(call, "function", type="function")
        self.run.request(call_id, name, given, extra=extra, tool_call_id=call.get("id"))
        if not last:
            return  # several calls have one observation together
        wrong = step.get("error")
        message = wrong.get("message") if isinstance(wrong, dict) else wrong
        output, returned = step.get("observations"), step.get("action_output")
        if output in (None, "") and returned is not None and message is None:
            output, returned = returned, None
        extra = {"is_final_answer": True} if step.get("is_final_answer") is True else {}
        extra |= {"action_output": returned} if returned not in (None, False) else {}
        error = (first_line(message) or "failed") if message else None
        extra |= {"error_details": wrong} if isinstance(wrong, dict) else {}
        self.add_result(call_id, output if output is not None else message, error, extra, time=ended)
        if step.get("is_final_answer") is True:
            self._answer, self._answered = step.get("action_output"), True

    def _use(self, step: dict[str, Any]) -> dict[str, Any]:
        usage = step.get("token_usage")
        if not isinstance(usage, dict):
            return {}
        return {"tokens": counted_tokens(usage, {"input": "input_tokens", "output": "output_tokens"})}

    def add_end(self) -> None:
        state, output = self.whole.get("state"), self.whole.get("output")
        if output not in (None, "") and output != self._answer:
            self._answer = output
            self.add_answer(output)
        if state not in (None, "success"):
            self.run.end("limit" if state == "max_steps_error" else "crash", str(state))
        elif self._limit is not None:
            self.run.end("limit", self._limit)
        elif self._answered or self._answer is not None:
            self.run.end("answered", None)


def _function(call: dict[str, Any]) -> dict[str, Any]:
    function = call.get("function")
    return function if isinstance(function, dict) else call
