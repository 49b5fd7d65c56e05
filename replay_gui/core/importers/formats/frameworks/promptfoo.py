"""promptfoo: results of an evaluation, as JSON or one per line; each test of a prompt is a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.case_runs import CaseEvents, CaseFormat
from replay_gui.core.importers.formats.message_content import arguments_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, NO_RUNS, USAGE, maps_in, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.translation.messages import translatable

_ALL_PASSED = "All assertions passed"
_READ_MEMBERS = ("prompt", "provider", "response", "vars", "gradingResult", "testCase", "success", "score", "error")
_TOKENS = {"input": "prompt", "output": "completion", "reasoning": "completionDetails/reasoning"}
_OF_RESPONSE = ("output", "error", "tokenUsage", "cost", "cached", "raw")


class Promptfoo(CaseFormat):
    """The importer. The grades of a test are at the end of its run."""

    name = "promptfoo"
    title = translatable("promptfoo results")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "promptId", "evalId", "testIdx", "promptIdx"), ID),
        **dict.fromkeys(("latencyMs", "timestamp"), CLOCK),
        **dict.fromkeys(("cost", "tokenUsage", "tokensUsed"), USAGE),
        "cached": "Whether the answer came from promptfoo's cache.",
        "raw": "The provider's own form of the answer; the output is compared.",
        **dict.fromkeys(
            ("config", "prompts", "stats", "table", "shareableUrl", "metadata", "runtimeOptions", "version", "author"),
            "Data about the whole evaluation, not about one test.",
        ),
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept results of promptfoo, in one JSON document or one per line."""
        if file.document is None:
            return any(map(_is_result, file.first_lines))
        return super().recognises(file)

    def cases(self, file: ForeignFile, notes: ImportNotes) -> list[tuple[int, str, dict[str, Any]]]:
        """Return the results of a file as (number, name of the test and the model, result)."""
        found = file.document
        for _ in range(2):
            found = found.get("results") if isinstance(found, dict) else found
        if file.document is None:
            records = [*numbered_records(file, notes)]
        else:
            records = [*enumerate(found, 1)] if isinstance(found, list) else []
        results = [(number, _name(result), result) for number, result in records if _is_result(result)]
        if others := len(records) - len(results):
            notes.count(NO_RUNS, others)
        return results

    def case_events(self, notes: ImportNotes) -> CaseEvents:
        """Return the reader of one result."""
        return _PromptfooEvents(self.name, self.volatile, notes)


def _is_result(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("prompt"), dict)
        and "raw" in value["prompt"]
        and isinstance(value.get("vars"), dict)
        and bool(value.keys() & {"gradingResult", "success"})
    )


def _name(result: dict[str, Any]) -> str:
    number = result.get("testIdx")
    test = f"test {number + 1}" if type(number) is int else "test"
    return f"{test} {_provider(result)}".strip()


def _provider(result: dict[str, Any]) -> str:
    provider = result.get("provider")
    named = provider.get("label") or provider.get("id") if isinstance(provider, dict) else provider
    return str(named or "")


class _PromptfooEvents(CaseEvents):
    agent = "promptfoo"

    def add_record(self, record: dict[str, Any]) -> None:
        parts = (record.get(name) for name in ("prompt", "testCase", "response"))
        prompt, test, response = (one if isinstance(one, dict) else {} for one in parts)
        setting = {"provider": record.get("provider"), "vars": record.get("vars")}
        more = self.rest(record, *_READ_MEMBERS)
        about = {"prompt": self.fields(prompt, "raw"), "test": self.fields(test, "assert", "vars")}
        members = {name: fields["fields"] for name, fields in about.items() if fields}
        if test.get("vars") != record.get("vars"):
            members.setdefault("test", {})["vars"] = test.get("vars")
        self.run.agent_init(self.agent, "", setting | members | more)
        self.set_model(_provider(record))
        self.add_input(decoded(prompt.get("raw")))
        wrong = response.get("error") or record.get("error")
        self._answer(response, record)
        if wrong:
            also = {"also": record["error"]} if record.get("error") not in (None, wrong) else {}
            self.run.error("provider_error", first_line(str(wrong)) or "failed", self.agent, {"said": wrong, **also})
            self.how = "crash", first_line(str(wrong))
        if test.get("assert"):
            self.run.expected(test["assert"])
        self._graded(record)

    def _answer(self, response: dict[str, Any], record: dict[str, Any]) -> None:
        output = decoded(response.get("output"))
        self.run.once = _use(response, record) | {"duration": milliseconds(record.get("latencyMs"))}
        extra = self.fields(response, *_OF_RESPONSE)
        calls = output if isinstance(output, list) else output.get("tool_calls") if isinstance(output, dict) else None
        if isinstance(calls, list) and calls and all(map(_is_call, calls)):
            message = read_message({"role": "assistant", "content": None, "tool_calls": calls})
            rest = {} if output is calls else {name: value for name, value in output.items() if name != "tool_calls"}
            if any(value not in (None, "") for value in rest.values()):
                self.add_answer(rest.get("content") or rest, None, extra)
            for call in message.calls:
                self.add_call(call.name, arguments_of(call.input), extra | ({"call": call.rest} if call.rest else {}))
                extra = {}
        elif is_message(output):
            message = read_message(output)
            self.add_answer(message.content, message.reasoning, extra | {"message": message.rest})
        elif response:
            self.add_answer(response.get("output") if response.get("output") is not None else "(empty)", None, extra)

    def _graded(self, record: dict[str, Any]) -> None:
        graded = record.get("gradingResult")
        if not isinstance(graded, dict):
            graded = {"pass": record.get("success"), "score": record.get("score")}
        components = maps_in(graded.get("componentResults"))
        parts = [_part(one) for one in components]
        passed, score = graded.get("pass"), graded.get("score")
        if isinstance(passed, bool) or isinstance(score, int | float):
            self.run.outcome(
                passed=passed if isinstance(passed, bool) else None,
                score=float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None,
                by=self.agent,
                parts=parts or None,
            )
        result = {"success": graded.get("pass"), "score": graded.get("score")}
        about = {name: record.get(name) for name, value in result.items() if record.get(name) not in (None, value)}
        rest = self.rest({**graded, "result": about}, "pass", "score", "componentResults")
        if parts and rest.keys() == {"reason"}:  # "all assertions passed", or the reason of one assertion
            rest = {} if graded["reason"] in (_ALL_PASSED, *(part["why"] for part in parts)) else rest
        if details := [detail for one in components if (detail := self._details(one, record))]:
            rest["componentResults"] = details
        if not isinstance(record.get("gradingResult"), dict | None):
            rest["gradingResult"] = record["gradingResult"]
        if rest:
            self.run.bookkeeping(f"{self.format}/grading", rest)

    def _details(self, component: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
        """Return the members of an assertion's result that neither its part of the grade nor the test has."""
        test = record.get("testCase")
        known = test.get("assert") if isinstance(test, dict) else None
        used = ("assertion",) if isinstance(known, list) and component.get("assertion") in known else ()
        members: dict[str, Any] = self.rest(component, "pass", "score", "reason", *used)
        return members


def _is_call(value: Any) -> bool:
    return isinstance(value, dict) and (isinstance(value.get("function"), dict) or value.get("type") == "tool_use")


def _part(result: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the grade for one assertion: its type, its score, its reason."""
    assertion = result.get("assertion")
    assertion = assertion if isinstance(assertion, dict) else {}
    name = assertion.get("metric") or assertion.get("type") or "assertion"
    return {"name": name, "value": result.get("score"), "passed": result.get("pass"), "why": result.get("reason")}


def _use(response: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    cost = response.get("cost", record.get("cost"))
    tokens = counted_tokens(response.get("tokenUsage"), _TOKENS)
    is_counted = "input" in tokens or "output" in tokens
    is_cost = isinstance(cost, int | float) and not isinstance(cost, bool)
    return {"tokens": tokens if is_counted else None, "cost": cost if is_cost else None}
