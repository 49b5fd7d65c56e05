"""Signals, little memory, few open files: words, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.logs import write_log
from tests.trust.limits.capped import GIGABYTE, run_command

SLOW = """
import sys, time
from replay_gui.core.importers import conversion
from replay_gui.cli import main
def wait(*arguments, **options):
    print("begun", flush=True)
    while True:
        time.sleep(0.01)
conversion.write_with_findings = wait
from replay_gui.core.log import log_reader
log_reader.EventLog.parts = wait
from replay_gui.core.verification import verify_log
verify_log.check_integrity = wait
sys.exit(main(sys.argv[1:]))
"""
"""Begins, says so, and goes on for ever, with everything open that the command has open then."""


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


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_ended_leaves_nothing(name: str, number: signal.Signals, tmp_path: Path) -> None:
    log = write_log(tmp_path / "run.rlog", turns=3)
    subprocess.run(["gzip", "-k", str(log)], check=True)
    (tmp_path / "out").mkdir()
    foreign = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    files = {"packed": f"{log}.gz", "log": str(log), "out": str(tmp_path / "out"), "foreign": str(foreign)}
    command = [word.format(**files) for word in COMMANDS[name]]
    arguments = [sys.executable, "-c", SLOW, *command]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        errors = process.stderr.read()
    assert (process.returncode, errors) == (128 + number, "")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("command", ["verify", "info", "events", "diff"])
def test_few_open_files_and_little_memory_give_words(command: str, tmp_path: Path) -> None:
    """A log of 17 MB for `verify`, which starts workers for it; of 3 MB for the others."""
    events = write_log(tmp_path / "run.rlog", turns=20)
    big = tmp_path / "big.rlog"
    from tests.helpers.forged_logs import forged, written

    written(
        big,
        forged(
            [("x:a", {"text": "x" * 1000})] * (17_000 if command == "verify" else 3_000), state_hashes=False
        ).bytes(),
    )
    for log in (events, big):
        more = [str(log)] if command == "diff" else []
        # What is read under both limits is read under one of them, and the small log where the big one is.
        enough = ({"open_files": 64, "memory": 4 * GIGABYTE},) if log is big else ()
        for limits in (*enough, {"open_files": 12}, {"memory": GIGABYTE // 3}):
            done = run_command(command, log, *more, **limits)
            assert "Traceback" not in done.stderr, done.stderr
            assert "internal error" not in done.stderr, done.stderr
            if limits in enough:
                assert done.returncode == 0, done.stderr


def test_a_state_that_does_not_fit_into_memory_is_refused_in_words(tmp_path: Path) -> None:
    """Three million empty maps are three megabytes in a file, and more than 200 MB as values."""
    import msgpack

    from tests.helpers.forged_logs import Forge, written

    forge = Forge()
    empty = 3_000_000
    content = b"\x92\xabMemoryWrite\x82\xa3key\xa1k\xa5value\xdd" + empty.to_bytes(4, "big") + b"\x80" * empty
    forge.add(content, None, msgpack.packb({"seq": 0}))
    path = written(tmp_path / "maps.rlog", forge.bytes())
    done = run_command("state", path, "--at", "1", memory=GIGABYTE * 4 // 10)
    assert done.returncode == 2
    assert "not enough memory" in done.stderr
    assert len(done.stderr.splitlines()) == 1
