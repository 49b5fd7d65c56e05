from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.limits import Limits
from replay_gui.core.importers.times import iso_time
from replay_gui.core.importers.zip_members import ZipMembers
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source
from replay_gui.core.replay_engine import ReplayEngine
from tests.helpers.foreign import Read, read_all, real_files, written
from tests.helpers.importers.case_runs import tokens
from tests.helpers.shared_data import each_real_file

AT = "2025-05-12T20:28:{:02}+00:00"
ABOUT = {"task": "t", "task_version": 0, "model": "m", "created": AT.format(0), "run_id": "r"}


def sample(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = [{"timestamp": AT.format(number), **event} for number, event in enumerate(events, 1)]
    return {"id": 1, "epoch": 2, "uuid": "u", "events": found, "attachments": {"a1": "long text"}, **more}


def log(*samples: Any) -> dict[str, Any]:
    return {"version": 2, "status": "success", "eval": ABOUT, "plan": {"name": "p"}, "samples": list(samples)}


def read(folder: Path, *events: dict[str, Any], **more: Any) -> Read:
    (one,) = read_all(written(folder, log(sample(*events, **more))))
    assert (one.format, one.run.run_id) == ("inspect-ai", "u")
    return one


BEGUN = {
    "event": "sample_init",
    "sample": {"input": "attachment://a1"},
    "state": {"messages": [{"role": "user", "content": "attachment://a1"}], "store": {}},
}


def test_the_state_is_the_samples_own(tmp_path: Path) -> None:
    changes = [
        {"op": "add", "path": "/messages/1", "value": {"role": "assistant", "content": "Hm."}},
        {"op": "replace", "path": "/messages/0/role", "value": "system", "replaced": "user"},
    ]
    stored = {"event": "store", "changes": [{"op": "add", "path": "/k", "value": [1]}]}
    path = written(tmp_path, log(sample(BEGUN, {"event": "state", "changes": changes}, stored)))
    with EventLog.open(convert(path, tmp_path / "out.rlog")[0].path) as made:
        state = ReplayEngine(made).replay_all()
        assert made.header.state == "recorded"
    assert state["sample"]["messages"] == [
        {"role": "system", "content": "long text"},
        {"role": "assistant", "content": "Hm."},
    ]
    assert (state["store"], state["memory"]) == ({"k": [1]}, {"k": [1]})


def test_a_model_decides_and_a_tool_is_called(tmp_path: Path) -> None:
    output = {
        "model": "gpt",
        "choices": [{"message": {"role": "assistant", "content": "Hm."}, "stop_reason": "stop"}],
        "usage": {"input_tokens": 3, "output_tokens": 1, "input_tokens_cache_read": 4, "total_tokens": 8},
        "time": 0.5,
    }
    tool = {"event": "tool", "id": "c", "function": "bash", "arguments": {"cmd": "ls"}, "working_time": 2}
    one = read(
        tmp_path,
        {"event": "span_begin", "type": "solver", "name": "generate"},
        {"event": "model", "model": "m", "input": [1], "output": output},
        {**tool, "result": "a", "events": [{"event": "sandbox", "action": "exec"}]},
        {**tool, "result": "", "error": {"type": "permission", "message": "no"}},
        {**tool, "result": "", "error": {"type": "timeout", "message": "late"}},
        {"event": "new", "what": 1},
    )
    assert one.kinds[1:] == [
        "StateTransition", "Decision", "ToolRequest", "x:inspect/sandbox", "ToolResponse", "ToolRequest",
        "ToolResponse", "CapabilityDenied", "ToolRequest", "x:inspect/other", "ToolResponse", "Error",
        "x:bookkeeping/inspect/result", "x:end",
    ]  # fmt: skip
    assert one.of("StateTransition")[0].payload["phase"] == "generate"
    decision, response = one.of("Decision")[0], one.of("ToolResponse")[0]
    assert (decision.payload["data"], decision.meta["tokens"]) == ("Hm.", {"input": 7, "cached": 4, "output": 1})
    assert (response.payload["output"], response.meta["duration"]) == ("a", 2_000_000_000)
    assert decision.payload["fields"]["input"] == [1], "what the state does not have"
    assert len(one.run.notes.sentences()) == 1


def test_what_a_model_is_asked_again_is_told_once(tmp_path: Path) -> None:
    message = {
        "role": "assistant",
        "content": [{"type": "reasoning", "reasoning": "Hm."}, {"type": "text", "text": "2"}],
    }
    asked = [{"id": "a", "role": "user", "content": "1+1?"}]
    output = {"model": "m", "choices": [{"message": {**message, "id": "x"}, "stop_reason": "stop"}]}
    again = [*asked, {**message, "id": "y"}, {"role": "user", "content": "Sure?"}]
    one = read(
        tmp_path,
        {"event": "model", "model": "m", "input": asked, "tools": [{"name": "t"}], "output": output},
        {"event": "model", "model": "m", "input": again, "tools": [{"name": "t"}], "output": output},
    )
    first, second = one.of("Decision")
    assert (first.payload["data"], first.payload["reasoning"]) == ("2", "Hm.")
    assert first.payload["fields"]["input"] == [{"role": "user", "content": "1+1?"}]
    assert second.payload["fields"] == {"input": [{"role": "user", "content": "Sure?"}]}


@pytest.mark.parametrize(
    ("value", "passed", "score", "label"),
    [
        ("C", True, 1.0, "C"),
        ("I", False, 0.0, "I"),
        ("P", None, 0.5, "P"),
        (1, True, 1.0, None),
        (0, False, 0.0, None),
        (0.25, None, 0.25, None),
        (True, True, 1.0, None),
        ("fair", None, None, "fair"),
    ],
)
def test_a_score_is_an_outcome(
    tmp_path: Path, value: Any, passed: bool | None, score: float | None, label: str | None
) -> None:
    scores = {"match": {"value": value, "answer": "2", "explanation": "as it should be"}}
    (outcome,) = read(tmp_path, BEGUN, scores=scores, target="2").of("x:outcome")
    more = {"label": label} if label else {}
    assert outcome.payload == {
        "passed": passed, "score": score, "by": "Inspect scorer match", "answer": "2", "expected": "2",
        "parts": [{"name": "explanation", "why": "as it should be"}], **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "how", "why"),
    [
        ({"error": {"message": "no such model"}}, "crash", "no such model"),
        ({"limit": {"type": "message", "limit": 50.0}}, "limit", "message limit of 50"),
        ({"limit": {"type": "time", "limit": 60.0}}, "timeout", "time limit of 60"),
        ({"limit": {"type": "operator", "limit": 1}}, "stopped by user", "operator limit of 1"),
        ({"scores": {"s": {"value": 1}}}, "answered", None),
        ({}, "open", None),
    ],
)
def test_how_a_sample_ended(tmp_path: Path, more: dict[str, Any], how: str, why: str | None) -> None:
    (end,) = read(tmp_path, BEGUN, **more).of("x:end")
    assert end.payload == {"how": how, "why": why}


def test_changes_of_ids_are_no_changes_of_the_state(tmp_path: Path) -> None:
    message = {
        "role": "assistant",
        "content": "",
        "id": "m",
        "tool_calls": [{"id": "c", "function": "f", "arguments": {"id": 7}}],
    }
    changes = [
        {"op": "add", "path": "/messages/1", "value": message},
        {"op": "replace", "path": "/messages/0/id", "value": "other"},
        {"op": "replace", "path": "/messages/1/tool_calls/0/id", "value": "other"},
        {"op": "replace", "path": "/messages/1/tool_calls/0/arguments/id", "value": 8},
    ]
    (changed,) = read(tmp_path, BEGUN, {"event": "state", "changes": changes}).of("StateTransition")
    assert [op["path"] for op in changed.payload["ops"]] == [
        "/sample/messages/1", "/sample/messages/1/tool_calls/0/arguments/id"
    ]  # fmt: skip
    assert changed.payload["ops"][0]["value"] == {
        "role": "assistant", "content": "", "tool_calls": [{"function": "f", "arguments": {"id": 7}}]
    }  # fmt: skip


def test_attachments_that_are_missing_and_patches_that_cannot_be_are_told_of(tmp_path: Path) -> None:
    one = read(tmp_path, {"event": "info", "data": "attachment://?"}, {"event": "state", "changes": [{"op": "move"}]})
    assert len(one.run.notes.sentences()) == 2
    assert "ops" not in one.of("StateTransition")[0].payload


def archive(folder: Path, members: dict[str, Any], name: str = "log.eval") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for member, value in members.items():
            made.writestr(member, json.dumps(value))
    return path


def test_an_archive_has_a_run_a_sample_in_order_of_their_numbers(tmp_path: Path) -> None:
    members = {f"samples/{id}_epoch_1.json": sample(BEGUN, uuid=str(id)) for id in (10, 9)}
    done = read_all(archive(tmp_path, {**members, "header.json": log()}))
    assert [one.run.run_id for one in done] == ["9", "10"]
    going = read_all(archive(tmp_path, {**members, "_journal/start.json": {"version": 2, "eval": ABOUT}}))
    assert [one.run.notes.sentences() for one in going] == [
        ("the evaluation had not ended when the file was written: 1",)
    ] * 2


def test_a_damaged_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = archive(tmp_path, {"samples/1_epoch_1.json": sample(BEGUN), "header.json": log()})
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(ImportRefused, match=r"member samples/1_epoch_1\.json"):
        read_all(path)
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(ImportRefused, match="a ZIP file that cannot be read"):
        read_all(path)


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(tmp_path: Path) -> None:
    path = archive(tmp_path, {"header.json": "x" * 100_000})
    with Source(path) as source:
        members = ZipMembers(source)
        members._infos["header.json"].file_size = 10
        with pytest.raises(ImportRefused, match="not what its checksum says"):
            members.read("header.json")
        small = ZipMembers(source, Limits(document=9))
        with pytest.raises(ImportRefused, match="more than the"):
            small.read("header.json")


def raw_samples(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".json":
        found: list[dict[str, Any]] = json.loads(path.read_text())["samples"]
        return found
    with Source(path) as source:
        members = ZipMembers(source)
        return [json.loads(members.read(name)) for name in members if name.startswith("samples/")]


def raw_events(events: list[Any]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for event in events:
        counted[event["event"]] += 1
        counted += raw_events(event.get("events") or [])
    return counted


def all_events(events: list[Any]) -> list[dict[str, Any]]:
    return [one for event in events for one in (event, *all_events(event.get("events") or []))]


def failures(found: dict[str, Any]) -> int:
    """Failed calls of tools and of the model, and errors of the sample."""
    events = found.get("events") or (found.get("transcript") or {}).get("events") or []
    return sum(bool(one.get("error")) for one in all_events(events) if one["event"] in ("tool", "model", "error"))


TOKENS = {"input": "input_tokens", "output": "output_tokens", "cached": "input_tokens_cache_read",
          "reasoning": "reasoning_tokens"}  # fmt: skip


def usage_of(found: dict[str, Any]) -> dict[str, int]:
    """Tokens of all answers of models."""
    counted: Counter[str] = Counter()
    events = found.get("events") or (found.get("transcript") or {}).get("events") or []
    for event in all_events(events):
        usage = (event.get("output") or {}).get("usage") if event["event"] == "model" else None
        for name, key in TOKENS.items():
            if usage and usage.get(key) is not None:
                counted[name] += usage[key]
    return dict(counted)


@each_real_file(real_files("inspect-ai", "*.eval") + real_files("inspect-ai") + real_files("more/inspect", "*.eval"))
def test_real_logs_lose_nothing(path: Path, tmp_path: Path) -> None:
    """Counted from the source: a run a sample-epoch, a Decision a model event, a call a tool event."""
    runs = {(one.run.source["id"], one.run.source["epoch"]): one for one in read_all(path)}
    samples = raw_samples(path)
    assert len(runs) == len(samples)
    for found in samples:
        one = runs[found["id"], found["epoch"]]
        events = raw_events(found.get("events") or (found.get("transcript") or {}).get("events") or [])
        if events:
            assert (len(one.of("Decision")), len(one.of("ToolRequest"))) == (events["model"], events["tool"])
            assert one.kinds.count("x:bookkeeping/inspect/score") == events["score"]
            assert len(one.of("Error")) + len(one.of("CapabilityDenied")) == failures(found)
            assert tokens(one) == usage_of(found)
        assert len(one.of("x:outcome")) == len(found.get("scores") or {})
        assert not any("attachment" in note for note in one.run.notes.sentences())
    (first, *_) = convert(path, tmp_path)
    with EventLog.open(first.path) as made:
        state = ReplayEngine(made).replay_all()
        found = next(one for one in samples if made.header.source["id"] == one["id"])
    if "sample" in state and found["messages"] and isinstance(found["messages"][0].get("content"), str):
        assert [one["role"] for one in state["sample"]["messages"]] == [one["role"] for one in found["messages"]]


def test_a_log_of_messages_alone_has_calls_and_failures(tmp_path: Path) -> None:
    """The oldest logs have no events, and some have a call's result without the call."""
    calls = [{"id": "c1", "function": "bash", "arguments": {"cmd": "ls"}, "type": "function"}]
    failed = {"role": "tool", "content": "...", "function": "bash"}
    messages = [
        {"role": "user", "content": "List"},
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "a.py", "function": "bash"},
        {**failed, "tool_call_id": "c2", "error": {"type": "timeout", "message": "too slow"}},
        {**failed, "tool_call_id": "c3", "error": {"type": "approval", "message": "no"}},
    ]
    sample = {"id": 1, "epoch": 1, "input": "List", "target": "a.py", "messages": messages}
    log = {"version": 2, "status": "success", "eval": {"task": "t"}, "plan": {}, "samples": [sample]}
    (found,) = read_all(written(tmp_path, log), "inspect-ai")
    asked = [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")]
    assert asked == [("bash", {"cmd": "ls"})]
    answers = [(event.payload["tool_name"], event.payload["error"]) for event in found.of("ToolResponse")]
    assert answers == [("bash", None), ("bash", "too slow"), ("bash", "no")]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["timeout"]
    assert [event.payload["reason"] for event in found.of("CapabilityDenied")] == ["no"]
    assert len(found.of("Observation")) == 1


def test_texts_of_a_transcript_of_2024_stand_beside_its_events(tmp_path: Path) -> None:
    init = {"event": "sample_init", "sample": {"input": "tc://a1", "id": 1}, "state": {"messages": []}}
    transcript = {"events": [init], "content": {"a1": "List the files", "a2": "unused"}}
    sample = {
        "id": 1,
        "epoch": 1,
        "input": "List the files",
        "target": "a.py",
        "messages": [],
        "transcript": transcript,
    }
    log = {"version": 2, "status": "success", "eval": {"task": "t"}, "plan": {}, "samples": [sample]}
    (found,) = read_all(written(tmp_path, log), "inspect-ai")
    assert "List the files" in json.dumps(found.of("Observation")[0].payload)
    assert found.of("x:bookkeeping/inspect/result")[0].payload["data"]["attachments"] == {"a2": "unused"}


def test_what_happens_inside_a_call_stands_before_its_result(tmp_path: Path) -> None:
    """In the order of the clock; the file has it after the call, which it tells of with its result."""
    at = "2026-05-04T10:00:{:02}Z".format
    tool = {"event": "tool", "function": "bash", "arguments": {}, "result": "x"}
    found = read(
        tmp_path,
        {**tool, "id": "a", "timestamp": at(1), "completed": at(9)},
        {**tool, "id": "b", "timestamp": at(2), "completed": at(5)},
        {"event": "sandbox", "action": "exec", "timestamp": at(3)},
        {"event": "sandbox", "action": "exec", "timestamp": at(6)},
        {"event": "info", "data": 1, "timestamp": at(9)},
    )
    order = [(event.kind, event.meta.get("tool_call_id")) for event in found.events[1:-2]]
    assert order == [
        ("ToolRequest", "a"), ("ToolRequest", "b"), ("x:inspect/sandbox", None), ("ToolResponse", "b"),
        ("x:inspect/sandbox", None), ("ToolResponse", "a"), ("x:inspect/info", None),
    ]  # fmt: skip
    times = [event.meta["time"] for event in found.events[1:-2]]
    assert times == sorted(times)


def test_an_answer_came_when_the_model_had_made_it(tmp_path: Path) -> None:
    at = "2026-05-04T10:00:{:02}Z".format
    model = {"event": "model", "model": "m", "timestamp": at(1)}
    output = {"choices": [{"message": {"role": "assistant", "content": "Hm."}}], "time": 3}
    for more, second in (({"completed": at(5)}, 5), ({}, 4), ({"output": output | {"time": None}}, 1)):
        found = read(tmp_path, {"output": output} | model | more)
        (decision,) = found.of("Decision")
        assert decision.meta["time"] == iso_time(at(second))


def test_a_model_that_failed_has_said_nothing(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"event": "model", "model": "m", "input": [], "output": {"choices": []}, "error": "no network"}
    )
    assert not found.of("Decision")
    assert [event.payload["message"] for event in found.of("Error")] == ["no network"]
