"""verify --report, verify --anchor, anchor, diff --report: what is written, what is refused, and the exit codes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from replay_gui.printout.saving import SUFFIXES
from tests.commands.conftest import Command
from tests.helpers import logs


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> QApplication:
    """Or the first PDF would make one of a smaller kind, for all tests after it."""
    return qapp


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return logs.write_log(tmp_path / "run.rlog")


# ---- verify -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_report_is_written_in_the_form_its_name_says(
    command: Command, run: Path, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"report{suffix}"
    result = command("verify", run, "--report", file)
    assert result.code == 0
    assert result.out.startswith("Verification: ")
    assert file.read_bytes()[:5] == b"%PDF-" if suffix == ".pdf" else b"VALID" in file.read_bytes()


def test_pages_need_no_display(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    words = [sys.executable, "-m", "replay_gui", "verify", str(run), "--report", str(file)]
    done = subprocess.run(words, env=kept, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["report", "report.txt", "."])
def test_a_name_that_says_no_form_is_refused_before_the_work(command: Command, run: Path, name: str) -> None:
    result = command("verify", run, "--report", run.parent / name)
    assert result.code == 2
    assert ".sarif" in result.err or "folder" in result.err
    assert not result.out


def test_a_damaged_run_has_a_report_and_exit_1(command: Command, run: Path, tmp_path: Path) -> None:
    logs.damage(run)
    file = tmp_path / "report.json"
    assert command("verify", run, "--report", file).code == 1
    form = json.loads(file.read_bytes())
    assert form["verdict"] == "INVALID"
    assert form["runs"][0]["diagnosis"]["damage"] == "edited"
    assert form["command"] == f"replay-gui verify {run}"


def test_a_full_disk_leaves_the_old_report(
    command: Command, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.html"
    file.write_text("old", "utf-8")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    result = command("verify", run, "--report", file)
    assert result.code == 2
    assert "the disk is full" in result.err
    assert file.read_text("utf-8") == "old"


def test_folders_stand_for_the_logs_below_them(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    (folder / "deep").mkdir(parents=True)
    logs.damage(logs.write_log(folder / "a.rlog"))
    logs.write_log(folder / "deep" / "b.rlog")
    (folder / "deep" / "loop").symlink_to(folder)
    (folder / "notes.txt").write_text("no run", "utf-8")
    result = command("verify", folder, "--report", tmp_path / "all.json")
    assert result.code == 1
    table = result.out.splitlines()[-3:]
    assert table[0].split() == ["run", "events", "failures", "mismatches", "seal", "verdict"]
    assert table[1].split()[1:] == ["51", "1", "0", "good", "INVALID"]
    assert table[2].split()[1:] == ["51", "0", "0", "good", "VALID"]
    assert len(json.loads((tmp_path / "all.json").read_bytes())["runs"]) == 2


def test_what_cannot_be_read_is_in_the_table_and_in_the_report(command: Command, run: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = command("verify", run, tmp_path / "gone.rlog", tmp_path / "empty", "--report", tmp_path / "r.json")
    assert result.code == 2
    assert result.out.count("could not be read") == 2
    form = json.loads((tmp_path / "r.json").read_bytes())
    assert sorted(Path(one["run"]).name for one in form["unread"]) == ["empty", "gone.rlog"]
    assert form["verdict"] == "INVALID"


def test_a_redacted_report_hides_and_says_so(command: Command, tmp_path: Path) -> None:
    run = logs.write_log(tmp_path / "alice@example.org.rlog")
    file = tmp_path / "r.md"
    assert command("verify", run, "--report", file, "--redact", "share").code == 0
    assert "alice@" not in file.read_text("utf-8")
    assert "Redacted by the profile" in file.read_text("utf-8")
    profile = tmp_path / "p.toml"
    profile.write_text('patterns = ["triage"]', "utf-8")
    assert command("verify", run, "--report", file, "--redact", profile).code == 0
    assert "triage" not in file.read_text("utf-8")
    assert command("verify", run, "--report", file, "--redact", tmp_path / "none.toml").code == 2
    assert command("verify", run, "--redact", "share").code == 2


# ---- anchors ------------------------------------------------------------------------------------------
@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """(private, public), made as the help says."""
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    try:
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    return private, public


def test_an_anchor_finds_an_end_that_was_cut_off(command: Command, tmp_path: Path, keys: tuple[Path, Path]) -> None:
    run, anchor = logs.write_log(tmp_path / "run.rlog", sealed=False), tmp_path / "anchor"
    made = command("anchor", run, "-o", anchor, "--sign", keys[0])
    assert made.code == 0
    assert "51 events" in made.out
    result = command("verify", run, "--anchor", anchor, "--key", keys[1])
    assert result.code == 0
    assert "signed by the key" in result.out
    raw = run.read_bytes()
    shorter = logs.write_log(tmp_path / "shorter.rlog", turns=9, sealed=False).stat().st_size
    run.write_bytes(raw[:shorter])
    assert command("verify", run).code == 0
    cut = command("verify", run, "--anchor", anchor, "--key", keys[1], "--json")
    assert cut.code == 1
    assert cut.object["verdict"] == "VALID"
    assert cut.object["anchor"]["good"] is False
    assert "Cut or rolled back: 5 of the 51 events" in cut.object["anchor"]["words"]
    report = tmp_path / "report.html"
    assert command("verify", run, "--anchor", anchor, "--report", report).code == 1
    assert "Cut or rolled back" in report.read_text("utf-8")


def test_a_report_is_signed_and_checked_the_same_way(
    command: Command, run: Path, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    report, anchor = tmp_path / "report.html", tmp_path / "report.anchor"
    command("verify", run, "--report", report)
    assert command("anchor", report, "-o", anchor, "--sign", keys[0]).code == 0
    assert command("verify", report, "--anchor", anchor, "--key", keys[1]).code == 0
    report.write_text(report.read_text("utf-8").replace("VALID", "INVALID"), "utf-8")
    result = command("verify", report, "--anchor", anchor, "--key", keys[1])
    assert result.code == 1
    assert "Not the file" in result.out


def test_keys_and_anchors_that_are_none_are_refused(
    command: Command, run: Path, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    anchor = tmp_path / "anchor"
    assert "openssl" in command("anchor", run, "-o", anchor, "--sign", keys[1]).err
    assert not anchor.exists()
    assert command("anchor", run, "-o", anchor).code == 0
    assert "not signed" in command("verify", run, "--anchor", anchor, "--key", keys[1]).err
    assert command("verify", run, "--anchor", run).code == 2
    assert command("verify", run, "--key", keys[1]).code == 2
    assert command("verify", run, run, "--anchor", anchor).code == 2
    logs.damage(run)
    assert "INVALID" in command("anchor", run, "-o", anchor).err


# ---- diff ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_report_of_two_runs(command: Command, tmp_path: Path, suffix: str) -> None:
    a, b = logs.write_log(tmp_path / "a.rlog"), logs.write_log(tmp_path / "b.rlog", turns=8)
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\naction = "ignore"\ntool = "clock"\nnote = "clocks differ"\n', "utf-8")
    file = tmp_path / f"report{suffix}"
    assert command("diff", a, b, "--rules", rules, "--report", file).code == 1
    if suffix == ".json":
        form = json.loads(file.read_bytes())
        assert form["verdict"] == "DIVERGED"
        assert form["comparison"]["total"] == 10
        assert form["comparison"]["rules"] == [{"action": "ignore", "note": "clocks differ", "speaks_of": "tool clock"}]
        assert [run["verification"]["verdict"] for run in form["runs"]] == ["VALID", "VALID"]
    elif suffix in (".html", ".md"):
        assert all(words in file.read_text("utf-8") for words in ("DIVERGED", "clocks differ", "a.rlog", "b.rlog"))
    else:
        assert file.stat().st_size


def test_a_report_of_equal_runs(command: Command, run: Path, tmp_path: Path) -> None:
    file = tmp_path / "same.html"
    assert command("diff", run, run, "--report", file).code == 0
    assert "SAME" in file.read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "anchor run.rlog -o run.rlog",
        "verify run.json --report run.json",
        "diff run.rlog run.json --report run.json",
        "verify run.rlog --anchor anchor.json --report anchor.json",
        "diff run.rlog run.rlog --rules rules.toml --report rules.toml.html",
        "contrast . --report run.json",
    ],
)
def test_nothing_that_is_read_is_written_over(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    logs.write_log(tmp_path / "run.rlog", turns=2)
    (tmp_path / "run.json").write_text('[{"role": "user", "content": "Hi"}]')
    (tmp_path / "rules.toml").write_text("")
    (tmp_path / "rules.toml.html").hardlink_to(tmp_path / "rules.toml")
    assert command("anchor", "run.rlog", "-o", "anchor.json").code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    result = command(*words.split())
    assert result.code == 2
    assert "it is itself what is read here" in result.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
