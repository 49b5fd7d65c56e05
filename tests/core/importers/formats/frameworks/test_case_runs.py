"""Evaluations whose test cases are runs: DeepEval, promptfoo and those of Google ADK."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replay_gui.core.importers.formats.records import NO_RUNS
from tests.helpers.foreign import Read, read_all
from tests.helpers.paths import DATA

DEEPEVAL, PROMPTFOO = (DATA / "seeds" / name / "0.json" for name in ("deepeval", "promptfoo"))


def data(run: Read, kind: str) -> list[Any]:
    return [event.payload["data"] for event in run.of(kind)]


def test_a_test_run_of_deepeval() -> None:
    case, other, talk = read_all(DEEPEVAL)
    assert [run.run.name for run in (case, other, talk)] == ["case a", "case b", "talk"]
    assert (data(case, "Observation"), data(case, "Decision")) == (["What is up?"], ["Not much"])
    assert case.of("MemoryRead")[0].payload["value"] == ["sky is up"]
    assert case.tools() == {"look": 1, "wait": 1}
    assert [event.payload["output"] for event in case.of("ToolResponse")] == ["sky"]
    assert case.outcomes() == [(False, None, "DeepEval"), (False, 0.2, "Relevancy"), (None, None, "Broken")]
    assert case.of("x:outcome")[-1].payload["label"] == "error: no answer"  # the grader failed, not the run
    assert [event.payload.get("parts") for event in case.of("x:outcome")][1:] == [
        [{"name": "reason", "why": "because Relevancy"}],
        [{"name": "error", "why": "no answer"}, {"name": "reason", "why": "because Broken"}],
    ]
    assert data(case, "x:expected") == [
        {"expectedOutput": "The sky", "expectedTools": [{"name": "look"}], "context": ["facts"]}
    ]
    assert data(other, "Decision") == ["(empty)"]
    assert (data(talk, "Observation"), data(talk, "Decision"), talk.tools()) == (["Refund?"], ["Done."], {"refund": 1})


def test_results_of_promptfoo() -> None:
    passed, failed, broken = read_all(PROMPTFOO)
    assert [run.run.name for run in (passed, failed, broken)] == [f"test {n} openai:gpt-x" for n in (1, 2, 3)]
    assert data(passed, "Observation") == ["You translate", "hello"]
    (answer,) = passed.of("Decision")
    assert (answer.payload["data"], answer.meta["tokens"], answer.meta["cost"], answer.meta["duration"]) == (
        "Hola",
        {"input": 1243, "output": 8, "reasoning": 3},
        0.0063,
        1_649_000_000,
    )
    assert passed.outcomes() == [(True, 1.0, "promptfoo")]
    assert passed.of("x:outcome")[0].payload["parts"] == [{"name": "contains", "value": 1, "passed": True, "why": "r"}]
    assert data(passed, "x:expected") == [[{"type": "contains", "value": "Hola"}]]
    assert failed.tools() == {"look": 1}
    assert failed.of("ToolRequest")[0].payload["input"] == {"a": 1}
    assert broken.of("Error")[0].payload["message"] == "API error: 429"
    assert broken.of("x:end")[0].payload == {"how": "crash", "why": "API error: 429"}


def test_results_of_promptfoo_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    results = json.loads(PROMPTFOO.read_text())["results"]["results"]
    path.write_text("".join(json.dumps(result) + "\n" for result in results))
    assert [(run.format, run.kinds) for run in read_all(path)] == [
        ("promptfoo", run.kinds) for run in read_all(PROMPTFOO)
    ]


def test_a_line_that_is_no_result_of_promptfoo_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    first, second, _ = json.loads(PROMPTFOO.read_text())["results"]["results"]
    path.write_text("\n".join((json.dumps(first), '{"other": 1}', json.dumps(second), '{"cut')))
    found = read_all(path)
    assert [{event.meta["line"] for event in run.events if "line" in event.meta} for run in found] == [{1}, {3}]
    assert {run.run.notes.sentences() for run in found} == {(f"{NO_RUNS}: 2",)}


def test_evaluations_of_google_adk() -> None:
    seeds = DATA / "seeds" / "google-adk-evals"
    (case,), (result,) = read_all(seeds / "0.json"), read_all(seeds / "1.json")
    assert (case.format, case.run.name, result.run.name) == ("google-adk-evals", "roll", "roll")
    assert (data(case, "Observation"), data(case, "Decision")) == (["Roll a die", "Thanks"], ["You got 4", "Bye"])
    assert case.tools() == {"roll_die": 1}
    assert [event.payload["output"] for event in case.of("ToolResponse")] == [{"result": 4}]
    assert (data(result, "Decision"), result.tools()) == (["I rolled 4"], {})
    assert result.outcomes() == [(False, 0.0, "tool_trajectory_avg_score"), (False, None, "Google ADK")]
    (expected,) = data(result, "x:expected")
    assert expected[0]["intermediate_data"]["tool_uses"][0]["name"] == "roll_die"


def test_a_status_of_another_type_says_nothing_of_an_evaluation(tmp_path: Path) -> None:
    told = json.loads((DATA / "seeds" / "google-adk-evals" / "1.json").read_text())
    told["eval_case_results"][0]["final_eval_status"] = []
    (tmp_path / "result.json").write_text(json.dumps(told))
    (result,) = read_all(tmp_path / "result.json")
    assert result.outcomes()[-1] == (None, None, "Google ADK")


def test_a_turn_of_adk_without_an_answer_has_none(tmp_path: Path) -> None:
    asked, answered = ({"role": role, "parts": [{"text": text}]} for role, text in (("user", "Book"), ("model", None)))
    uses = {"tool_uses": [{"name": "ask_for_date", "args": {}}]}
    turn = {"invocation_id": "i", "user_content": asked, "final_response": answered, "intermediate_data": uses}
    path = tmp_path / "flow.test.json"
    path.write_text(json.dumps({"eval_set_id": "s", "eval_cases": [{"eval_id": "e", "conversation": [turn]}]}))
    (found,) = read_all(path)
    assert (found.format, found.kinds) == ("google-adk-evals", ["AgentInit", "Observation", "ToolRequest"])
