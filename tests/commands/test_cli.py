"""The command line as a whole: help, mistakes, faults."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import replay_gui
from replay_gui.commands import info
from replay_gui.commands.parsers import COMMANDS
from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.translation.numbers import number_signs, use_number_signs
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers.paths import ROOT


def test_help_lists_every_command(command: Any) -> None:
    result = command("--help")
    assert result.code == 0
    assert all(f"\n  {name} " in result.out for name in COMMANDS)


def test_its_version_is_that_of_the_package(command: Any) -> None:
    result = command("--version")
    assert (result.code, result.out) == (0, f"replay-gui {replay_gui.__version__}\n")


MISS_NOTHING = ("receive",)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_and_says_what_it_misses(command: Any, name: str) -> None:
    assert f"usage: replay-gui {name} " in command(name, "--help").out
    if name in MISS_NOTHING:
        return
    result = command(name)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert f"replay-gui {name} --help" in result.err


def test_two_dashes_are_no_value_of_an_option(command: Any) -> None:
    for words in (
        ["state", "x", "--at=--"],
        ["diff", "x", "y", "--rules=--"],
        ["verify", "x", "--report=--"],
        ["--log=--"],
    ):
        result = command(*words)
        assert (result.code, result.err.count("\n")) == (2, 1)
        assert f"{words[-1].removesuffix('=--')}: -- is no value" in result.err


def test_a_mistake_is_repeated_escaped(command: Any) -> None:
    result = command("info", "run.rlog", "--no\x1b[31m\nsuch")
    assert result.code == 2
    assert "--no\\x1b[31m\\nsuch" in result.err


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (ValueError("odd\nthing"), "an internal error (ValueError: odd\\nthing) in test_cli.py:"),
        (RecursionError("deep"), "an internal error (RecursionError: deep)"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ],
)
def test_a_fault_is_one_line_and_no_traceback(
    command: Any, monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str
) -> None:
    def run(args: object) -> int:
        raise raised

    monkeypatch.setattr(info, "run", run)
    result = command("info", "run.rlog")
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert len(result.err.splitlines()) == 1


def test_an_interrupt(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(info, "run", run)
    result = command("info", "run.rlog")
    assert (result.code, result.out, result.err) == (130, "", "")


@pytest.fixture
def restored_logging() -> Iterator[None]:
    logger = logging.getLogger("replay_gui")
    handlers, level, propagate = logger.handlers[:], logger.level, logger.propagate
    yield
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:], logger.propagate = handlers, propagate
    logger.setLevel(level)


@pytest.mark.usefixtures("restored_logging")
def test_diagnostics_are_appended_to_the_file_at_the_level(
    command: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run(args: object) -> int:
        topic_logger(Topic.ENGINE).debug("detail")
        topic_logger(Topic.ENGINE).warning("problem")
        return 0

    monkeypatch.setattr(info, "run", run)
    file = tmp_path / "diagnostics.txt"
    assert command("info", "run.rlog", "--log", file, "--log-level", "debug").err == ""
    assert command("info", "run.rlog", "--log", file).err == ""
    messages = [line.rpartition(": ")[2] for line in file.read_text("utf-8").splitlines()]
    assert messages == ["detail", "problem", "problem"]


@pytest.mark.parametrize("content", [b"\x89RLOG", b'{"type": "user"}\n'])
def test_diagnostics_are_not_appended_to_another_file(command: Any, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "run.rlog"
    file.write_bytes(content)
    result = command("info", file, "--log", file)
    assert (result.code, result.out) == (2, "")
    assert "contains other data than diagnostics" in result.err
    assert file.read_bytes() == content


def test_a_command_writes_english_whatever_language_it_was_started_in(command: Any) -> None:
    runs = sorted((ROOT / "resources" / "samples" / "evaluation" / "cancel-both-bookings").glob("*.rlog"))[:2]
    english = command("diff", *runs)
    with in_language(ACCENTED):
        use_number_signs(".", ",")
        assert command("diff", *runs) == english
    assert (english.code, number_signs()) == (1, ",.")
