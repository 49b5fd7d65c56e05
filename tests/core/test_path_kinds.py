from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

import pytest

from replay_gui.cli import main
from replay_gui.core.contrast.source_files import source_files
from replay_gui.core.errors import LogRefused, LogUnreadable
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import check_is_free, exists, is_file, is_folder, is_link, reason_of
from tests.core.translation.languages import in_language
from tests.helpers.logs import write_log
from tests.helpers.paths import ROOT


def refuse(monkeypatch: pytest.MonkeyPatch, function: str, path: Path) -> None:
    """Root may read what it likes: `function` of os refuses this path."""
    real: Any = getattr(os, function)

    def refusing(given: Any, *rest: Any, **more: Any) -> Any:
        if given in (path, str(path)):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(given))
        return real(given, *rest, **more)

    monkeypatch.setattr(os, function, refusing)


def test_no_name_is_too_odd_to_be_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file := tmp_path / "file").write_bytes(b"x")
    (loop := tmp_path / "loop").symlink_to(loop)
    nowhere = [str(tmp_path / name) for name in ("absent", "file/x", "n" * 300, "a\0b", "a\ud800b", "loop/x")]
    for path in (*nowhere, ""):
        assert {is_file(path), is_folder(path), is_link(path), exists(path)} == {False}, path
    assert (is_file(file), is_folder(tmp_path), is_link(loop), exists(file), exists(loop)) == (*[True] * 4, False)
    check_is_free(nowhere[0])
    for path in nowhere[1:]:
        with pytest.raises(LogUnreadable, match="cannot be written"):
            check_is_free(path)
    for there in (file, loop, tmp_path):
        with pytest.raises(LogRefused, match="exists already"):
            check_is_free(there)
    refuse(monkeypatch, "stat", file)
    with pytest.raises(LogUnreadable, match="cannot be looked for: Permission denied"):
        exists(file)


def test_reasons_of_the_system_are_in_the_users_language(tmp_path: Path) -> None:
    with in_language("de"):
        for number in (errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOTDIR, errno.ENOSPC, errno.EIO, errno.EROFS):
            assert reason_of(OSError(number, os.strerror(number))) not in ("", os.strerror(number))
        assert reason_of(OSError(errno.ENOENT, "Notes")) == "Notes", "of a library, not of the system"
        with pytest.raises(LogUnreadable, match="absent: kann nicht gelesen werden: Datei oder Ordner nicht gefunden"):
            Source(tmp_path / "absent")
        with pytest.raises(LogRefused, match="existiert schon"):
            check_is_free(tmp_path)
    assert reason_of(OSError(errno.ENOENT, os.strerror(errno.ENOENT))) == "No such file or directory"


def test_a_folder_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By every command that looks into folders, also below the one that was given."""
    (closed := tmp_path / "folder" / "closed").mkdir(parents=True)
    write_log(tmp_path / "folder" / "run.rlog", turns=1)
    for function in ("scandir", "open"):
        refuse(monkeypatch, function, closed)
    for command in (["verify"], ["contrast"], ["catalogue", "--workers", "1", "-o", str(tmp_path / "made")]):
        for folder in (closed, closed.parent):
            assert main([*command, str(folder)]) == 2, (command, folder)
            assert f"{closed}: cannot be read: Permission denied" in capsys.readouterr().err
    *_, last = source_files([str(closed.parent)])
    assert last.runs("") == ([], f"{closed}: cannot be read: Permission denied")


def test_pathlib_is_not_asked() -> None:
    asked = re.compile(r"\.(is_file|is_dir|is_symlink|is_fifo|exists)\(\)")
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in sorted((ROOT / "replay_gui").rglob("*.py"))
        for line in file.read_text("utf-8").splitlines()
        if asked.search(line)
    ]
    assert found == [], "use replay_gui.core.path_kinds: pathlib raises OSError for some paths"
