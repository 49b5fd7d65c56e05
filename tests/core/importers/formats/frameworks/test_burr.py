"""Logs of Burr: the clock of their times, and the answers of models in the attributes of spans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replay_gui.core.log.kinds import Kind
from tests.helpers.foreign import Read, read_all
from tests.helpers.importers.case_runs import tokens

ANSWER = {
    "gen_ai.request.model": "gpt-4",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "Which mode?",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "draw",
    "gen_ai.usage.prompt_tokens": 132,
    "gen_ai.usage.completion_tokens": 2,
}


def lines(attributes: dict[str, Any], zone: str = "") -> list[dict[str, Any]]:
    """An action whose span has these attributes; their times are in UTC, the others two hours later, or in `zone`."""
    return [
        {
            "type": "begin_entry",
            "start_time": f"2024-08-27T12:00:00.000000{zone}",
            "action": "decide",
            "sequence_id": 3,
        },
        {
            "type": "begin_span",
            "start_time": f"2024-08-27T12:00:01{zone}",
            "span_id": "3:0.0",
            "span_name": "openai.chat",
        },
        *(
            {"type": "attribute", "key": key, "span_id": "3:0.0", "value": value, "time_logged": "2024-08-27T10:00:02Z"}
            for key, value in attributes.items()
        ),
        {
            "type": "end_entry",
            "end_time": f"2024-08-27T12:00:03{zone}",
            "action": "decide",
            "result": {},
            "exception": None,
            "state": {"mode": "draw"},
            "sequence_id": 3,
        },
    ]


def read(folder: Path, *records: dict[str, Any]) -> Read:
    path = folder / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    (run,) = read_all(path)
    assert run.format == "burr"
    return run


def seconds(run: Read) -> set[int]:
    return {int(event.meta["time"] // 10**9) % 86_400 - 36_000 for event in run.events if event.meta.get("time")}


def test_local_times_are_told_in_utc(tmp_path: Path) -> None:
    run = read(tmp_path, *lines(ANSWER))
    assert seconds(run) == {0, 1, 2, 3}
    assert run.run.created == 1_724_752_800 * 10**9


def test_times_with_a_zone_are_not_moved(tmp_path: Path) -> None:
    assert seconds(read(tmp_path, *lines(ANSWER, "+02:00"))) == {0, 1, 2, 3}
    assert seconds(read(tmp_path, *lines({}))) == {7200, 7201, 7203}  # no attribute tells the zone


def test_the_answer_of_a_model_is_read_from_its_span(tmp_path: Path) -> None:
    run = read(tmp_path, *lines(ANSWER))
    (answer,) = run.of(Kind.DECISION)
    assert (answer.payload["data"], answer.meta["model"]) == ("draw", "gpt-4")
    assert tokens(run) == {"input": 132, "output": 2}
    assert run.kinds.index(Kind.DECISION) < run.kinds.index(Kind.TOOL_RESPONSE)


def test_two_spans_are_two_answers_and_others_are_none(tmp_path: Path) -> None:
    second = [{**record, "span_id": "3:0.1"} for record in lines({**ANSWER, "gen_ai.completion.0.content": "write"})]
    cut = lines(ANSWER)[:-1]  # the program ended within the action
    attributes = [record for record in second if record["type"] == "attribute"]
    run = read(tmp_path, *cut, *attributes)
    assert [event.payload["data"] for event in run.of(Kind.DECISION)] == ["draw", "write"]
    assert tokens(run) == {"input": 264, "output": 4}
    assert not read(tmp_path, *lines({"user": "x", "gen_ai.request.model": "m"})).of(Kind.DECISION)
