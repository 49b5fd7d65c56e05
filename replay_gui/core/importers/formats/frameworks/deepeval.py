"""DeepEval: its last test run (``.deepeval/.latest_test_run.json``), with the grades of its metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.case_runs import CaseEvents, CaseFormat
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, USAGE
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_LISTS = ("testCases", "conversationalTestCases")
_EXPECTED = ("expectedOutput", "expectedTools", "expectedOutcome", "context")
_READ_MEMBERS = ("name", "input", "actualOutput", "retrievalContext", "toolsCalled", "turns", "success", "metricsData")
_WHY = ("error", "reason")
_OF_METRIC = ("name", "success", "reason", "error")
_OF_TOOL = ("name", "inputParameters", "input_parameters", "output")


class DeepEval(CaseFormat):
    """The importer. A test case is a run; each metric is a grader."""

    name = "deepeval"
    title = translatable("DeepEval test run")
    version = 1
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("runDuration", "completionTime"), CLOCK),
        **dict.fromkeys(("evaluationCost", "inputTokenCount", "outputTokenCount", "tokenCost"), USAGE),
        "order": "The number of the test; it says nothing about the run.",
        **dict.fromkeys(
            ("testFile", "metricsScores", "testPassed", "testFailed", "prompts", "hyperparameters", "official"),
            "Data about the whole test run, not about one test.",
        ),
    }

    def cases(self, file: ForeignFile, _notes: ImportNotes) -> list[tuple[int, str, dict[str, Any]]]:
        """Return the test cases of a file as (number, name, case)."""
        document = file.document if isinstance(file.document, dict) else {}
        whole = document.get("testRunData", document)
        lists = [whole.get(name) for name in _LISTS] if isinstance(whole, dict) else []
        cases = [case for several in lists if isinstance(several, list) for case in several if isinstance(case, dict)]
        known = all("metricsData" in case and case.keys() & {"input", "turns"} for case in cases)
        numbered = enumerate(cases if known else [], 1)
        return [(number, str(case.get("name") or f"case {number}"), case) for number, case in numbered]

    def case_events(self, notes: ImportNotes) -> CaseEvents:
        """Return the reader of one test case."""
        return _DeepEvalEvents(self.name, self.volatile, notes)


class _DeepEvalEvents(CaseEvents):
    agent = "DeepEval"

    def add_record(self, record: dict[str, Any]) -> None:
        setting = self.rest(record, *_READ_MEMBERS, *_EXPECTED)
        self.run.agent_init(self.agent, "", {"test": record.get("name"), **setting})
        turns = record.get("turns")
        for turn in turns if isinstance(turns, list) else []:
            self._turn(turn if isinstance(turn, dict) else {"content": turn})
        if not _is_empty(record.get("input")):
            self.add_input(record["input"])
        self._used(record)
        if record.get("actualOutput") is not None:
            self.add_answer(record["actualOutput"] or "(empty)")
        expected = {name: record[name] for name in _EXPECTED if not _is_empty(record.get(name))}
        if expected:
            self.run.expected(expected["expectedOutput"] if [*expected] == ["expectedOutput"] else expected)
        if isinstance(record.get("success"), bool):
            self.run.outcome(passed=record["success"], score=None, by=self.agent)
        metrics = record.get("metricsData")
        for metric in metrics if isinstance(metrics, list) else []:
            self._graded(metric)

    def _turn(self, turn: dict[str, Any]) -> None:
        extra = self.fields(turn, "role", "content", "retrievalContext", "toolsCalled")
        self._used(turn)
        if turn.get("role") == "assistant":
            self.add_answer(turn.get("content") or "(empty)", None, extra)
        else:
            self.add_message(str(turn.get("role") or "user"), turn.get("content"), extra)

    def _used(self, about: dict[str, Any]) -> None:
        """Add the context that was retrieved for an answer, and the tools that were called for it."""
        if not _is_empty(found := about.get("retrievalContext")):
            read = {"key": "retrieval context", "query": about.get("input"), "value": found}
            self.run.add(Kind.MEMORY_READ, read)
        calls = about.get("toolsCalled")
        for call in calls if isinstance(calls, list) else []:
            if not isinstance(call, dict):
                self.add_call(str(call), None, {})
                continue
            given = call.get("inputParameters", call.get("input_parameters"))
            call_id = self.add_call(str(call.get("name") or "tool"), given, self.fields(call, *_OF_TOOL))
            if call.get("output") is not None:
                self.add_result(call_id, call["output"], None, {})

    def _graded(self, metric: Any) -> None:
        if not isinstance(metric, dict):
            self.add_unknown("metric", {"value": metric})
            return
        score, passed = metric.get("score"), metric.get("success")
        broken = metric.get("error") if score is None else None  # the grader failed, and not the run
        number = float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None
        self.run.outcome(
            passed=passed if isinstance(passed, bool) and not broken else None,
            label=f"error: {first_line(str(broken))}" if broken else None,
            score=number,
            by=str(metric.get("name") or "metric"),
            parts=[{"name": name, "why": metric[name]} for name in _WHY if metric.get(name)],
        )
        used = (*_OF_METRIC, *(("score",) if number is not None else ()))
        used = tuple(name for name in used if name != "success" or not broken)
        if rest := self.fields(metric, *used, strictMode=False, flaky=False):
            self.run.bookkeeping(f"{self.format}/metric", {"metric": metric.get("name"), **rest["fields"]})


def _is_empty(value: Any) -> bool:
    """Return whether a value is empty."""
    return value in (None, "", [], {})
