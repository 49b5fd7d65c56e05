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
from replay_gui.core.importers.zip_members import ZipMembers
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source
from replay_gui.core.replay_engine import ReplayEngine
from tests.helpers.foreign import Read, read_all, real_files, written

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
        "usage": {"input_tokens": 3, "output_tokens": 1},
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
        "StateTransition", "Decision", "ToolRequest", "ToolResponse", "x:inspect/sandbox", "ToolRequest",
        "ToolResponse", "CapabilityDenied", "ToolRequest", "ToolResponse", "Error", "x:inspect/other",
        "x:inspect/result",
    ]  # fmt: skip
    assert one.of("StateTransition")[0].payload["phase"] == "generate"
    decision, response = one.of("Decision")[0], one.of("ToolResponse")[0]
    assert (decision.payload["data"], decision.meta["tokens"]) == ("Hm.", {"input": 3, "output": 1})
    assert (response.payload["output"], response.meta["duration"]) == ("a", 2_000_000_000)
    assert len(one.run.notes.sentences()) == 2


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


@pytest.mark.parametrize(
    "path", real_files("inspect-ai", "*.eval") + real_files("inspect-ai"), ids=lambda path: path.name[-40:]
)
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
            assert one.kinds.count("x:inspect/score") == events["score"]
        assert not any("attachment" in note for note in one.run.notes.sentences())
    (first, *_) = convert(path, tmp_path)
    with EventLog.open(first.path) as made:
        state = ReplayEngine(made).replay_all()
        found = next(one for one in samples if made.header.source["id"] == one["id"])
    if "sample" in state and found["messages"] and isinstance(found["messages"][0].get("content"), str):
        assert [one["role"] for one in state["sample"]["messages"]] == [one["role"] for one in found["messages"]]
