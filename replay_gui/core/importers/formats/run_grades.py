"""Read the result of a whole run from an object: the outcome, the expected result, how the run ended."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.run_builder import End, RunBuilder

_SCORES, _VERDICTS = ("reward", "score"), ("resolved", "success", "passed", "is_correct", "utility")
_ATTACKS = ("security",)  # AgentDojo: whether what an attacker wanted was done, which is not a grade of the task
_RESULTS = ("outcome", "verdict", "final_result")
_PASSED = {
    **dict.fromkeys(("pass", "passed", "success", "succeeded", "resolved", "correct"), True),
    **dict.fromkeys(("fail", "failed", "failure", "unresolved", "incorrect"), False),
}
_EXPECTED = ("ground_truth", "reference_answer", "gold_answer", "golden_answer", "target_answer")
_REASONS = ("stop_reason", "finish_reason", "termination_reason")
_CALL_REASONS = ("tool_calls", "tool_use", "function_call")  # reasons of one answer, after which a run continues
_LIMITS = ("max", "length", "token limit", "timeout", "too_many", "exit_c", "limit")  # how reasons to stop begin
_GRADED = ("eval_result", "evaluation", "evaluation_result", "grading")  # members that hold only grades
_VERDICT_HOLDERS = ("meta",)  # a member that holds a verdict and other data
_MAX_LABEL_CHARACTERS = 40


class RunGrades:
    """Collect the result of a run and add it at the run's end."""

    def __init__(self) -> None:
        self._grades: list[dict[str, Any]] = []
        self._expected: dict[str, Any] = {}
        self._end: tuple[End, str] | None = None

    def take_grades(self, setting: dict[str, Any]) -> dict[str, Any]:
        """Keep outcome, end and expected result for the end of the run; return the other members."""
        rest = dict[str, Any]()
        for name, value in setting.items():
            if name in (*_GRADED, *_VERDICT_HOLDERS) and isinstance(value, dict):
                value = {
                    key: member
                    for key, member in value.items()
                    if not ((name in _GRADED or key in (*_VERDICTS, *_REASONS)) and self._keep_grade(key, member))
                }
                if value:
                    rest[name] = value
            elif not self._keep_grade(name, value):
                rest[name] = value
        return rest

    def _keep_grade(self, name: str, value: Any) -> bool:
        if name in _VERDICTS and (isinstance(value, bool) or (name == "resolved" and value in (0, 1))):
            self._grades.append({"passed": bool(value), "score": None, "by": name})
        elif name in _ATTACKS and isinstance(value, bool):
            self._grades.append({"passed": None, "score": None, "by": name, "label": str(value).lower()})
        elif name in _SCORES and isinstance(value, int | float) and not isinstance(value, bool):
            self._grades.append({"passed": None, "score": float(value), "by": name})
        elif name in _RESULTS and isinstance(value, str) and value and len(value) <= _MAX_LABEL_CHARACTERS:
            passed = _PASSED.get(value.lower())
            self._grades.append({"passed": passed, "score": None, "by": name, "label": value})
        elif (name in _EXPECTED or name.startswith("expected_")) and value not in (None, "", [], {}):
            self._expected[name] = value
        elif name == "error" and isinstance(value, str) and value:
            self._end = "crash", value
        elif name == "exit_status" and isinstance(value, str) and (how := _how(value.lower())) != "answered":
            self._end = how, value
        elif name in _REASONS and isinstance(value, str) and value and value not in _CALL_REASONS:
            self._end = _how(value.lower()), value
        else:
            return False
        return True

    def add(self, run: RunBuilder) -> None:
        """Add the expected result, the end of the run and its outcome, as far as they are known."""
        if self._expected:
            several = len(self._expected) > 1
            run.expected(self._expected if several else next(iter(self._expected.values())))
        if self._end is not None:
            run.end(*self._end)
        run.end_by_call()
        for grade in sorted(self._grades, key=lambda grade: grade["passed"] is None):  # verdicts lead
            run.outcome(**grade)


def _how(reason: str) -> End:
    if reason.startswith("submitted"):
        return "submitted"
    return "limit" if reason.startswith(_LIMITS) else "crash" if "error" in reason else "answered"
