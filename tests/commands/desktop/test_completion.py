"""completion: the shells themselves read the script, and say what they would offer."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from replay_gui.commands.desktop.bash import bash_completion
from replay_gui.commands.desktop.fish import fish_completion
from replay_gui.commands.desktop.words import CommandWords, window_and_commands
from replay_gui.commands.desktop.zsh import zsh_completion
from replay_gui.commands.parsers import COMMANDS

WAIT = 30  # seconds, on a busy machine
FORGET_LINE = b"\x15"  # Ctrl-U
ASK_BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_replay_gui 2>/dev/null # compopt is for a key that was pressed
printf '%s\\n' "${COMPREPLY[@]}"
"""


@cache
def commands() -> list[CommandWords]:
    return window_and_commands()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to complete names of, and the scripts."""
    folder = tmp_path_factory.mktemp("shells")
    (folder / "a run.rlog").touch()
    (folder / "folder").mkdir()
    for name, script in (("bash", bash_completion), ("zsh", zsh_completion), ("fish", fish_completion)):
        (folder / f"script.{name}").write_text(script(commands()))
    return folder


def shell(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def ask_bash(folder: Path, *words: str) -> set[str]:
    script = str(folder / "script.bash")
    return offered([shell("bash"), "--norc", "-c", ASK_BASH, "ask", script, "replay-gui", *words], folder)


def ask_fish(folder: Path, line: str) -> set[str]:
    return offered([shell("fish"), "--no-config", "-c", f"source script.fish; complete -C '{line}'"], folder)


def offered(command: list[str], folder: Path) -> set[str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=WAIT)
    assert done.stderr == ""
    return {line.partition("\t")[0] for line in done.stdout.splitlines()} - {""}


def flags(command: CommandWords) -> set[str]:
    return {flag for option in command.options for flag in option.flags}


def test_bash_offers_commands_and_files_first(folder: Path) -> None:
    assert ask_bash(folder, "") >= COMMANDS.keys() | {"a run.rlog", "folder"}
    assert ask_bash(folder, "ve") == {"verify"}


def test_bash_offers_the_options_of_each_command(folder: Path) -> None:
    for command in commands():
        assert ask_bash(folder, *filter(None, [command.name]), "-") == flags(command), command.name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["verify", "--stri"], {"--strict"}),
        (["verify", "a"], {"a run.rlog"}),
        (["verify", "one", "two", "a"], {"a run.rlog"}),
        (["diff", "one", "two", "a"], set()),
        (["sql", ""], {"folder"}),
        (["sql", "folder", ""], set()),
        (["--theme", ""], {"light", "dark", "auto"}),
        (["--theme", "=", "d"], {"dark"}),
        (["--theme", "="], {"light", "dark", "auto"}),
        (["--theme", "dark", "a"], {"a run.rlog"}),
        (["contrast", "--versions", ""], set()),
        (["contrast", "--versions", "model", "old", ""], set()),
        (["rerun", "--fixed", "tool", ""], set()),
        (["rerun", "--fixed", "tool", "value", "a"], {"a run.rlog"}),
        (["rerun", "a run.rlog", "--on-miss", "l"], {"live"}),
        (["record", "-o", "x.rlog", "--", "bas"], {"bash"}),
        (["record", "--", "cat", "a"], {"a run.rlog"}),
        (["verify", "--", "-", "a"], {"a run.rlog"}),
    ],
)
def test_bash_knows_what_is_typed(folder: Path, words: list[str], expected: set[str]) -> None:
    found = ask_bash(folder, *words)
    assert found >= expected if words[0] == "record" else found == expected


def test_names_of_files_are_no_patterns(folder: Path, tmp_path: Path) -> None:
    """The kinds of arguments are words such as file*, beside which a file of such a name must not count."""
    (tmp_path / "script.bash").write_text((folder / "script.bash").read_text())
    (tmp_path / "filed").touch()
    assert ask_bash(tmp_path, "verify", "one", "f") == {"filed"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("replay-gui veri", {"verify"}),
        ("replay-gui a\\ ru", {"a run.rlog"}),
        ("replay-gui verify --stri", {"--strict"}),
        ("replay-gui diff --stri", set()),
        ("replay-gui --theme ", {"light", "dark", "auto"}),
        ("replay-gui sql --theme ", set()),
        ("replay-gui rerun run.rlog -- whoam", {"whoami"}),
    ],
)
def test_fish_knows_what_is_typed(folder: Path, line: str, expected: set[str]) -> None:
    found = {name.replace("\\ ", " ") for name in ask_fish(folder, line)}
    assert found >= expected if expected else not found & {"--strict", "--theme", "light"}


@pytest.fixture
def zsh(folder: Path) -> Iterator[int]:
    """A terminal in which zsh has read the script."""
    ours, its = os.openpty()
    command = [shell("zsh"), "-f", "-i"]
    environment = os.environ | {"TERM": "dumb"}
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        os.write(ours, b"autoload -U compinit; compinit -u -d dump; source script.zsh; print REA''DY\n")
        read_until(ours, b"READY")
        yield ours
        process.kill()
    os.close(ours)


def read_until(terminal: int, words: bytes) -> None:
    read = b""
    while words not in read:
        ready, _, _ = select.select([terminal], [], [], WAIT)
        assert ready, read
        read += os.read(terminal, 4096).replace(b"\a", b"")  # rung where several words fit


def test_zsh_completes_what_is_typed(zsh: int) -> None:
    for typed, then in (
        (b"replay-gui veri", b"verify "),
        (b"replay-gui verify --stri", b"--strict "),
        (b"replay-gui verify --log-level deb", b"debug "),
        (b"replay-gui sql fol", b"folder/"),
        (b"replay-gui record -- whoam", b"whoami "),
    ):
        os.write(zsh, typed + b"\t")
        read_until(zsh, then)
        os.write(zsh, FORGET_LINE)


def test_the_script_is_printed(command: Any) -> None:
    for name, script in (("bash", bash_completion), ("zsh", zsh_completion), ("fish", fish_completion)):
        result = command("completion", name)
        assert (result.code, result.err, result.out) == (0, "", script(commands()))
    assert command("completion", "csh").code == 2
