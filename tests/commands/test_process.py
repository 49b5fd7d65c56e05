"""Commands as processes of their own: signals, pipes, and what they import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.logs import write_log
from tests.helpers.paths import ROOT

PROGRAM = [sys.executable, "-m", "replay_gui"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and pipes are others here")


def start(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_heed_interrupts if os.name == "posix" else None,
    )


def _heed_interrupts() -> None:
    """Tests that a shell runs in the background have their interrupts ignored, and so would what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_command(vectors: Path) -> None:
    with start("verify", vectors / "valid.rlog") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert out == b"Verification: 41/41 events verified, 0 failures, 0 mismatches - VALID\n"


@POSIX
def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=400)
    with start("events", path, "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"position": 0')
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE


@POSIX
def test_a_pipe_that_was_closed_before_anything_was_said(vectors: Path) -> None:
    with start("verify", vectors / "valid.rlog") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE


@POSIX
def test_an_interrupt_while_it_reads(vectors: Path) -> None:
    with start("verify", "-") as process:
        assert process.stdin is not None
        process.stdin.write(bytes(1 << 20))  # more than a pipe holds: once it is written, the command reads
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


@POSIX
def test_an_interrupt_while_it_writes(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=400)
    with start("events", path, "--json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")


def test_commands_import_neither_qt_nor_the_report_templates(vectors: Path, tmp_path: Path) -> None:
    log = str(vectors / "valid.rlog")
    commands = [
        ["--help"], ["verify", log], ["verify", log, "--json"], ["info", log], ["events", log],
        ["state", log, "--at", "3"], ["import", log, "-o", str(tmp_path / "x.rlog")],
    ]  # fmt: skip
    script = (
        "import sys\nfrom replay_gui.cli import main\n"
        f"for arguments in {commands!r}: main(arguments)\n"
        "assert not any(name.startswith(('PySide6', 'pyqtgraph', 'shiboken6', 'jinja2')) for name in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@POSIX
def test_an_interrupt_ends_an_open_window(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    script = (
        "import sys\nfrom replay_gui.models.session import Session\nfrom replay_gui.cli import main\n"
        "Session._on_answered = lambda self, answer: print('answered', flush=True)\n"
        f"sys.exit(main({[str(write_log(tmp_path / 'run.rlog'))]!r}))"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"answered\n"  # its event loop runs
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert b"Interrupt" not in err
