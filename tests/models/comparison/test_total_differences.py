from __future__ import annotations

from replay_gui.core.facts.nesting import Nesting
from replay_gui.core.facts.run_highlights import RunHighlights
from replay_gui.core.facts.run_measures import RunCounts
from replay_gui.core.facts.run_outcome import Outcome, RunResult
from replay_gui.core.facts.run_totals import ModelUse
from replay_gui.core.facts.spending import Spending
from replay_gui.engine.answers import Totals
from replay_gui.models.comparison.total_differences import total_differences


def totals(passed: bool, failed: int, seconds: int | None, tokens: int, cost: float | None) -> Totals:
    highlights = RunHighlights(RunCounts(failed=failed), None if seconds is None else seconds * 10**9)
    result = RunResult((Outcome(passed, float(passed), "tests", None),))
    uses = (ModelUse("a model", 1, {"input": tokens}, cost),)
    return Totals(uses=uses, spending=Spending(), nesting=Nesting(), result=result, highlights=highlights)


def test_what_differs_is_said_and_what_is_equal_or_unknown_is_not() -> None:
    one, other = totals(True, 1, 40, 812, 0.25), totals(False, 4, 65, 9_100, 1.5)
    assert total_differences(one, other) == (
        "Outcome passed, score 1 against failed, score 0 by tests · failures 1 against 4 · "
        "time 40.00 s against 1 min 5 s · tokens 812 against 9,100 · cost $0.25 against $1.50"
    )
    assert total_differences(one, one) == ""
    assert total_differences(one, totals(True, 1, None, 900, None)) == "Tokens 812 against 900"
    assert total_differences(one, None) == ""
