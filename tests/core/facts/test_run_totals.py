from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.facts.run_totals import ModelUse, RunTotals, total_cost, total_tokens, total_use


def totals(*events: tuple[str, dict[str, Any]]) -> tuple[ModelUse, ...]:
    run = RunTotals()
    for kind, meta in events:
        run.add_meta(kind, meta)
    return run.uses()


def test_tokens_and_cost_are_summed_by_model() -> None:
    uses = totals(
        ("Decision", {"model": "a", "tokens": {"input": 10, "output": 2}, "cost": 0.5}),
        ("ToolRequest", {"model": "a", "tokens": {"input": 1, "cache_read": 7}, "cost_usd": 0.25}),
        ("Decision", {"model": "b", "tokens": 30}),
        ("Observation", {"time": 5}),
    )
    assert uses == (
        ModelUse("a", 2, {"input": 11, "output": 2, "cache_read": 7}, 0.75),
        ModelUse("b", 1, {"": 30}, None),
    )
    assert (total_tokens(uses), total_cost(uses)) == (43, 0.75)
    assert total_use(uses).tokens == {"input": 11, "output": 2, "cache_read": 7, "": 30}


def test_tokens_reported_in_two_scopes_are_counted_once() -> None:
    step = ("Decision", {"tokens": {"input": 10}, "cost": 0.5})
    assert totals(step, ("x:mini-swe-agent/result", {"cost": 0.5}))[0].cost == 0.5
    assert totals(step, ("x:codex/tokens", {"tokens": {"input": 10}}))[0].tokens == {"input": 10}
    assert totals(("x:mini-swe-agent/result", {"cost": 0.7}))[0].cost == 0.7
    none = ("Decision", {"tokens": {"input": 0}, "cost": 0})
    assert totals(none, ("x:a/result", {"tokens": {"input": 9}, "cost": 2}))[0] == ModelUse("", 1, {"input": 9}, 2.0)
    assert totals(none)[0] == ModelUse("", 1, {"input": 0}, 0.0)
    assert totals(("x:codex/tokens", {"tokens": {"input": 3}}), ("x:a/result", {"cost": 1}))[0] == ModelUse(
        "", 0, {"input": 3}, 1.0
    )


def test_output_that_steps_tell_before_it_is_complete_is_the_whole_runs() -> None:
    step, whole = {"model": "a", "tokens": {"input": 10, "output": 1}}, {"tokens": {"input": 9, "output": 50}}
    steps = [("Decision", step), ("Decision", step)]
    assert totals(*steps, ("x:bookkeeping/claude-code/result", whole))[0].tokens == {"input": 20, "output": 50}
    assert totals(*steps, *[("x:a/result", whole)] * 2)[0].tokens["output"] == 2  # each of a part, or of all before it
    assert totals(*steps, ("x:a/result", {"tokens": {"output": 1}}))[0].tokens["output"] == 2
    other = ("Decision", {"model": "b", "tokens": {"output": 1}})
    assert [use.tokens["output"] for use in totals(*steps, other, ("x:a/result", whole))] == [2, 1]


@pytest.mark.parametrize(
    "meta", [{}, {"tokens": "many"}, {"tokens": {"input": 1.5}}, {"cost": True}, {"cost": float("nan")}]
)
def test_values_that_are_no_numbers_are_ignored(meta: dict[str, Any]) -> None:
    assert totals(("Decision", meta)) == ()
    assert total_tokens(()) is None
    assert total_cost(()) is None


def test_an_answer_that_is_nothing_but_withheld_reasoning_counts() -> None:
    totals = RunTotals()
    for kind, tokens in (("Decision", 5), ("x:withheld-reasoning", 7), ("x:bookkeeping/p/use", 100)):
        totals.add_meta(kind, {"tokens": {"output": tokens}})
    (use,) = totals.uses()
    assert use.tokens == {"output": 12}
