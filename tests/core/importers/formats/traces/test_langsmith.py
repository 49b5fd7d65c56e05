"""Runs of LangSmith: nested, without a trace's id, and prompts that are no messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.helpers.foreign import read_all, written
from tests.helpers.paths import DATA


def run(name: str, kind: str, parent: str | None, second: int, **more: Any) -> dict[str, Any]:
    at = "2026-05-21T14:00:0{}Z"
    times = {"start_time": at.format(second), "end_time": at.format(second + 1)}
    return {"id": name, "name": name, "run_type": kind, "parent_run_id": parent, **times, "inputs": {}, **more}


def test_nested_runs() -> None:
    (found,) = read_all(DATA / "seeds" / "langsmith" / "1.json")
    assert (found.run.run_id, found.run.agent, found.tools()) == ("a0", "helper", {"search": 1})
    (said,) = found.of("Decision")
    assert (said.payload["data"], said.meta["model"]) == ("I search.", "m")
    assert said.meta["tokens"] == {"input": 78, "cached": 8, "output": 11}
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["Timeout('no answer')"]


def test_runs_without_a_traces_id_belong_to_the_run_above_all(tmp_path: Path) -> None:
    records = [
        run("c", "tool", "b", 2),
        run("a", "chain", None, 0),
        run("b", "chain", "a", 1),
        run("x", "llm", None, 0),
    ]
    found = read_all(written(tmp_path, {"runs": records}))
    assert [(one.run.run_id, one.format) for one in found] == [("a", "langsmith"), ("x", "langsmith")]
    assert found[0].tools() == {"c": 1}


def test_a_prompt_that_is_no_message_is_content(tmp_path: Path) -> None:
    def said(prompt: str) -> list[Any]:
        model = run("m", "llm", "a", 1, inputs={"prompts": [prompt]}, outputs={"generations": [[{"text": "Yes."}]]})
        (found,) = read_all(written(tmp_path, [run("a", "chain", None, 0), model]))
        return [event.payload["data"] for event in found.events if event.kind in ("Observation", "Decision")]

    assert said("Is it so?") == [{"prompts": ["Is it so?"]}, "Yes."]


def test_pairs_commands_and_messages_of_langchain(tmp_path: Path) -> None:
    update = {"messages": [{"type": "ai", "content": "I search."}]}
    answer = {"type": "tool", "content": "found", "tool_call_id": "c1", "artifact": {"pages": 2}}
    error = "Timeout('late')Traceback (most recent call last):\n  File"
    records = [
        run("a", "chain", None, 0, inputs={"messages": [["user", "Find it."]]}),
        run("n", "chain", "a", 1, outputs={"output": [{"graph": None, "update": update, "resume": None, "goto": []}]}),
        run("t", "tool", "a", 2, outputs={"output": answer}),
        run("u", "tool", "a", 4, error=error, events=[{"name": "start", "time": "2026-05-21T14:00:04Z"}]),
    ]
    (found,) = read_all(written(tmp_path, records))
    assert [event.payload["data"] for event in found.of("Observation")] == ["Find it."]
    assert found.of("x:langsmith/step")[0].payload["data"]["output"] == {"output": update}
    results = [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")]
    assert results == [("found", None), (None, "Timeout('late')")]
    fields = [event.payload["fields"] for event in found.of("ToolRequest")]
    assert fields == [{"answer": {"artifact": {"pages": 2}}}, {"error": error, "events": [{"name": "start"}]}]


def test_the_sums_of_a_root_count_where_no_model_tells_any(tmp_path: Path) -> None:
    record = {
        "prompt_tokens": 65,
        "completion_tokens": 7,
        "total_cost": "0.25",
        "prompt_token_details": {"cache_read": 9},
    }
    sent = {"messages": [{"role": "user", "content": "q"}], "retries": 2}
    root = {"id": "r", "trace_id": "r", "run_type": "chain", "name": "graph", "inputs": sent, "outputs": None, **record}
    answer = {"choices": [{"message": {"role": "assistant", "content": "a"}}]}
    model = {**root, "id": "m", "parent_run_id": "r", "run_type": "llm", "outputs": answer}
    without = {key: value for key, value in model.items() if key not in record}
    for records in ([root], [root, model], [root, without]):
        (run,) = read_all(written(tmp_path, records))
        assert run.tokens() == {"input": 65, "output": 7, "cached": 9}
        assert sum(event.meta.get("cost", 0) for event in run.events) == 0.25
        assert run.events[0].payload["config"]["inputs"] == {"retries": 2}


def test_batches_in_a_row(tmp_path: Path) -> None:
    """As the client sends them: runs that began, and updates; one has none."""
    about = {"trace_id": "a", "session_name": "default"}
    root = {"id": "a", "run_type": "chain", "name": "bot", "inputs": {"question": "q"}, "outputs": {}, **about}
    asked = {"messages": [{"role": "user", "content": "q"}]}
    model = {"id": "b", "run_type": "llm", "name": "m", "inputs": asked, "outputs": {}, "parent_run_id": "a", **about}
    choice = {"index": 0, "message": {"role": "assistant", "content": "x"}}
    batches = [{"post": [root]}, {"post": [model], "patch": [{"id": "b", "outputs": {"choices": [choice]}}]}]
    (run,) = read_all(written(tmp_path, [*batches, {"patch": [{"id": "a", "outputs": {"output": "x"}}]}]))
    assert (run.format, run.run.agent, run.decisions()) == ("langsmith", "bot", [(None, "x")])
    assert (run.of("x:langsmith/output"), len(run.of("x:bookkeeping/langsmith/output"))) == ([], 1)
    (begun,) = read_all(written(tmp_path, [*batches[:1], {"post": [model]}]))
    assert begun.decisions() == [(None, "(answer, not recorded)")]
    (updated,) = read_all(written(tmp_path, [*batches[:1], {"patch": [{"id": "a", "inputs": {"question": "r"}}]}]))
    replaced = updated.events[0].payload["config"]["before updates"]
    assert replaced == [{"inputs": {"question": "q"}}]
