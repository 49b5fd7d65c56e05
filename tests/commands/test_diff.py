"""diff: text, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_gui import DivergencePoint, EventLog, ReplayEngine
from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_notes import RunNotes, write_notes
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.opening import user_trusted_folders
from replay_gui.samples import OTHERWISE, REFERENCE, RERUN
from tests.commands.conftest import Command


def record(path: Path, hits: list[str], text: str, run_id: str = "run") -> Path:
    with Recorder(path, "t", "1", {"n": 1}, run_id=run_id, created=1) as run:
        run.decision("step", "look", time=2)
        call = run.tool_request("search", {"q": "orders"}, time=3)
        run.tool_response(call, {"hits": hits}, time=4)
        run.decision("step", text, time=5)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    a = record(tmp_path / "a.rlog", ["x", "y"], "take x", "run-a")
    return a, record(tmp_path / "b.rlog", ["y"], "take y", "run-b")


def test_equal_runs_are_the_same(command: Command) -> None:
    result = command("diff", REFERENCE.path, RERUN.path)
    assert result.code == 0
    assert "The runs are the same." in result.out


def test_the_sample_parts_where_search_answered_otherwise(command: Command) -> None:
    result = command("diff", "--json", REFERENCE.path, OTHERWISE.path)
    assert result.code == 1
    found = result.object
    first = found["causes"][0]
    assert (first["cause"], first["tool"], first["certain"], first["point"]) == ("tool", "search", True, 0)
    assert first["consequences"] > 10
    assert found["first"] == found["points"][0]
    assert found["first"]["position"] == 423


def test_causes_come_first_then_counts_then_the_steps(command: Command, pair: tuple[Path, Path]) -> None:
    result = command("diff", *pair)
    assert result.code == 1
    output = result.out
    marks = [
        "search answered differently to the same request",
        "“orders” returned 1 hit instead of 2",
        "1 divergence follows",
        "equal 3 · changed 2",
        "search →",
        "-       5           Assistant",
        "+                5  Assistant",
    ]
    assert [mark for mark in marks if mark not in output] == []
    assert [output.index(mark) for mark in marks] == sorted(output.index(mark) for mark in marks)


def test_json_says_what_is_promised(command: Command, pair: tuple[Path, Path]) -> None:
    found = command("diff", "--json", *pair).object
    steps = ["a", "b", "diverged", "counts", "first", "causes", "points", "tools"]
    why = ["failed", "reasons", "actions", "more_actions", "set_aside", "limits"]
    assert list(found) == [*steps, *why, "outcomes", "compared", "rules"]
    assert found["a"] == {"run": str(pair[0]), "run_id": "run-a", "events": 5}
    assert found["counts"] == {
        "equal": 3,
        "changed": 2,
        "moved": 0,
        "only_a": 0,
        "only_b": 0,
        "state": 0,
        "ignored": 0,
    }
    assert list(found["causes"][0]) == [
        "point",
        "cause",
        "tool",
        "certain",
        "explanation",
        "consequences",
        "suppressed",
    ]
    point = found["points"][0]
    assert (point["position"], point["position_b"], point["event_id"], point["change"]) == (3, 3, "run-a:3", "changed")
    assert len(point["expected"]) == len(point["actual"]) == 64
    assert point["expected"] != point["actual"]
    assert point["differences"] == [{"path": "/output/hits/0", "a": "x", "b": None, "only": "a"}]
    (reason,) = found["reasons"]
    assert (reason["kind"], reason["tool"], reason["position"], reason["position_b"]) == ("world", "search", 2, 2)
    assert reason["a"] == reason["b"]


def test_an_event_of_one_run_stands_where_it_would_in_the_other(command: Command, tmp_path: Path) -> None:
    a, b = (tmp_path / name for name in ("a.rlog", "b.rlog"))
    for path, words in ((a, "xyz"), (b, "xyyz")):
        with Recorder(path, "t", "1", run_id="r", created=1, state_hash_every=0) as run:
            for n, word in enumerate(words):
                run.decision("step", word, "more" if n == 2 and len(words) == 4 else None, time=2)
    (point,) = command("diff", "--json", a, b).object["points"]
    assert (point["change"], point["position"], point["position_b"]) == ("only_b", 3, 3)
    assert point["expected"] is None
    assert len(point["actual"]) == 64


def test_rules_pass_over_what_they_name(command: Command, pair: tuple[Path, Path], tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\naction = "ignore"\nkind = "Decision"\n[[rule]]\naction = "ignore"\ntool = "search"\n')
    result = command("diff", *pair, "--rules", rules)
    assert result.code == 0
    assert "2 steps" in result.out
    assert f"By the rules of {rules} (2)" in result.out


def test_rules_beside_a_log_are_named_and_not_used_until_they_are_allowed(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    beside = Path(f"{pair[0]}.rules.toml")
    beside.write_text('[[rule]]\naction = "ignore"\nkind = "Decision"\n[[rule]]\naction = "ignore"\ntool = "search"\n')
    result = command("diff", *pair)
    assert result.code == 1
    assert f"{beside}: 2 rules beside the log, not used; --rules FILE" in result.err
    assert "By the rules" not in result.out
    assert command("diff", *pair, "--json").object["rules"] == {"file": None, "count": 0, "not_used": str(beside)}
    assert command("diff", *pair, "--rules", beside).code == 0
    assert command("diff", *pair).code == 1, "an option is about this once"
    user_trusted_folders().add(tmp_path)
    result = command("diff", *pair, "--report", tmp_path / "report.json")
    assert (result.code, result.err) == (0, "")
    assert f"By the rules of {beside} (2)" in result.out
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert report["comparison"]["rules_file"] == str(beside)
    assert f"--rules {beside}" in report["command"], "the command leads to the same verdict"
    assert command("diff", *pair, "--json").object["rules"] == {"file": str(beside), "count": 2, "not_used": None}
    assert command("diff", *reversed(pair)).code == 1


def test_trouble_is_said_in_one_line(command: Command, pair: tuple[Path, Path], tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\naction = "ignore"\n')
    for arguments in (
        (pair[0], tmp_path / "none.rlog"),
        (tmp_path / "none.rlog", pair[0]),
        (pair[0],),
        ("-", "-"),
        (*pair, "--rules", rules),
        (*pair, "--rules", tmp_path / "none.toml"),
    ):
        result = command("diff", *arguments)
        assert result.code == 2, arguments
        assert result.out == ""
        assert len(result.err.splitlines()) == 1


def test_one_run_may_come_through_standard_input(command: Command, pair: tuple[Path, Path]) -> None:
    assert command("diff", "-", pair[1], stdin=pair[0].read_bytes()).code == 1
    assert command("diff", pair[0], "-", stdin=pair[0].read_bytes()).code == 0


def test_runs_of_different_formats_are_compared(command: Command, pair: tuple[Path, Path], tmp_path: Path) -> None:
    lines = [{"type": "user", "uuid": "u", "sessionId": "s", "message": {"role": "user", "content": "hello"}}]
    other = tmp_path / "session.jsonl"
    other.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert command("diff", pair[0], other).code == 1


def test_a_format_is_for_both_files_and_a_log_is_a_log(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    files = []
    for name, text in (("one", "yes"), ("other", "no")):
        trial = {"task_id": 1, "trial": 0, "reward": 1.0, "info": {}, "traj": [{"role": "user", "content": text}]}
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps([trial] * 4))
    guessed, result = (command("diff", *files, "--json", *how).object for how in ((), ("--format", "json-lines")))
    assert [guessed[side]["events"] for side in "ab"] != [result[side]["events"] for side in "ab"]
    assert result["a"]["events"] == result["b"]["events"]
    mixed = command("diff", pair[0], files[1], "--json", "--format", "json-lines").object
    assert [mixed[side]["events"] for side in "ab"] == [5, result["b"]["events"]]
    assert command("diff", *files, "--format", "nonsense").code == 2


def test_hostile_text_is_escaped(command: Command, tmp_path: Path) -> None:
    a = record(tmp_path / "a.rlog", ["x"], "a\x1b[2J\u202e\n")
    b = record(tmp_path / "b.rlog", ["x"], "b\x00")
    out = command("diff", a, b).out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\x00" not in out


# ---- the same from Python -----------------------------------------------------------------------------
def test_detect_divergence_yields_the_points_of_diff(pair: tuple[Path, Path]) -> None:
    with EventLog.open(pair[0]) as a, EventLog.open(pair[1]) as b:
        one, other = ReplayEngine(a), ReplayEngine(b)
        points = list(one.detect_divergence(other))
        assert all(isinstance(point, DivergencePoint) for point in points)
        assert [(point.position, point.change) for point in points] == [(3, "changed"), (4, "changed")]
        assert points[0].diff == "← search: returned 1 hit instead of 2"
        assert list(one.detect_divergence(one)) == []
        assert one.replay_all() != other.replay_all()


def test_an_outcome_that_was_set_by_hand_counts(command: Command, tmp_path: Path) -> None:
    a, b = (tmp_path / name for name in ("first.rlog", "second.rlog"))
    for path in (a, b):
        with Recorder(path, "t", "1", run_id="r", created=1, state_hash_every=0) as run:
            run.observation("message", "user", "Cancel Z7GOZK.")
            if path is b:
                run.tool_response(run.tool_request("cancel_flight", {"id": "Z7GOZK"}), "ok")
    unknown = command("diff", a, b)
    assert "What they did differently" in unknown.out
    assert "B cancelled flight Z7GOZK (event 3); A did not." in unknown.out
    for path, passed in ((a, False), (b, True)):
        write_notes(RunNotes(passed), notes_beside(path))
    unasked = command("diff", a, b)
    assert "Why first failed" not in unasked.out
    assert len([line for line in unasked.err.splitlines() if "are not allowed" in line]) == 2
    user_trusted_folders().add(tmp_path)
    result = command("diff", a, b)
    assert "Outcome of A: failed, set by hand" in result.out
    assert "Why first failed" in result.out
    assert "first never cancelled flight Z7GOZK; second did (event 3)." in result.out
    found = command("diff", "--json", a, b).object
    assert (found["failed"], found["outcomes"]["b"]["outcome"]["passed"]) == ("a", True)
    assert [(reason["kind"], reason["tool"], reason["b"]) for reason in found["reasons"]] == [
        ("missing", "cancel_flight", {"id": "Z7GOZK"})
    ]
    assert found["actions"][0]["shared"] == "only B"


def test_other_runs_of_a_file_are_told(command: Command, tmp_path: Path) -> None:
    def conversations(name: str, last: str) -> Path:
        path = tmp_path / name
        said = [[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": word}] for word in ("Yes.", last)]
        path.write_text("".join(json.dumps({"messages": messages}) + "\n" for messages in said))
        return path

    a, b = conversations("a.jsonl", "No."), conversations("b.jsonl", "Never.")
    found = command("diff", a, b)
    assert found.code == 0
    listed = [line for line in found.out.splitlines() if "holds 2 runs" in line]
    assert listed == [
        f"{side} holds 2 runs; only the first is compared. {path}#2 names the other."
        for side, path in (("A", a), ("B", b))
    ]
    assert command("diff", "--json", a, b).object["a"]["runs_in_file"] == 2
    other = command("diff", f"{a}#2", f"{b}#2")
    assert (other.code, "holds 2 runs" in other.out) == (1, False)
