"""Folders that cannot be written and disks that are full, at every single write."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog
from replay_gui.cli import main
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.positions import Position
from replay_gui.core.log.source import Source
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.journey import Journey
from tests.helpers.kept_indexes import keep
from tests.helpers.logs import write_log
from tests.trust.limits.full_disk import FullDisk


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder in which nobody, not even root, can write: it lies below a file. And where else one may."""
    (tmp_path / "file").touch()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def test_without_a_cache_the_index_is_a_temporary_one(no_cache: Path, journey: Journey, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog")
    for _ in range(2):
        journey.open(path)
        assert journey.session.report is not None
        assert journey.session.report.verdict == "VALID"
        journey.session.seek(Position(17))
        journey.arrive(17)
        assert len(list(no_cache.iterdir())) == 1
    journey.session.close_run()
    journey.until(lambda: not list(no_cache.iterdir()))


def test_commands_do_without_a_cache(no_cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_log(tmp_path / "run.rlog")
    for arguments in (["verify", str(path)], ["info", str(path)], ["diff", str(path), str(path)]):
        assert main(arguments) == 0
        assert capsys.readouterr().err == ""
    foreign = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    assert main(["verify", str(foreign)]) == 0, "it is converted in a temporary folder"
    assert capsys.readouterr().err == ""
    assert list(no_cache.iterdir()) == []


def test_no_folder_at_all_for_an_index(journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run cannot be indexed without one; that is said in words, and the window lives on."""
    path = write_log(tmp_path / "run.rlog")
    texts = list[str]()
    journey.session.alert_raised.connect(lambda trouble: texts.append(trouble.text))

    def read_only(*args: Any, **more: Any) -> str:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("replay_gui.core.index.index_cache.tempfile.mkdtemp", read_only)
    journey.session.open(str(path))
    journey.until(lambda: bool(texts))
    assert "\n" not in texts[0]
    assert "cache" in texts[0]
    assert "Read-only file system" in texts[0]
    monkeypatch.undo()
    journey.open(path)
    assert journey.session.report is not None
    assert journey.session.report.verdict == "VALID"


def test_a_full_disk_at_every_write_of_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half index is ever taken for a whole one, and nothing of it changes what the log is."""
    path = write_log(tmp_path / "run.rlog", turns=30)
    data, faults = path.read_bytes(), 0
    for writes in range(500):
        cache = IndexCache(tmp_path / f"cache{writes}")
        disk = FullDisk(cache.root, writes)
        disk.install(monkeypatch)
        try:
            keep(cache, path)
        except OSError as why:
            assert why.errno == errno.ENOSPC  # noqa: PT017
            faults += 1
        finally:
            monkeypatch.undo()
        with EventLog.open(path) as log:
            assert (cache.load_index(log) is None) is (disk.left < 0)
        if disk.left >= 0:
            break
    assert faults > 5
    assert path.read_bytes() == data


@pytest.mark.parametrize("suffix", [".html", ".json", ".md", ".xml", ".sarif", ".pdf"])
def test_a_full_disk_at_every_write_of_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    path, target = write_log(tmp_path / "run.rlog", turns=2), tmp_path / "out" / f"report{suffix}"
    target.parent.mkdir()
    target.write_bytes(b"what was there")
    for writes in range(50):
        disk = FullDisk(target.parent, writes)
        disk.install(monkeypatch)
        try:
            code = main(["verify", str(path), "--report", str(target)])
        finally:
            monkeypatch.undo()
        printed = capsys.readouterr()
        assert [file.name for file in target.parent.iterdir()] == [target.name], "no draft is left"
        if disk.left >= 0:
            break
        assert code == 2
        assert "the disk is full" in printed.err
        assert target.read_bytes() == b"what was there"
    assert writes > 0
    assert code == 0
    assert target.read_bytes() != b"what was there"


def test_a_full_disk_at_every_write_of_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    folder = tmp_path / "out"
    folder.mkdir()
    faults = 0
    for writes in range(100):
        disk = FullDisk(folder, writes)
        disk.install(monkeypatch)
        try:
            code = main(["import", str(path), "-o", str(folder / "made.rlog")])
        finally:
            monkeypatch.undo()
        printed = capsys.readouterr()
        if disk.left >= 0:
            break
        faults += 1
        assert code == 2
        assert len(printed.err.splitlines()) == 1, printed.err
        assert list(folder.iterdir()) == []
    assert faults > 2
    assert code == 0
    with Source(folder / "made.rlog") as made:
        assert made.size


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_small_disk_that_is_really_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        path = write_log(tmp_path / "run.rlog", turns=20)
        for suffix in (".html", ".json"):
            (disk / f"old{suffix}").write_bytes(b"what was there")
        (disk / "filler").write_bytes(bytes(56_000))
        for suffix in (".html", ".json"):
            code = main(["verify", *[str(path)] * 6, "--report", str(disk / f"old{suffix}")])
            printed = capsys.readouterr()
            assert (code, "the disk is full" in printed.err) == (2, True)
            assert (disk / f"old{suffix}").read_bytes() == b"what was there"
    finally:
        subprocess.run(["umount", disk], check=True)
