"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from replay_gui.core.atomic_file import check_not_input, write_whole
from replay_gui.core.errors import NotWritten


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write_whole(file, b"one")
    file.chmod(0o640)
    write_whole(file, b"two")
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["report.html"]


@pytest.mark.parametrize("call", ["fsync", "replace", "fdopen"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(NotWritten, match="the disk is full; the file that is there was left as it was"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="No such file"):
        write_whole(tmp_path / "none" / "report.html", b"new")


def test_a_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    read, link, other = tmp_path / "run.rlog", tmp_path / "link", tmp_path / "report.html"
    read.write_bytes(b"x")
    link.symlink_to(read)
    check_not_input(other, [read, tmp_path / "gone"])
    for target in (read, link):
        with pytest.raises(NotWritten, match="it is itself what is read here"):
            check_not_input(target, [read])
