"""Evaluations of Google's Agent Development Kit: sets of test cases (``*.evalset.json``), and results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.case_runs import CaseEvents, CaseFormat
from replay_gui.core.importers.formats.records import CLOCK, ID, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.translation.messages import translatable

_STATUS = {1: True, 2: False, "PASSED": True, "FAILED": False}
_CASES = ("eval_cases", "eval_case_results")
_READ_MEMBERS = ("user_content", "final_response", "agent_content", "intermediate_data")
_METRICS = ("overall_eval_metric_results", "eval_metric_results")
_TOOLS = ("tool_uses", "tool_responses")


class AdkEvals(CaseFormat):
    """The importer. A test case is a run; a result has the agent's actions, the expected ones and the grades."""

    name = "google-adk-evals"
    title = translatable("Google ADK evaluation")
    version = 1
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("invocation_id", "session_id", "user_id", "id"), ID),
        "eval_set_result_id": ID,
        "eval_set_result_name": "A name that contains the time.",
        "creation_timestamp": CLOCK,
        "session_details": "The session; its turns are in the case, which is compared.",
    }

    def cases(self, file: ForeignFile, _notes: ImportNotes) -> list[tuple[int, str, dict[str, Any]]]:
        """Return the test cases of a file as (number, name, case)."""
        document = file.document if isinstance(file.document, dict) else {}
        cases: list[Any] = next((document[name] for name in _CASES if isinstance(document.get(name), list)), [])
        about = {name: value for name, value in document.items() if name not in (*_CASES, *self.volatile)}
        found = [{**case, "set": about} for case in cases if _turns(case)]
        return [(number, _name(case) or f"case {number}", case) for number, case in enumerate(found, 1)]

    def case_events(self, notes: ImportNotes) -> CaseEvents:
        """Return the reader of one test case."""
        return _AdkCaseEvents(self.name, self.volatile, notes)


class _AdkCaseEvents(CaseEvents):
    agent = "Google ADK"

    def add_record(self, record: dict[str, Any]) -> None:
        read = ("conversation", "eval_metric_result_per_invocation", "final_eval_status", *_METRICS)
        self.run.agent_init(self.agent, "", self.rest(record, *read))
        expected, grades = list[Any](), list[Any]()
        for turn in _turns(record):
            invocation = turn.get("actual_invocation")
            self._turn(invocation if isinstance(invocation, dict) else turn)
            if isinstance(turn.get("expected_invocation"), dict):
                expected.append(_compared_part(turn["expected_invocation"]))
            grades += _metrics(turn)
            used = ["actual_invocation", "expected_invocation", *_METRICS] if isinstance(invocation, dict) else [*turn]
            if rest := self.fields(turn, *used):
                self.run.bookkeeping(f"{self.format}/turn", rest["fields"])
        if expected:
            self.run.expected(expected)
        overall = _metrics(record)
        for metric in overall or grades:
            self._graded(metric)
        if overall and grades:
            self.run.bookkeeping(f"{self.format}/grades-of-turns", grades)
        if "final_eval_status" in record:
            self.run.outcome(passed=_passed(record["final_eval_status"]), score=None, by=self.agent)

    def _turn(self, turn: dict[str, Any]) -> None:
        self._add_content(turn.get("user_content"), "user")
        if rest := self.fields(turn, *_READ_MEMBERS):
            self.run.bookkeeping(f"{self.format}/turn", rest["fields"])
        between = turn.get("intermediate_data")
        between = between if isinstance(between, dict) else {}
        for call in maps_in(between.get("tool_uses")):
            extra = self.fields(call, "name", "args")
            self.run.request(call.get("id"), str(call.get("name") or "tool"), call.get("args"), extra=extra)
        for responses in maps_in(between.get("tool_responses")):
            asked = self.run.call(responses.get("id"))
            rest = self.fields(responses, "response", name=None if asked is None else asked.tool_name)
            self.add_result(responses.get("id"), responses.get("response"), None, rest, tool_name=responses.get("name"))
        if rest := self.fields(between, *(name for name in _TOOLS if maps_in(between.get(name)) == between.get(name))):
            self.run.bookkeeping(f"{self.format}/intermediate", rest["fields"])
        self._add_content(turn.get("final_response", turn.get("agent_content")), "model")

    def _add_content(self, content: Any, role: str) -> None:
        if content is not None:
            self.add_input([{"role": role, **content}] if isinstance(content, dict) else content)

    def _graded(self, metric: dict[str, Any]) -> None:
        score = metric.get("score")
        threshold = metric.get("threshold")
        self.run.outcome(
            passed=_passed(metric.get("eval_status")),
            score=float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None,
            by=str(metric.get("metric_name") or "metric"),
            parts=None if threshold is None else [{"name": "threshold", "value": threshold}],
        )
        if rest := self.fields(metric, "score", "threshold", "metric_name", "eval_status"):
            self.run.bookkeeping(f"{self.format}/metric", {"metric": metric.get("metric_name"), **rest["fields"]})


def _turns(case: Any) -> list[dict[str, Any]]:
    turns = case.get("conversation", case.get("eval_metric_result_per_invocation")) if isinstance(case, dict) else None
    found = maps_in(turns)
    known = all("user_content" in turn or "actual_invocation" in turn for turn in found)
    return found if known else []


def _name(case: dict[str, Any]) -> str:
    return str(case.get("eval_id") or case.get("case_id") or "")


def _passed(status: Any) -> bool | None:
    return _STATUS.get(status) if isinstance(status, int | str) else None


def _metrics(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [metric for name in _METRICS for metric in maps_in(record.get(name))]


def _compared_part(invocation: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in invocation.items() if name not in AdkEvals.volatile}
