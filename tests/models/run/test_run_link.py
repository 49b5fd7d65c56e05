"""A link is one command, whatever the names in it are."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from replay_gui.core.log.positions import Position
from replay_gui.models.run.run_link import run_link, shell_word
from tests.helpers.facts import run_facts

HOSTILE = [
    "plain",
    "two words",
    "",
    "it's",
    "$HOME `id`",
    "a\nb",
    "\x15rm -rf ~\r",
    "\\",
    "\x1b]0;x\x07",
    "\u202e7",
    "\udcff",
]


def test_it_names_run_place_and_value() -> None:
    facts = run_facts("/r/my run.jsonl", run="b", runs=("a", "b"))
    link = run_link(facts, Position(812), path=("messages", 3, "a/b"), format="codex")
    expected = ["replay-gui", "/r/my run.jsonl#2", "--at", "812", "--path", "/messages/3/a~1b", "--format", "codex"]
    assert shlex.split(link) == expected
    other = run_facts("/r/b.rlog")
    assert run_link(facts, Position(3), other=other) == "replay-gui '/r/my run.jsonl#2' /r/b.rlog --at 3"


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_a_shell_reads_the_very_name_and_a_terminal_obeys_none(tmp_path: Path) -> None:
    words = [shell_word(text) for text in HOSTILE]
    assert all(word.isprintable() for word in words)
    script = f"printf '%s\\0' {' '.join(words)}"
    output = subprocess.run(["bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout
    assert output.split(b"\0")[:-1] == [os.fsencode(text) for text in HOSTILE]
    assert shell_word("\ud800") == r"$'\355\240\200'"  # text of a log may hold what no file name does
