"""desktop install, desktop remove: what menus, file managers, man and shells find in the user's folder for data."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from replay_gui.commands.desktop.desktop import program_path
from replay_gui.commands.desktop.desktop_files import MIME_TYPE, NoDesktop, desktop_files, exec_word
from replay_gui.commands.desktop.installation import LIST
from replay_gui.commands.parsers import command_module, command_parser
from replay_gui.core.log.magic import MAGIC
from replay_gui.samples import REFERENCE

ENTRY = "applications/replay-gui.desktop"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for data, on a system without the programs that read it into caches."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "data"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for data with all that is installed, for a program whose path has to be quoted."""
    folder = tmp_path_factory.mktemp("data")
    for name, data in desktop_files("/home/a user/50%/replay-gui").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder))
        patch.setenv("XDG_CURRENT_DESKTOP", "")
        yield folder


def run_tool(*command: str | Path) -> str:
    program = shutil.which(command[0]) or pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_what_is_installed_is_removed(command: Any, home: Path) -> None:
    result = command("desktop", "install")
    assert (result.code, len(result.err.splitlines())) == (0, 2)  # the two programs that are not there
    files = desktop_files(str(program_path()))
    assert files_below(home) == {*files, str(LIST)}
    assert all((home / name).read_bytes() == data for name, data in files.items())
    assert command("desktop", "install").code == 0
    assert command("desktop", "remove").code == 0
    assert files_below(home) == set()
    assert command("desktop", "remove").out == f"{home}: 0 files removed\n"


@pytest.mark.parametrize("action", ["install", "remove"])
def test_what_was_changed_stays(command: Any, home: Path, action: str) -> None:
    command("desktop", "install")
    (home / ENTRY).write_text("mine")
    result = command("desktop", action)
    assert result.code == 2
    assert f"{home / ENTRY}: " in result.err
    assert "left as it is" in result.err
    assert command("desktop", "remove").code == 0  # it is no longer known
    assert files_below(home) == {ENTRY}
    assert (home / ENTRY).read_text() == "mine"


def test_what_somebody_else_put_there_stays(command: Any, home: Path) -> None:
    (home / ENTRY).parent.mkdir(parents=True)
    (home / ENTRY).write_text("theirs")
    assert command("desktop", "install").code == 2
    assert command("desktop", "remove").code == 0
    assert (home / ENTRY).read_text() == "theirs"


def test_a_link_is_neither_followed_nor_removed(command: Any, home: Path, tmp_path: Path) -> None:
    (home / ENTRY).parent.mkdir(parents=True)
    (home / ENTRY).symlink_to(tmp_path / "elsewhere")
    assert command("desktop", "install").code == 2
    assert not (tmp_path / "elsewhere").exists()
    (home / ENTRY).unlink()
    command("desktop", "install")
    (home / ENTRY).rename(tmp_path / "elsewhere")
    (home / ENTRY).symlink_to(tmp_path / "elsewhere")
    assert command("desktop", "remove").code == 2
    assert (home / ENTRY).is_symlink()
    assert (tmp_path / "elsewhere").is_file()


@pytest.mark.parametrize(
    "known",
    [
        '{"../../victim": "%s"}', '{"/a/victim": "%s"}', '{"//a/victim": "%s"}', '{"victim": "%s"}', '["%s"]',
        '{"a/b": 1}', "{", "[" * 9_999,
    ],
)  # fmt: skip
def test_a_list_that_is_not_ours_removes_nothing(command: Any, home: Path, known: str) -> None:
    (home / LIST).parent.mkdir(parents=True)
    (home / LIST).write_text(known.replace("%s", "0" * 64))
    for action in ("install", "remove"):
        result = command("desktop", action)
        assert result.code == 2
        assert "is not a list of installed files" in result.err
    assert files_below(home) == {str(LIST)}


def test_without_a_place_for_the_list_nothing_is_installed(command: Any, home: Path) -> None:
    """Else nothing could be removed."""
    (home / LIST).parent.mkdir(parents=True)
    for make in (Path.mkdir, os.mkfifo):
        make(home / LIST)
        result = command("desktop", "install")
        assert (result.code, len(result.err.splitlines())) == (2, 1)
        assert [path.name for path in home.iterdir()] == [LIST.parent.name]
        (home / LIST).rmdir() if (home / LIST).is_dir() else (home / LIST).unlink()
    (home / "applications").symlink_to("/dev/null")
    result = command("desktop", "install")
    assert f"{home / 'applications'}: cannot be made: File exists" in result.err


def test_what_a_newer_version_does_not_have_is_removed(
    command: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("desktop", "install")
    fewer = {ENTRY: b"newer"}
    monkeypatch.setattr("replay_gui.commands.desktop.desktop.desktop_files", lambda program: fewer)
    assert command("desktop", "install").code == 0
    assert files_below(home) == {ENTRY, str(LIST)}
    assert (home / ENTRY).read_bytes() == b"newer"


def test_what_cannot_be_removed_is_still_known(command: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command("desktop", "install")
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path == home / ENTRY:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        result = command("desktop", "remove")
        assert (result.code, files_below(home)) == (2, {ENTRY, str(LIST)})
        assert f"{home / ENTRY}: cannot be removed: Permission denied" in result.err
    assert command("desktop", "remove").code == 0
    assert files_below(home) == set()


def test_a_cache_that_is_not_made_is_no_failure(
    command: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "update-mime-database"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr("replay_gui.commands.desktop.desktop._UPDATE_TIMEOUT_SECONDS", 0.01)
    (home / ENTRY).parent.mkdir(parents=True)
    (home / ENTRY).write_text("theirs")
    result = command("desktop", "install")
    assert "update-mime-database failed, and desktops may not see the change" in result.err
    assert f"{home / ENTRY}: " in result.err, "what was left as it is is told all the same"


def test_a_program_in_a_cache_is_refused(command: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(program_path().parent))
    result = command("desktop", "install")
    assert (result.code, result.out) == (2, "")
    assert "is in a cache" in result.err
    assert not home.exists()


def test_the_name_on_the_path_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program_path()
    (tmp_path / "replay-gui").symlink_to(own)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_path() == tmp_path / "replay-gui"


@pytest.mark.parametrize("path", ["/opt/plain", "/a b/c", '/q"u\\o`t$e', "/50%/x", "/it's;&|(x)"])
def test_a_path_is_quoted_for_an_entry(path: str) -> None:
    """Read as the specification says: first the escapes of the file, then the quotes, then the percent signs."""
    word = exec_word(path).replace("\\\\", "\\")
    if word.startswith('"'):
        word = re.sub(r'\\(["`$\\])', r"\1", word[1:-1])
    assert word.replace("%%", "%") == path


@pytest.mark.parametrize("path", ["/a=b", "/line\nfeed"])
def test_a_path_that_no_entry_can_have_is_refused(path: str) -> None:
    with pytest.raises(NoDesktop):
        exec_word(path)


def test_the_entry_is_valid(installed: Path) -> None:
    run_tool("desktop-file-validate", installed / ENTRY)
    entry = configparser.RawConfigParser()
    entry.read(installed / ENTRY)
    assert entry["Desktop Entry"]["Exec"] == '"/home/a user/50%%/replay-gui" %F'
    assert entry["Desktop Entry"]["TryExec"] == "/home/a user/50%/replay-gui"
    assert entry["Desktop Entry"]["MimeType"] == f"{MIME_TYPE};"


def test_the_metainfo_is_valid(installed: Path) -> None:
    (file,) = (installed / "metainfo").iterdir()
    run_tool("appstreamcli", "validate", "--no-net", file)
    assert ElementTree.parse(file).findtext("id") == file.name.removesuffix(".metainfo.xml")


def test_a_log_is_known_by_its_name_and_by_its_first_bytes(installed: Path, tmp_path: Path) -> None:
    run_tool("update-mime-database", installed / "mime")
    shutil.copy(REFERENCE.path, tmp_path / "without a suffix")
    for path in (REFERENCE.path, tmp_path / "without a suffix"):
        assert run_tool("xdg-mime", "query", "filetype", path) == MIME_TYPE


def test_the_magic_is_that_of_the_format(installed: Path) -> None:
    match = ElementTree.parse(installed / "mime/packages/replay-gui.xml").find(".//{*}match")
    assert match is not None
    assert match.attrib == {"type": "string", "offset": "0", "value": repr(MAGIC)[2:-1]}


def test_the_thumbnailer_asks_for_a_picture(installed: Path) -> None:
    entry = configparser.RawConfigParser()
    entry.read(installed / "thumbnailers/replay-gui.thumbnailer")
    words = shlex.split(entry["Thumbnailer Entry"]["Exec"])
    filled = [{"%i": "/in.rlog", "%o": "/out.png", "%s": "128"}.get(word, word) for word in words[1:]]
    args = command_parser(None, command_module(None)).parse_args(filled)
    assert (args.run, args.screenshot, args.fit) == ("/in.rlog", "/out.png", 128)


def test_man_finds_the_pages(installed: Path) -> None:
    assert run_tool("man", "-M", installed / "man", "-w", "replay-gui-verify").endswith("replay-gui-verify.1")


def test_everybody_may_read_what_is_installed(command: Any, home: Path) -> None:
    before = os.umask(0o022)
    try:
        command("desktop", "install")
    finally:
        os.umask(before)
    assert {(home / name).stat().st_mode & 0o777 for name in files_below(home)} == {0o644}
