"""contrast --versions: two versions of an agent, task by task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.evaluations.evaluation_logs import CANCEL, LOOK, MadeCall, write_run, write_versions

VERSIONS = ("--versions", "model", "old", "new")
CALL = "did cancel_reservation(reservation_id=Z7GOZK, reason=illness)"


def test_people_are_told_which_task_flipped_and_by_what(command: Any, tmp_path: Path) -> None:
    lines = command("contrast", write_versions(tmp_path / "runs"), *VERSIONS).out.splitlines()
    assert lines[0] == "Versions by model: old → new"
    assert lines[1] == "  1 broken of 2 tasks. Passing by version, within tasks: p = 0.33, not significant."
    assert lines[2] == "  refund: broken, 2 of 2 passed before, 0 of 2 after"
    assert "never cancelled reservation (reservation_id Z7GOZK" in lines[3]
    assert lines[4].startswith("What the versions did differently. Within 2 tasks of both versions")
    assert lines[5] == f"  {CALL}: 4 of 4 before, 0 of 4 after"
    assert "8 runs of 2 tasks: 6 passed, 2 failed" in lines


def test_the_json_has_both_versions_of_each_task(command: Any, tmp_path: Path) -> None:
    folder = write_versions(tmp_path / "runs")
    versions = command("contrast", folder, *VERSIONS, "--json").object["versions"]
    assert (versions["fact"], versions["before"], versions["after"]) == ("model", "old", "new")
    refund, look = versions["tasks"]
    assert (refund["task"], refund["flip"], look["flip"], look["reason"]) == ("refund", "broken", "same", None)
    assert refund["before"] == {
        "runs": [str(folder / f"old-refund-{trial}.rlog") for trial in range(2)],
        "passed": 2,
        "failed": 0,
        "unknown": 0,
    }
    assert (refund["after"]["passed"], refund["after"]["failed"]) == (0, 2)
    assert "cancelled" in refund["reason"]
    first = versions["differences"][0]
    assert first["sentence"] == f"{CALL}: 4 of 4 before, 0 of 4 after"
    assert (first["before"], first["after"]) == ({"with": 4, "of": 4}, {"with": 0, "of": 4})
    assert first["example"]["after"] is None
    assert first["example"]["before"]["run"].endswith("old-look-0.rlog")
    assert "versions" not in command("contrast", folder, "--json").object


def test_the_report_has_them_first(command: Any, tmp_path: Path) -> None:
    folder = write_versions(tmp_path / "runs")
    report = tmp_path / "report.md"
    command("contrast", folder, *VERSIONS, "--report", report)
    text = report.read_text()
    assert text.index("## Versions by model: old → new") < text.index("## What separates within tasks")
    assert "| refund | broken | 2 of 2 | 0 of 2 | trial 0 (failed) never cancelled" in text
    assert "| What | Before | After |" in text
    form = tmp_path / "report.json"
    command("contrast", folder, *VERSIONS, "--report", form)
    versions = json.loads(form.read_text())["contrast"]["versions"]
    assert [(task["task"], task["flip"]) for task in versions["tasks"]] == [("refund", "broken"), ("look", "same")]


def test_a_report_hides_what_must_not_be_told(command: Any, tmp_path: Path) -> None:
    for model, mail in (("old", "eve@example.com"), ("new", "bob@example.com")):
        call = MadeCall("send_mail", {"to": mail, "code": f"secret-{model}"})
        for trial in range(2):
            path = tmp_path / "runs" / f"{model}-{trial}.rlog"
            path.parent.mkdir(exist_ok=True)
            write_run(path, [LOOK, call], trial=trial, passed=model == "old", config={"model": model, "key": model * 9})
    profile = tmp_path / "profile.toml"
    profile.write_text('paths = ["/input/code", "/config/key"]\npatterns = ["[a-z]+@example.com"]')
    report = tmp_path / "report.md"
    command(
        "contrast", tmp_path / "runs", "--versions", "set-up: key", "old" * 9, "new" * 9,
        "--report", report, "--redact", profile,
    )  # fmt: skip
    text = report.read_text()
    assert "send" in text
    assert "broken" in text
    for secret in ("secret-", "@example.com", "old" * 9, "new" * 9):
        assert secret not in text


def test_a_task_that_did_not_flip_has_no_reason_in_a_redacted_report_either(command: Any, tmp_path: Path) -> None:
    for model in ("old", "new"):
        for trial, calls in enumerate(([LOOK, CANCEL], [LOOK])):
            path = tmp_path / f"{model}-{trial}.rlog"
            write_run(path, calls, trial=trial, passed=CANCEL in calls, config={"model": model})
    report = tmp_path / "report.json"
    for redact in ((), ("--redact", "share")):
        command("contrast", *tmp_path.glob("*.rlog"), *VERSIONS, "--report", report, *redact)
        (task,) = json.loads(report.read_text())["contrast"]["versions"]["tasks"]
        assert (task["flip"], task["reason"]) == ("same", "")


def test_runs_of_which_the_fact_is_unknown_are_a_version(command: Any, tmp_path: Path) -> None:
    """The command in a report asks for them, too."""
    for prompt in (None, "terse"):
        for trial in range(2):
            config = {} if prompt is None else {"prompt": prompt}
            path = tmp_path / f"{prompt}-{trial}.rlog"
            write_run(path, [LOOK], trial=trial, passed=prompt is None, config=config)
    report = tmp_path / "report.json"
    asked = ("--versions", "set-up: prompt", "unknown", "terse")
    output = command("contrast", *tmp_path.glob("*.rlog"), *asked, "--report", report).out.splitlines()
    assert output[0] == 'Versions by set-up: prompt: unknown → "terse"'
    assert "broken, 2 of 2 passed before, 0 of 2 after" in output[2]
    assert "--versions 'set-up: prompt' unknown '\"terse\"'" in json.loads(report.read_text())["command"]
    known = command("contrast", *tmp_path.glob("*.rlog"), *asked[:3], "verbose")
    assert "there are '\"terse\"', 'unknown'" in known.err


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        (("agent", "a", "b"), "the fact 'agent' does not distinguish these runs; these facts do: 'task', 'outcome'"),
        (("model", "old", "newest"), "no run has the model 'newest'; there are 'new', 'old'"),
        (("model", "old", "old"), "'old' cannot be compared with itself; give two values"),
        (("set-up: model", "old", '"old"'), "'old' cannot be compared with itself; give two values"),
    ],
)
def test_versions_that_are_not_there_are_refused(
    command: Any, tmp_path: Path, versions: tuple[str, ...], words: str
) -> None:
    result = command("contrast", write_versions(tmp_path / "runs"), "--versions", *versions)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
