"""Read the result of a whole run from an object: the outcome, the expected result, how the run ended."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.run_builder import End, RunBuilder

_SCORES, _VERDICTS = ("reward", "score"), ("resolved", "success", "passed", "is_correct", "utility")
_RESULTS = ("outcome", "verdict", "final_result")
_PASSED = {
    **dict.fromkeys(("pass", "passed", "success", "succeeded", "resolved", "correct"), True),
    **dict.fromkeys(("fail", "failed", "failure", "unresolved", "incorrect"), False),
}
_EXPECTED = ("ground_truth", "reference_answer", "gold_answer", "golden_answer", "target_answer")
_LIMITS = ("max", "length", "token limit", "timeout")  # how reasons to stop begin
_MAX_LABEL = 40  # characters


class RunGrades:
    """Collect the result of a run and add it at the run's end."""

    def __init__(self) -> None:
        self._grades: list[dict[str, Any]] = []
        self._expected: dict[str, Any] = {}
        self._end: tuple[End, str] | None = None

    def take(self, setting: dict[str, Any]) -> set[str]:
        """Keep outcome and expected result for the end of the run; return the names of the members used."""
        taken = set[str]()
        for name, value in setting.items():
            if name in _VERDICTS and isinstance(value, bool):
                self._grades.append({"passed": value, "score": None, "by": name})
            elif name in _SCORES and isinstance(value, int | float) and not isinstance(value, bool):
                self._grades.append({"passed": None, "score": float(value), "by": name})
            elif name in _RESULTS and isinstance(value, str) and value and len(value) <= _MAX_LABEL:
                passed = _PASSED.get(value.lower())
                self._grades.append({"passed": passed, "score": None, "by": name, "label": value})
            elif (name in _EXPECTED or name.startswith("expected_")) and value not in (None, "", [], {}):
                self._expected[name] = value
            elif name == "error" and isinstance(value, str) and value:
                self._end = "crash", value
            elif name == "stop_reason" and isinstance(value, str) and value:
                self._end = "limit" if value.lower().startswith(_LIMITS) else "answered", value
            else:
                continue
            taken.add(name)
        return taken

    def add(self, run: RunBuilder) -> None:
        """Add the expected result, the end of the run and its outcome, as far as they are known."""
        if self._expected:
            several = len(self._expected) > 1
            run.expected(self._expected if several else next(iter(self._expected.values())))
        if self._end is not None:
            run.end(*self._end)
        for grade in self._grades:
            run.outcome(**grade)
