"""verify: verdicts, exit codes, and what is said of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.commands import verify
from replay_gui.core.recorder.log_writer import LogWriter
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.importers.omen_events import event
from tests.helpers.logs import damage, write_log
from tests.helpers.paths import VECTORS

CASES: dict[str, dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text("utf-8"))
MEMBERS = [
    "run", "run_id", "origin", "events", "verified", "failures", "mismatches", "state_hashes",
    "state_hashes_checked", "seal", "tail_bytes", "skipped_bytes", "head", "state_hash", "file_blake3", "verdict",
    "line", "notes",
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
def test_vector_as_json(name: str, command: Any) -> None:
    case, path = CASES[name], VECTORS / f"{name}.rlog"
    result = command("verify", path, "--json")
    assert result.code == case["exit"]
    if case["exit"] == 2:
        assert result.out == ""
        assert str(path) in result.err
        assert len(result.err.splitlines()) == 1
        return
    found = result.object
    assert list(found) == MEMBERS
    assert found["run"] == str(path)
    places = {key: [finding["position"] for finding in found[key]] for key in ("failures", "mismatches")}
    said = ("events", "failures", "mismatches", "line", "seal", "head", "state_hash")
    counted = ("state_hashes", "skipped_bytes", "tail_bytes")
    assert {key: (found | places)[key] for key in said + counted} == {key: case[key] for key in said + counted}


def test_people_read_the_line_first(command: Any, vectors: Path) -> None:
    result = command("verify", vectors / "valid.rlog")
    assert result.out.splitlines()[0] == CASES["valid"]["line"]
    assert (result.code, result.err) == (0, "")


def test_findings_are_cut_for_people_and_counted(command: Any, vectors: Path) -> None:
    result = command("verify", vectors / "content-edited.rlog")
    lines = result.out.splitlines()
    assert result.code == 1
    assert sum(line.startswith("  mismatch at") for line in lines) == 10
    assert "… and 27 more mismatches; --json lists them all" in result.out
    assert "failure at event 5 (vector:4), byte 831" in result.out
    assert len(command("verify", vectors / "content-edited.rlog", "--json").object["mismatches"]) == 37


def test_all_runs_are_tried_and_the_worst_exit_wins(command: Any, vectors: Path) -> None:
    valid, bad, missing = vectors / "valid.rlog", vectors / "content-edited.rlog", vectors / "none.rlog"
    assert command("verify", valid, bad).code == 1
    assert command("verify", bad, valid).code == 1
    result = command("verify", "--json", missing, bad, valid)
    assert result.code == 2
    assert [found["verdict"] for found in result.objects] == ["INVALID", "VALID"]
    assert result.err == f"replay-gui: {missing}: cannot be read: No such file or directory\n"


def test_the_run_is_called_what_the_user_called_it(
    command: Any, vectors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(vectors)
    assert command("verify", "./valid.rlog", "--json").object["run"] == "./valid.rlog"


# ---- strict ---------------------------------------------------------------------------------------


def test_strict_passes_a_sealed_and_checked_run(command: Any, vectors: Path) -> None:
    assert command("verify", "--strict", vectors / "valid.rlog").code == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("unsealed", "it has no valid seal"),
        ("torn-tail", "it has a torn tail"),
        ("reducer-foreign", "recorded state hashes were not checked"),
        ("content-edited", "the verdict is INVALID"),
    ],
)
def test_strict_fails_and_says_why(command: Any, vectors: Path, name: str, why: str) -> None:
    path = vectors / f"{name}.rlog"
    assert command("verify", path).code == CASES[name]["exit"]
    result = command("verify", "--strict", path)
    assert result.code == 1
    assert why in result.out


def test_strict_wants_a_recorded_run(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "imported.rlog"
    with LogWriter(path, {"run_id": "r", "source": {"format": "x"}}) as log:
        log.append("Observation", {"obs_type": "o", "source": "s", "data": 1}, {})
    result = command("verify", path, "--json")
    assert result.code == 0
    assert result.object["origin"] == "imported"
    assert result.object["verdict"] == "VALID"
    assert any("since the import" in note for note in result.object["notes"])
    strict = command("verify", path, "--strict")
    assert strict.code == 1
    assert "it was imported, not recorded" in strict.out


# ---- foreign formats and standard input -------------------------------------------------------------


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session of Claude Code."""
    return write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))


def test_a_format_without_hashes_is_not_verifiable(command: Any, session: Path) -> None:
    result = command("verify", session, "--json")
    found = result.object
    assert result.code == 0
    assert found["verdict"] == "NOT VERIFIABLE"
    assert (
        found["line"] == f"Verification: 0/{found['events']} events verified, 0 failures, 0 mismatches - NOT VERIFIABLE"
    )
    assert found["events"] > 0
    assert (found["origin"], found["seal"], found["head"], found["state_hashes"]) == ("imported", "none", None, 0)
    assert (found["failures"], found["mismatches"]) == ([], [])
    assert any("no hashes" in note for note in found["notes"])
    assert command("verify", session, "--strict").code == 1


def test_format_overrides_the_guess(command: Any, session: Path, vectors: Path) -> None:
    assert command("verify", session, "--format", "claude-code").code == 0
    as_log = command("verify", session, "--format", "rlog")
    assert as_log.code == 2
    assert "not a replay log" in as_log.err
    unknown = command("verify", session, "--format", "nonsense")
    assert unknown.code == 2
    assert "claude-code" in unknown.err
    assert command("verify", vectors / "valid.rlog", "--format", "rlog").code == 0


def test_a_file_of_no_known_format(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of the kind")
    result = command("verify", path)
    assert result.code == 2
    assert str(path) in result.err


def test_one_run_of_a_file_that_holds_one(command: Any, vectors: Path) -> None:
    result = command("verify", f"{vectors / 'valid.rlog'}#2")
    assert result.code == 2
    assert "holds one run" in result.err


def test_a_path_may_hold_a_number_sign(command: Any, tmp_path: Path) -> None:
    assert command("verify", write_log(tmp_path / "a#1.rlog")).code == 0


def test_standard_input(command: Any, vectors: Path, session: Path) -> None:
    result = command("verify", "-", "--json", stdin=(vectors / "valid.rlog").read_bytes())
    assert result.code == 0
    assert result.object["run"] == "-"
    assert result.object["line"] == CASES["valid"]["line"]
    assert command("verify", "-", stdin=session.read_bytes()).out.splitlines()[0].endswith("NOT VERIFIABLE")


def test_standard_input_that_is_nothing(command: Any) -> None:
    result = command("verify", "-", stdin=b"\x92\xaareplay-log and then rubbish")
    assert result.code == 2
    assert result.err.startswith("replay-gui: standard input: ")


def test_standard_input_twice(command: Any, vectors: Path) -> None:
    result = command("verify", "-", "-", stdin=(vectors / "valid.rlog").read_bytes())
    assert result.code == 2
    assert "give - once" in result.err


# ---- large logs and hostile ones ----------------------------------------------------------------------


def test_large_logs_are_verified_by_workers(command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_log(tmp_path / "run.rlog", turns=30)
    damage(path)
    here = command("verify", path, "--json")
    monkeypatch.setattr(verify, "MAX_BYTES_IN_PROCESS", 0)
    assert command("verify", path, "--json") == here
    assert here.code == 1


def test_hostile_text_is_escaped(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m\n\u202eb.rlog"
    with LogWriter(path, {"run_id": "r\x1b]0;owned\x07\u202e\nVALID"}) as log:
        log.append("Observation", {"obs_type": "o", "source": "s", "data": "here"}, {})
    data = path.read_bytes()
    path.write_bytes(data.replace(b"here", b"herd"))
    for arguments in (["verify", path, path], ["verify", path, "--json"], ["verify", f"{path}.none"]):
        result = command(*arguments)
        assert result.code in (1, 2)
        output = (result.out + result.err).replace("\n", "")
        assert output.replace("…", "").isprintable()
    assert "r\\x1b]0;owned\\x07\\u202e\\nVALID:0" in command("verify", path).out


def test_a_format_with_hashes_of_its_own_is_verified_by_them(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    good = event(0, "AgentInit", agent_type="a", agent_version="1", config={})
    path.write_text(json.dumps(good))
    assert command("verify", path, "--json").object["verdict"] == "VALID"
    assert command("verify", path, "--strict").code == 1
    path.write_text(json.dumps({**good, "payload_hash": "0" * 64}))
    result = command("verify", path, "--json")
    found = result.object
    assert (result.code, found["verdict"], found["origin"], found["verified"]) == (1, "INVALID", "imported", 0)
    (failure,) = found["failures"]
    assert (failure["position"], failure["offset"], failure["expected"]) == (0, 0, "0" * 64)
