from __future__ import annotations

import pytest

from replay_gui.core.contrast.passed_expression import passed_judge
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.errors import NotesRefused
from replay_gui.core.facts.run_identity import RunIdentity
from replay_gui.core.facts.run_outcome import Outcome, RunEnd, RunResult

RUN = EvaluatedRun(
    given="a.json",
    name="a",
    events=40,
    calls=5,
    cost=0.02,
    duration=3_000_000_000,
    identity=RunIdentity(task="7", model="gpt 4o"),
    result=RunResult((Outcome(None, 0.5, "grader", "C"),), RunEnd("answered", None)),
)


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("score >= 0.5", True),
        ("score>0.5", False),
        ("score = .5e0 and score==5e-1", True),
        ("events == 40", True),
        ("label == C", True),
        ("label != 'C'", False),
        ('model = "gpt 4o"', True),
        ("end == answered and cost < 0.03", True),
        ("end == limit or not cost < 0.01", True),
        ("not (end == answered and calls > 3)", False),
        ("duration <= 3", True),
        ("task == 7", True),
        ("tokens > 5", None),
        ("tokens > 5 or events > 5", True),
        ("tokens > 5 and events > 500", False),
        ("not tokens > 5", None),
        ("passed", None),
        ("passed == true", None),
        ("label > 3", True),
        ("events > many", None),
        ("NOT end == limit AND events >= -1", True),
    ],
)
def test_an_expression_judges_a_run(expression: str, answer: bool | None) -> None:
    assert passed_judge(expression)(RUN) is answer


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "a field is expected at its end"),
        ("scores > 1", "'scores' is not known; the fields are score"),
        ("score", "after score, one of"),
        ("score >", "a number or a text is expected at its end"),
        ("score > )", "a number or a text is expected at character 9"),
        ("(score > 1", "a ) is missing"),
        ("score > 1 score < 2", "'and' or 'or' is expected at character 11"),
        ("label == 'C", "not understood from character 10"),
        ("__import__('os')", "is not known"),
        ("(" * 60 + "passed" + ")" * 60, "more than 50"),
        ("not " * 60 + "passed", "more than 50"),
        ("score > 1 and " * 300 + "score > 1", "longer than 2,000"),
    ],
)
def test_a_wrong_expression_is_refused_in_one_line(expression: str, problem: str) -> None:
    with pytest.raises(NotesRefused) as refused:
        passed_judge(expression)
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)
