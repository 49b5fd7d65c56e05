"""Signals, little memory, few open files: words, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgpack
import pytest

from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.forged_logs import Forge, forged, written
from tests.helpers.logs import write_log
from tests.trust.limits.capped import GIGABYTE, run_capped, run_command
from tests.trust.limits.forked_commands import endings, forked_commands

ENDED_ONE_AFTER_ANOTHER = """
import contextlib, gc, io, json, os, signal, sys
from replay_gui.core.importers import conversion
from replay_gui.core.log import log_reader
from replay_gui.core.verification import verify_log
from replay_gui.__main__ import main

commands = json.loads(sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()):
    for words in commands:
        if words[0] != "import":  # which writes a file; another command converts the same
            main(words)  # imports what the command needs
gc.freeze()
begun = None
def wait(*arguments, **options):
    os.write(begun, b"!")
    while True:
        signal.pause()
conversion.write_with_findings = log_reader.EventLog.parts = verify_log.check_integrity = wait
for number in signal.SIGTERM, signal.SIGINT:
    for words in commands:
        read, begun = os.pipe()
        child = os.fork()
        if not child:
            sys.exit(main(words))
        os.close(begun)
        assert os.read(read, 1)
        os.close(read)
        os.kill(child, number)
        print(number, *words, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Each command begins, in a process of its own, and would go on for ever, with everything open that it has then."""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment whose caches and temporary files are in this folder."""
    for name in ("cache", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    return {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "tmp"), **more}


def left_behind(folder: Path) -> list[str]:
    names = [file.name for place in ("tmp", "cache", "out") for file in (folder / place).rglob("*")]
    return [name for name in names if name.startswith(("replay-gui-", ".import-", ".conversion-", "building-"))]


COMMANDS = {
    "verify": ["verify", "{packed}"],
    "info": ["info", "{packed}"],
    "events": ["events", "{packed}"],
    "diff": ["diff", "{packed}", "{log}"],
    "import": ["import", "{foreign}", "-o", "{out}/made.rlog"],
    "info of a session": ["info", "{foreign}"],
}


def test_a_command_that_is_ended_leaves_nothing(tmp_path: Path) -> None:
    log = write_log(tmp_path / "run.rlog", turns=3)
    subprocess.run(["gzip", "-k", str(log)], check=True)
    (tmp_path / "out").mkdir()
    foreign = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    files = {"packed": f"{log}.gz", "log": str(log), "out": str(tmp_path / "out"), "foreign": str(foreign)}
    commands = [[word.format(**files) for word in command] for command in COMMANDS.values()]
    arguments = [sys.executable, "-c", ENDED_ONE_AFTER_ANOTHER, json.dumps(commands)]
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment(tmp_path), timeout=120)
    ends = [(number, words) for number in (signal.SIGTERM, signal.SIGINT) for words in commands]
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == [
        " ".join([str(int(number)), *words, str(128 + number)]) for number, words in ends
    ]
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    "limits",
    [{"open_files": 64, "memory": 4 * GIGABYTE}, {"open_files": 12}, {"memory": GIGABYTE // 3}],
    ids=["enough", "few open files", "little memory"],
)
def test_few_open_files_and_little_memory_give_words(limits: dict[str, int], tmp_path: Path) -> None:
    """A small log, and one of 17 MB for `verify`, which starts workers for it; of 3 MB for the others."""
    small = str(write_log(tmp_path / "run.rlog", turns=20))
    large, larger = str(tmp_path / "large.rlog"), str(tmp_path / "larger.rlog")
    for path, count in ((large, 3_000), (larger, 17_000)):
        written(Path(path), forged([("x:a", {"text": "x" * 1000})] * count, state_hashes=False).bytes())
    commands = [
        ["verify", small],
        ["info", small],
        ["events", small],
        ["diff", small, small],
        ["verify", larger],
        ["info", large],
        ["events", large],
        ["diff", large, large],
    ]
    done = run_capped(*forked_commands(commands), **limits)
    ended = endings(done.stderr)
    assert len(ended) == len(commands)
    for words, code in ended:
        assert "Traceback" not in words, words
        assert "internal error" not in words, words
        assert code in ((0,) if len(limits) == 2 else (0, 2)), words


def test_a_state_that_does_not_fit_into_memory_is_refused_in_words(tmp_path: Path) -> None:
    """Three million empty maps are three megabytes in a file, and more than 200 MB as values."""
    forge = Forge()
    empty = 3_000_000
    content = b"\x92\xabMemoryWrite\x82\xa3key\xa1k\xa5value\xdd" + empty.to_bytes(4, "big") + b"\x80" * empty
    forge.add(content, None, msgpack.packb({"seq": 0}))
    path = written(tmp_path / "maps.rlog", forge.bytes())
    done = run_command("state", path, "--at", "1", memory=GIGABYTE // 4)
    assert done.returncode == 2
    assert "not enough memory" in done.stderr
    assert len(done.stderr.splitlines()) == 1
