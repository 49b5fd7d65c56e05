"""man: manual pages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from replay_gui.commands.desktop.manual import manual_pages
from replay_gui.commands.desktop.words import Argument, CommandWords, Value, window_and_commands
from replay_gui.commands.parsers import COMMANDS


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return manual_pages(window_and_commands())


def read_page(page: str) -> str:
    """The words of a page, as man shows it."""
    man = shutil.which("man") or pytest.skip("man is not installed")
    done = subprocess.run(
        [man, "--warnings", "-E", "UTF-8", "-l", "-"],
        input=page,
        env={"MANWIDTH": "200", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return " ".join(done.stdout.split())


def test_there_is_a_page_for_the_window_and_each_command(pages: dict[str, str]) -> None:
    assert pages.keys() == {"replay-gui.1", *(f"replay-gui-{name}.1" for name in COMMANDS)}


def test_a_page_has_each_option_with_its_words(pages: dict[str, str]) -> None:
    for command in window_and_commands():
        text = pages[f"{command.full_name.replace(' ', '-')}.1"].replace("\\-", "-")
        for option in command.options:
            assert all(f"\\fB{flag}\\fR" in text for flag in option.flags)
            assert option.about[1:] in text


def test_man_reads_a_page(pages: dict[str, str]) -> None:
    text = read_page(pages["replay-gui-rerun.1"])
    assert "replay-gui rerun [-h] [-o NEW.rlog] [--live TOOL ...] [--fixed TOOL VALUE ...]" in text
    assert "RUN -- COMMAND ..." in text
    assert "EXIT STATUS N That of the agent, where every request was as recorded. 1 A request" in text
    assert "replay-gui COMMAND ..." in read_page(pages["replay-gui.1"])


def test_text_is_no_request_of_roff() -> None:
    option = Argument(
        flags=("--x",), values=(Value("A\\B", ()),), about=".so /etc/passwd", required=False, repeated=False
    )
    command = CommandWords(
        name="odd", about="do \\fBthis\\fR", groups=(("options", (option,)),), notes="'nothing\n\n.SH Bad"
    )
    text = read_page(manual_pages([command])["replay-gui-odd.1"])
    for words in (".so /etc/passwd", "do \\fBthis\\fR", "--x A\\B", "'nothing", ".SH Bad"):
        assert words in text


def test_the_pages_are_written(command: Any, tmp_path: Path, pages: dict[str, str]) -> None:
    result = command("man", "-o", tmp_path / "man1")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [str(tmp_path / "man1" / name) for name in pages]
    assert {file.name: file.read_text() for file in (tmp_path / "man1").iterdir()} == pages


def test_a_link_is_not_followed(command: Any, tmp_path: Path) -> None:
    (tmp_path / "replay-gui.1").symlink_to(tmp_path / "elsewhere")
    result = command("man", "-o", tmp_path)
    assert result.code == 2
    assert "it is a link" in result.err
    assert not (tmp_path / "elsewhere").exists()
