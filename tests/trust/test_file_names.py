"""Names of files that are no UTF-8, hostile to terminals, or both: in every command, in workers, and in the window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from replay_gui.cli import main
from replay_gui.engine.jobs.job_messages import decode_value, encode_value
from replay_gui.windows.session.window_state import ShownComparison, ShownRuns, WindowState
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.logs import write_log
from tests.helpers.paths import ROOT

NAMES = {
    "no UTF-8": b"gro\xdf",
    "an escape": b"a\x1b[31mb",
    "a line": b"a\nb",
    "bidi": "a\u202eb".encode(),
    "all": b"\xff\x1b\n",
}
every_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())


class Holder(msgspec.Struct, frozen=True):
    """What a job may be sent."""

    path: str
    paths: tuple[str, ...] = ()
    raw: bytes = b""
    by_name: dict[str, int] | None = None
    inner: Holder | None = None


@pytest.mark.parametrize(
    "value",
    [
        Holder("plain"),
        Holder("gro\udcdf", ("\0", "\0abc", "é", "\ud800"), b"\xff\xd4", {"\udc80": 1, "x": 2}, Holder("\udcff")),
    ],
)
def test_any_name_goes_to_a_worker_and_back(value: Holder) -> None:
    assert decode_value(encode_value(value), Holder) == value


@every_name
def test_every_command_takes_it_and_prints_no_control_character(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: bytes
) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    path = write_log(folder / os.fsdecode(name + b".rlog"), turns=2)
    other = write_log(tmp_path / "other.rlog", turns=3)
    session = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    session = session.rename(folder / os.fsdecode(name + b".jsonl"))
    out = folder / os.fsdecode(name + b".anchor")
    reports = [str(folder / f"report{suffix}") for suffix in (".json", ".html", ".md", ".xml", ".sarif")]
    for arguments in (
        ["verify", str(path)],
        ["verify", str(path), "--json"],
        *(["verify", str(path), "--report", report] for report in reports),
        *(["diff", str(path), str(path), "--report", report] for report in reports),
        ["diff", str(path), str(other)],
        ["diff", str(path), str(other), "--json"],
        ["state", str(path), "--at", "2"],
        ["events", str(path)],
        ["info", str(path), str(session)],
        ["info", str(session), "--json"],
        ["anchor", str(path), "-o", str(out)],
        ["verify", str(path), "--anchor", str(out)],
        ["import", str(session), "-o", str(folder / "made.rlog")],
        ["verify", str(folder / "none.rlog")],
    ):
        code = main(arguments)
        printed = capfd.readouterr()
        assert code == (2 if "none.rlog" in arguments[1] else 1 if str(other) in arguments else 0), (
            arguments,
            printed.err,
        )
        assert "internal error" not in printed.err
        for line in (printed.out + printed.err).split("\n"):
            assert line.isprintable() or "\t" in line, ascii(line)
        if "--json" in arguments:
            assert json.loads(printed.out)


@every_name
def test_what_the_window_showed_is_kept(name: bytes) -> None:
    path = os.fsdecode(name)
    state = WindowState(path=path, runs=ShownRuns(sources=(path,)), comparison=ShownComparison(path=path), format=path)
    saved = state.save()
    assert saved.isascii()
    assert WindowState.restored(saved) == state


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("all", "bidi"), id="all, bidi"),
        pytest.param(("no UTF-8", "an escape"), id="no UTF-8, an escape", marks=pytest.mark.long),
        pytest.param(("a line", "all"), id="a line, all", marks=pytest.mark.long),
    ],
)
def test_the_window_shows_two_of_them(tmp_path: Path, names: tuple[str, str]) -> None:
    """In a process of its own: pytest-xdist takes no such name in what a test prints."""
    a, b = (os.fsdecode(NAMES[name]) for name in names)
    first, second = write_log(tmp_path / f"{a}.rlog", turns=2), write_log(tmp_path / f"{b}.rlog", turns=3)
    picture = tmp_path / f"{a}.png"
    done = shown(picture, first, second)
    assert (done.returncode, done.stderr) == (0, b"")
    assert picture.stat().st_size > 1000
    for name in (a, b):
        done = shown(picture, tmp_path / f"{name}none.rlog")
        assert done.returncode == 2
        assert done.stderr.decode().removesuffix("\n").isprintable()


def shown(picture: Path, *runs: Path) -> subprocess.CompletedProcess[bytes]:
    """Make a picture of a run, or of two."""
    options = ["--screenshot", str(picture), "--size", "800x600"]
    words = [sys.executable, "-m", "replay_gui", *map(str, runs), *options]
    return subprocess.run(words, cwd=ROOT, capture_output=True, timeout=90)
