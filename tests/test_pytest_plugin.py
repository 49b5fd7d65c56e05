"""The plugin for pytest: a recorded run as a regression test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TEST = """
import pytest
from replay_gui import record

@record.tool
def search(query: str) -> str:
    print("search was run")
    return query.upper()

@pytest.mark.replay("runs/one.rlog")
def test_agent():
    assert search("WORD") == "WORD"

def test_other():
    assert search("z") == "Z"
"""


def run(folder: Path, word: str, *options: str) -> tuple[int, str]:
    (folder / "test_agent.py").write_text(TEST.replace("WORD", word))
    command = [sys.executable, "-m", "pytest", "-p", "replay_gui.pytest", "-rA", "-s", *options]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # those that are installed take most of the time
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


def test_a_run_is_recorded_and_is_a_test_from_then_on(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    code, out = run(tmp_path, "A")
    assert (code, "record it with --replay-record" in out) == (1, True)
    code, out = run(tmp_path, "A", "--replay-record")
    assert (code, out.count("search was run")) == (0, 2)
    code, out = run(tmp_path, "A")
    assert (code, out.count("search was run")) == (0, 1)
    code, out = run(tmp_path, "B")
    assert code == 1
    assert "input.query: recorded “A”, now “B”" in out
    assert "1 failed, 1 passed" in out
