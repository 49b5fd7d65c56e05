"""What a log may cost: memory in proportion to its size, and work within a budget that is told when it is used up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog
from replay_gui.core.errors import TooCostly
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.positions import Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.state import work_limit
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_event
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import RecordedHashes, StateHash
from replay_gui.core.verification.verification_report import verification_form
from replay_gui.core.verification.verify_log import verify
from replay_gui.engine.opening import open_log_run
from tests.helpers.forged_logs import Forge, forged, written
from tests.trust.limits.capped import GIGABYTE, run_capped
from tests.trust.limits.forked_commands import endings, forked_commands

LEAVES = 75_000  # of which each once took 4 KB
ITEMS = 100_000
MEMORY = 3 * GIGABYTE // 8


def ops(*operations: tuple[Any, ...]) -> tuple[str, dict[str, Any]]:
    """A custom event with these operations: (op, path) or (op, path, value)."""
    names = ("op", "path", "value")
    return "x:ops", {"ops": [dict(zip(names, operation, strict=False)) for operation in operations]}


def long_list(count: int) -> tuple[str, dict[str, Any]]:
    return ops(("add", "/l", [0] * count))


BOMBS = {
    "one event with many leaves": [("MemoryWrite", {"key": "k", "value": [*range(LEAVES)]})],
    "many leaves, replaced": [("MemoryWrite", {"key": "k", "value": [n] * LEAVES}) for n in range(2)],
    "removals from the front": [long_list(ITEMS), ops(*[("remove", "/l/0")] * 1000)],
    "insertions in the middle": [long_list(ITEMS), ops(*[("add", f"/l/{ITEMS // 2}", n) for n in range(1000)])],
    "in and out again": [long_list(ITEMS), ops(*[("add", "/l/0", 1), ("remove", "/l/0")] * 1000)],
}


def test_memory_does_not_depend_on_what_events_ask_for(tmp_path: Path) -> None:
    commands = []
    for name, events in BOMBS.items():
        commands.append(["verify", str(written(tmp_path / f"{name}.rlog", forged(events).bytes()))])
    done = run_capped(*forked_commands(commands), memory=MEMORY)
    assert endings(done.stderr) == [("", 0)] * len(BOMBS)
    assert done.stdout.count(" - VALID\n") == len(BOMBS)


RECORDING = f"""
from replay_gui import Recorder
with Recorder(__import__("sys").argv[1], agent_type="a", agent_version="1", config={{}}) as run:
    for n in range(2):
        call = run.tool_request("search", {{}})
        run.tool_response(call, [n] * {LEAVES})
"""


def test_the_recorder_takes_little_of_the_agents_memory(tmp_path: Path) -> None:
    done = run_capped("-c", RECORDING, tmp_path / "run.rlog", memory=MEMORY)
    assert (done.stderr, done.returncode) == ("", 0)


def test_states_without_a_recorded_hash_are_not_hashed() -> None:
    draft, hashes = Draft(EMPTY), RecordedHashes({})
    apply_event(draft, *long_list(ITEMS))
    hashes.add_changes(draft)
    for _ in range(100):
        apply_event(draft, *ops(("add", "/l/0", 1)))
        hashes.add_changes(draft)
    before = hashes.work
    digest = hashes.digest(draft.root)
    assert digest == StateHash.of(draft.root).digest()
    assert before < 5000  # and not 100 times all items, twice
    assert hashes.work - before == ITEMS + 100


def test_what_is_equal_before_and_after_is_not_hashed() -> None:
    draft, running = Draft(EMPTY), StateHash()
    config = {f"key {n}": n for n in range(1000)}
    apply_event(draft, "AgentInit", {"agent_type": "a", "agent_version": "1", "config": config})
    running.add_changes(draft)
    before = running.work
    apply_event(draft, "AgentInit", {"agent_type": "a", "agent_version": "1", "config": {**config, "key 7": 8}})
    running.add_changes(draft)
    assert running.work - before == 2
    assert running.digest() == StateHash.of(draft.root).digest()


@pytest.fixture
def low_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 1,000 items were a billion."""
    monkeypatch.setattr(work_limit, "_MIN_MOVED_VALUES", 1000)
    monkeypatch.setattr(work_limit, "_MOVED_VALUES_PER_BYTE", 0)


def costly_log(tmp_path: Path, state_hashes: bool) -> Path:
    """Its 8th event is the first beyond the budget."""
    cheap = [("MemoryWrite", {"key": f"k{n}", "value": n}) for n in range(5)]
    call = ("ToolRequest", {"tool_name": "t", "tool_version": "", "input": 1, "capabilities": []})
    events = [*cheap, long_list(900), ops(("replace", "/l/5", 1)), ops(("remove", "/l/0")), *cheap, call]
    return written(tmp_path / "costly.rlog", forged(events, state_hashes=state_hashes).bytes())


@pytest.mark.parametrize("state_hashes", [True, False])
def test_verification_says_where_the_budget_was_used_up(low_budget: None, state_hashes: bool, tmp_path: Path) -> None:
    with EventLog.open(costly_log(tmp_path, state_hashes)) as log:
        report = verify(log)
    assert (report.verdict, report.verified, report.mismatches) == ("NOT VERIFIABLE", 14, ())
    assert report.notes[0].startswith("Replay stopped at event 8: ")
    assert report.state_hash is None
    assert (report.stopped, report.has_no_hashes) == (7, False), "what is said of it is not that it has no hashes"
    assert "stopped" not in verification_form(report), "the notes have it"
    assert report.state_hashes_checked == (7 if state_hashes else 0)


def test_a_failure_is_found_behind_a_costly_event(low_budget: None, tmp_path: Path) -> None:
    path = costly_log(tmp_path, state_hashes=False)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"ToolRequest")] ^= 1
    path.write_bytes(data)
    with EventLog.open(path) as log:
        assert verify(log).verdict == "INVALID"


def test_the_index_goes_on_without_states(low_budget: None, tmp_path: Path) -> None:
    with EventLog.open(costly_log(tmp_path, state_hashes=False)) as log:
        built = IndexBuilder(log, tmp_path).run(lambda offset: None)
    assert (built.count, built.stopped, built.state_hash, built.not_applied) == (14, 7, None, ())
    assert built.tools == ("t",)


def test_a_seek_beyond_the_budget_is_refused_in_words(low_budget: None, tmp_path: Path) -> None:
    path = costly_log(tmp_path, state_hashes=False)
    with EventLog.open(path) as log:
        replayer = Replayer(log)
        assert len(replayer.state_at(Position(6)).root["l"]) == 900
        with pytest.raises(TooCostly, match=r"event [78] changes too much"):
            replayer.state_at(Position(14))
        building = tmp_path / "building"
        building.mkdir()
        built = IndexBuilder(log, building).run(lambda offset: None)
    run = open_log_run(1, str(path), IndexCache(tmp_path / "cache"), lambda text: None)
    run.built = built  # as when the index pass is done
    run.log.use_offsets(log.offsets)
    try:
        with pytest.raises(TooCostly, match="event 8 "):
            run.state_at(Position(14))
    finally:
        run.close()


def test_hostile_logs_with_little_memory_and_few_open_files(tmp_path: Path) -> None:
    """``ulimit -v`` of 4 GB and ``ulimit -n 64``: an answer, or one line that says why there is none."""
    wide = Forge()
    for seq in range(3):
        wide.add(b"\x92\xa3x:a\x81\xa1v" + b"\x91" * 100_000 + b"\xc0", None, encode({"seq": seq}))
    damaged = forged([("x:a", {"n": n}) for n in range(2000)], state_hashes=False).bytes()
    logs = {
        "sound": forged([long_list(3)]).bytes(),
        "bomb": forged([long_list(20_000), ops(*[("remove", "/l/0")] * 400)], state_hashes=False).bytes(),
        "deep": wide.bytes(),
        "damaged": damaged[:300] + b"\x94\xc4" * 30_000 + damaged[300:],
    }
    commands = []
    for name, data in logs.items():
        path = str(written(tmp_path / f"{name}.rlog", data))
        commands += [
            ["info", path],
            ["events", path],
            ["state", path, "--at", "2"],
            ["diff", path, path],
            ["verify", path],
        ]
    done = run_capped(*forked_commands(commands), memory=4 * GIGABYTE, open_files=64)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    ended = endings(done.stderr)
    assert len(ended) == len(commands)
    for words, (text, code) in zip(commands, ended, strict=True):
        assert code in (0, 1, 2), words
        assert len(text.splitlines()) <= 1, words
