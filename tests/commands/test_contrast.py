"""contrast: what separates runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_notes import RunNotes, write_notes
from replay_gui.engine.opening import user_trusted_folders
from tests.helpers.evaluations.evaluation_logs import CANCEL, LOOK, MadeCall, write_evaluation, write_run

MEMBERS = {
    "kind", "sentence", "tool", "input", "path", "value", "passing", "failing", "p", "corrected_p", "significant",
    "by_chance", "example", "also", "also_count", "score",
}  # fmt: skip


@pytest.fixture
def refunds(tmp_path: Path) -> list[Path]:
    """Two runs that pass and two that fail."""
    return [
        write_run(tmp_path / f"{n}.rlog", [LOOK, CANCEL] if n < 2 else [LOOK], trial=n, passed=n < 2) for n in range(4)
    ]


def test_the_json_has_runs_groups_and_separators(command: Any, refunds: list[Path]) -> None:
    result = command("contrast", *refunds, "--json")
    assert result.code == 0
    form = result.object
    assert form["groups"] == {"passed": 2, "failed": 2, "unknown": 0}
    assert [run["run"] for run in form["runs"]] == [str(path) for path in refunds]
    assert form["runs"][0] | {"task": "refund", "passed": True, "score": None} == form["runs"][0]
    assert form["note"] == "4 runs with an outcome: nothing here is significant."
    first = form["separators"][0]
    assert set(first) == MEMBERS
    assert (first["kind"], first["tool"], first["input"]) == ("did", "cancel_reservation", CANCEL.input)
    assert (first["passing"], first["failing"]) == ({"with": 2, "of": 2}, {"with": 0, "of": 2})
    assert first["p"] == pytest.approx(1 / 3)
    assert first["by_chance"] == {"as_clear": 2, "of": 6, "exact": True}
    assert first["example"] == {"passed": {"run": str(refunds[0]), "position": 4}, "failed": None}
    (group,) = form["failures"]
    assert (group["kind"], group["tool"]) == ("missing", "cancel_reservation")
    assert [failed["run"] for failed in group["runs"]] == [str(path) for path in refunds[2:]]
    assert form["decisions"] == [{"separator": 0, "has": False, "runs": [str(path) for path in refunds[2:]]}]


def test_people_are_told_the_facts_and_how_far_they_go(command: Any, refunds: list[Path]) -> None:
    lines = command("contrast", *refunds).out.splitlines()
    assert lines[0] == "4 runs: 2 passed, 2 failed"
    assert "nothing here is significant" in lines[1]
    assert lines[2] == "  did cancel_reservation(reservation_id=Z7GOZK, reason=illness): 2 of 2 passing, 0 of 2 failing"
    assert "as clear by chance in 2 of 6" in lines[3]
    assert lines[-1].startswith("  2.rlog, 3.rlog: 2.rlog never cancelled reservation")


def test_rules_are_applied_and_named(command: Any, refunds: list[Path], tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\naction = "reads"\ntool = "cancel_reservation"\n')
    form = command("contrast", *refunds, "--json", "--rules", rules).object
    assert form["rules"] == {"file": str(rules), "count": 1, "applied": 1, "not_applied": [], "problem": ""}
    assert {separator["kind"] for separator in form["separators"]}.isdisjoint({"did", "changed", "net"})
    assert form["separators"][0]["kind"] == "read"
    assert form["failures"][0]["kind"] == "look", "the runs are compared by the rules, too"
    assert f"  1 rule of {rules} is applied" in command("contrast", *refunds, "--rules", rules).out.splitlines()
    rules.write_text("[[rule]]\n")
    refused = command("contrast", *refunds, "--rules", rules)
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)


def test_a_folder_is_all_its_runs_and_tasks_are_kept_apart(command: Any, tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path / "runs")
    (folder / "notes.md").write_text("no run")
    form = command("contrast", folder, "--json").object
    assert form["groups"] == {"passed": 6, "failed": 3, "unknown": 0}
    tasks = {task["task"]: task for task in form["tasks"]}
    assert tasks["refund"]["first"]["tool"] == "cancel_reservation"
    assert tasks["sorry"]["first"]["tool"] == "send_certificate"
    assert tasks["hello"]["first"] is None
    assert "Tasks with both outcomes" in command("contrast", folder).out


def test_one_run_of_a_file(command: Any, tmp_path: Path) -> None:
    trials = [
        {"task_id": 1, "trial": n, "reward": float(n), "info": {}, "traj": [{"role": "user", "content": "hi"}]}
        for n in range(2)
    ]
    path = tmp_path / "trials.json"
    path.write_text(json.dumps(trials))
    assert [run["trial"] for run in command("contrast", path, "--json").object["runs"]] == ["0", "1"]
    (run,) = command("contrast", f"{path}#2", "--json").object["runs"]
    assert (run["run"], run["passed"]) == (f"{path}#2", True)


def test_what_passing_is_can_be_said(command: Any, tmp_path: Path) -> None:
    paths = [
        write_run(tmp_path / f"{n}.rlog", [CANCEL] if n else [], passed=None, score=n / 4, trial=n) for n in range(4)
    ]
    assert command("contrast", *paths, "--json").object["groups"] == {"passed": 0, "failed": 0, "unknown": 4}
    form = command("contrast", *paths, "--passed", "score >= 0.25 and events > 3", "--json").object
    assert form["groups"] == {"passed": 3, "failed": 1, "unknown": 0}
    wrong = command("contrast", *paths, "--passed", "import os")
    assert wrong.code == 2
    assert "'import' is not known" in wrong.err


def test_an_outcome_set_by_hand_is_shown_as_such(command: Any, tmp_path: Path) -> None:
    paths = [write_run(tmp_path / f"{n}.rlog", [CANCEL] * n, passed=None, trial=n) for n in range(2)]
    for number, path in enumerate(paths):
        write_notes(RunNotes(bool(number)), notes_beside(path))
    unasked = command("contrast", *paths, "--json")
    assert [run["passed"] for run in unasked.object["runs"]] == [None, None], "nobody has allowed them"
    assert "notes beside 2 runs are not used: the files beside these logs are not allowed" in unasked.err
    user_trusted_folders().add(tmp_path)
    allowed = command("contrast", *paths, "--json")
    form = allowed.object
    assert "notes beside" not in allowed.err
    assert [(run["passed"], run["set_by_hand"]) for run in form["runs"]] == [(False, True), (True, True)]
    assert "2 outcomes set by hand" in command("contrast", *paths).out


def test_copies_are_counted_and_told(command: Any, refunds: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.rlog"
    copy.write_bytes(refunds[0].read_bytes())
    assert command("contrast", *refunds, "--json").object["copies"] == 0
    assert command("contrast", *refunds, copy, "--json").object["copies"] == 1
    assert "1 run is a copy of another" in command("contrast", *refunds, copy).out


def test_of_very_long_runs_it_is_told_what_was_not_looked_at(
    command: Any, refunds: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("replay_gui.core.contrast.run_reading.MAX_CALLS", 1)
    monkeypatch.setattr("replay_gui.commands.many_runs.contrast.survey_cache", lambda: tmp_path / "surveys")
    assert [run["left_out"] for run in command("contrast", *refunds, "--json").object["runs"]] == [1, 1, 0, 0]
    assert "2 calls of very long runs were not examined" in command("contrast", *refunds).out


def test_runs_without_outcomes_have_a_consensus(command: Any, tmp_path: Path) -> None:
    paths = [write_run(tmp_path / f"{n}.rlog", [CANCEL] * (n > 0), passed=None, trial=n) for n in range(4)]
    lines = command("contrast", *paths).out.splitlines()
    assert lines[0] == "4 runs: 0 passed, 0 failed, 4 unknown"
    assert lines[2] == "Without outcomes: 3 of 4 runs made the very same changes."
    different = [write_run(tmp_path / f"{n}-x.rlog", [MadeCall("pay", {"n": n})], passed=None) for n in range(3)]
    assert "Without outcomes: no two of 3 runs made the very same changes." in command("contrast", *different).out
    lacks = "most others, and not this one: did cancel_reservation; made at least one change"
    assert lines[4].startswith(f"  0.rlog differs from 100% of the others; {lacks}")


def test_what_cannot_be_read_is_told_and_the_rest_is_done(command: Any, refunds: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"\0\1\2")
    result = command("contrast", *refunds, other, tmp_path / "none.rlog")
    assert result.code == 2
    assert len(result.err.splitlines()) == 2
    assert result.out.startswith("4 runs: 2 passed, 2 failed")
    nothing = command("contrast", other)
    assert nothing.code == 2
    assert command("contrast", "-").code == 2


@pytest.mark.usefixtures("qapp")  # one application in this process, whatever runs next
@pytest.mark.parametrize("suffix", [".html", ".md", ".json", ".pdf", ".png"])
def test_a_report_is_written(command: Any, refunds: list[Path], tmp_path: Path, suffix: str) -> None:
    report = tmp_path / f"report{suffix}"
    assert command("contrast", *refunds, "--report", report).code == 0
    data = report.read_bytes()
    if suffix in (".pdf", ".png"):
        assert data.startswith({".pdf": b"%PDF", ".png": b"\x89PNG"}[suffix])
    else:
        text = data.decode()
        assert "2 PASSED, 2 FAILED" in text
        assert "Contrast of 4 runs" in text or suffix == ".json"
        assert "cancel" in text
    if suffix == ".html":
        assert '<rect class="frame good"' in data.decode()
    if suffix == ".json":
        form = json.loads(data)
        assert form["contrast"]["separators"][0]["passing"] == [2, 2]
        assert form["contrast"]["pictures"][0]["rows"][0][:2] == ["2.rlog", "failed"]
        assert form["contrast"]["failures"][0]["runs"] == ["2.rlog", "3.rlog"]


@pytest.mark.parametrize("suffix", [".sarif", ".xml"])
def test_a_contrast_is_no_check(command: Any, refunds: list[Path], tmp_path: Path, suffix: str) -> None:
    result = command("contrast", *refunds, "--report", tmp_path / f"report{suffix}")
    assert result.code == 2
    assert "a contrast has no checks" in result.err


def test_text_of_a_log_is_never_markup_and_secrets_can_be_hidden(command: Any, tmp_path: Path) -> None:
    evil = MadeCall("send_mail", {"to": "eve@example.com", "text": "<script>alert(1)</script>\x1b[31m\u202e"})
    paths = [write_run(tmp_path / f"{n}.rlog", [evil] * n, passed=bool(n), trial=n) for n in range(2)]
    output = command("contrast", *paths).out
    assert "\x1b" not in output
    assert "\u202e" not in output
    report = tmp_path / "report.html"
    command("contrast", *paths, "--report", report)
    assert "<script>" not in report.read_text()
    assert "eve@example.com" in report.read_text()
    command("contrast", *paths, "--report", report, "--redact", "share")
    assert "eve@example.com" not in report.read_text()


def test_a_profile_with_paths_hides_what_was_done_and_keeps_the_counts(
    command: Any, refunds: list[Path], tmp_path: Path
) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('paths = ["/input"]')
    report = tmp_path / "report.md"
    command("contrast", *refunds, "--report", report, "--redact", profile)
    assert "Z7GOZK" not in report.read_text()
    assert "2 of 2" in report.read_text()
    profile.write_text('paths = ["/input/reservation_id"]')
    command("contrast", *refunds, "--report", report, "--redact", profile)
    assert "Z7GOZK" not in report.read_text()
    assert "cancel" in report.read_text()
    assert "reason=illness, reservation" in report.read_text(), "the value is hidden, and not the sentence"
