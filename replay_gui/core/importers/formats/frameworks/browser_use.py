"""browser-use: the history of an agent that uses a browser (``AgentHistoryList.save_to_file``), of all versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import (
    CLOCK,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_fields,
    as_map,
    maps_in,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import end_after_error
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_STEP = {"model_output", "result", "state"}
_PAGE = ("url", "title", "tabs")


class BrowserUse(RecordFormat):
    """The importer. A history is one run: the page, what the agent said of it, and its actions with their results."""

    name = "browser-use"
    title = translatable("browser-use history")
    member = "history"
    volatile: ClassVar[Mapping[str, str]] = {
        "step_start_time": CLOCK,
        "step_end_time": CLOCK,
        "step_interval": CLOCK,
        "step_number": "The number of the step; the order of the steps shows it.",
        "input_tokens": USAGE,
        "screenshot": "A screenshot; two screenshots of one page are never equal.",
        "screenshot_path": "A temporary path; it differs in every run.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept steps that have a page, the model's output and the results of its actions."""
        return bool(records) and all(
            record.keys() >= _STEP and isinstance(record["state"], dict) and isinstance(record["result"], list)
            for record in records[:5]
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one history."""
        return _BrowserEvents(self.name, self.volatile, notes)


class _BrowserEvents(RecordEvents):
    agent = "browser-use"
    _page: dict[str, Any] | None = None
    _judgement: dict[str, Any] | None = None

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(as_map(record.get("metadata")).get("step_start_time"))

    def add_record(self, record: dict[str, Any]) -> None:
        self.add_agent()
        clock, state, output = (as_map(record.get(name)) for name in ("metadata", "state", "model_output"))
        page = {name: state[name] for name in _PAGE if state.get(name) is not None}
        if page != self._page:
            self._page = page
            put = {"op": "add", "path": "/page", "value": page}
            self.run.add(Kind.STATE_TRANSITION, {"transition_type": "page", "data": {"page": page}, "ops": [put]})
        said = {**as_map(output.get("current_state")), **output}  # the first versions have the thoughts apart
        extra = self.rest(record, *_STEP, "metadata") | self.rest(state, *_PAGE, "interacted_element")
        extra |= self.rest(clock) | self.rest(said, "current_state", "action", "next_goal", "thinking")
        actions, results = maps_in(said.get("action")), maps_in(record.get("result"))
        elements = state.get("interacted_element")
        elements = elements if isinstance(elements, list) else []
        if others := [element for element in elements[len(actions) :] if element]:
            extra["interacted_element"] = others
        if not output and record["model_output"] is not None:
            extra["model_output"] = record["model_output"]
        sent = clock.get("input_tokens")
        tokens = {"input": sent} if type(sent) is int else None
        if output:
            goal = said.get("next_goal") or said.get("memory")
            picture = state.get("screenshot") or state.get("screenshot_path")
            self.run.context["parent"] = self.add_answer(
                goal, said.get("thinking"), as_fields(extra), tokens=tokens, screenshot=picture
            )
            extra = {}
        # Only the end of a step is known, not the durations of its actions.
        self.run.context["time"] = any_time(clock.get("step_end_time")) or self.run.context["time"]
        self.how = None
        for number, action in enumerate(actions):
            element = elements[number] if number < len(elements) else None
            self._action(action, element, results[number] if number < len(results) else None)
        for result in results[len(actions) :]:
            self._result(None, {**extra, **result})  # the model gave no answer
        if extra and not results:
            self.run.custom(f"{self.format}/step", extra)

    def _action(self, action: dict[str, Any], element: Any, result: dict[str, Any] | None) -> None:
        name, given = next(iter(action.items()), ("action", None))
        more = {"element": element} if element else {}
        more |= self.fields(action, name)
        call_id = f"action {self.run.count}"
        self.run.request(call_id, name, given, extra=more)
        if result is not None:  # else a change of the page kept it from being done
            self._result(call_id, result)

    def _result(self, call_id: str | None, result: dict[str, Any]) -> None:
        wrong, told = result.get("error"), result.get("extracted_content")
        output = told if told is not None else result.get("long_term_memory")
        usual = {"is_done": False, "include_extracted_content_only_once": False, "include_in_memory": False}
        extra = self.fields(result, "error", "extracted_content", "judgement", long_term_memory=output, **usual)
        error = (first_line(str(wrong)) or "failed") if wrong else None
        if call_id is not None:
            extra |= {"error_details": wrong} if wrong and wrong != error else {}
            self.add_result(call_id, output if output is not None else wrong, error, extra)
        elif error is not None:
            self.run.error("step", str(wrong), self.agent, extra)
            self.how = end_after_error(error), error
        else:
            self.add_unknown("result", result)
        if result.get("is_done") is True:
            self.how = "answered", "success: false" if result.get("success") is False else None
            self._judgement = as_map(result.get("judgement")) or None

    def add_end(self) -> None:
        """Add the verdict of the judge, if the run had one."""
        if self._judgement is not None:
            verdict = self._judgement.get("verdict")
            passed = verdict if isinstance(verdict, bool) else None
            self.run.outcome(
                passed=passed, score=None, by="browser-use judge", parts=self.rest(self._judgement, "verdict")
            )
