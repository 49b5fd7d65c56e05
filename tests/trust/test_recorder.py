"""The recorder on a disk that fails at every single call in turn, and beside a recorder in another process.

Kills at random moments are in tests/core/recorder/test_recorder.py.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from replay_gui import EventLog, Recorder
from replay_gui.core.errors import LogBusy, LogRefused, LogUnreadable
from replay_gui.core.verification.verify_log import verify

EVENTS = 6


class FailingDisk:
    """os.write and os.fsync of which the n-th call, from 0, goes wrong; all others go well.

    Attributes:
        calls: so many were made.
    """

    def __init__(self, patch: pytest.MonkeyPatch, at: int, error: int, part: float) -> None:
        self.calls, self._at, self._error, self._part = 0, at, error, part
        self._write, self._fsync = os.write, os.fsync
        patch.setattr(os, "write", self.write)
        patch.setattr(os, "fsync", self.fsync)

    def _fails(self) -> bool:
        self.calls += 1
        return self.calls == self._at + 1

    def write(self, fd: int, data: bytes) -> int:
        if not self._fails():
            return self._write(fd, data)
        written = self._write(fd, data[: int(len(data) * self._part)])
        if self._error:
            raise OSError(self._error, os.strerror(self._error))
        return written  # a part, and no error: the rest is the caller's to write

    def fsync(self, fd: int) -> None:
        if self._fails() and self._error:
            raise OSError(self._error, os.strerror(self._error))
        self._fsync(fd)


def record(path: Path, fsync: bool, acknowledged: list[int]) -> None:
    with Recorder(path, "t", "1", fsync=fsync) as run:
        acknowledged.append(0)
        acknowledged.extend(run.memory_write(f"k{n}", "t" * 50 * n) for n in range(EVENTS))


def notes(path: Path) -> list[int]:
    with EventLog.open(path) as log:
        report = verify(log)
        assert report.verdict == "VALID"
        assert report.tail_bytes == 0
        return [event.index for event in log]


Fault: TypeAlias = tuple[int, float]  # the error, 0 for none; the part of the bytes that is written nevertheless
FAULTS: dict[str, Fault] = {
    "full, nothing written": (errno.ENOSPC, 0.0),
    "full, half written": (errno.ENOSPC, 0.5),
    "broken, nothing written": (errno.EIO, 0.0),
    "broken, all written": (errno.EIO, 1.0),
    "short": (0, 0.3),
}


@pytest.mark.parametrize("fsync", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_call_fails_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, fsync: bool) -> None:
    """What was acknowledged is there, nothing else is, and recording goes on where it was broken off."""
    error, part = FAULTS[fault]
    for at in range(100):
        path, acknowledged, told = tmp_path / f"{at}.rlog", list[int](), ""
        with monkeypatch.context() as patch:
            disk = FailingDisk(patch, at, error, part)
            try:
                record(path, fsync, acknowledged)
            except LogUnreadable as why:
                told = str(why)
        if told:
            assert os.strerror(error) in told
            assert "\n" not in told
            check_what_is_left(path, acknowledged)
        else:
            assert notes(path) == acknowledged == list(range(1 + EVENTS))
        if disk.calls <= at:
            break
    calls = 1 + 1 + EVENTS + 1  # header, the first event, the others, seal
    assert at == (2 * calls + 1 if fsync else calls), "each call has failed once, and that for the folder too"


def check_what_is_left(path: Path, acknowledged: list[int]) -> None:
    try:
        assert notes(path) == acknowledged
    except LogRefused:  # not even the header was written
        assert (path.stat().st_size, acknowledged) == (0, [])
        path.unlink()
        record(path, False, [])
        return
    with Recorder.resume(path) as again:
        assert again.memory_write("after", 1) == len(acknowledged)
    assert notes(path) == list(range(len(acknowledged) + 1))


OTHER = """
import sys
from replay_gui import Recorder
with Recorder(sys.argv[1], "other", "1") as run:
    for line in sys.stdin:
        print(run.memory_write("k", line), flush=True)
"""


def test_two_recorders_in_two_processes(tmp_path: Path) -> None:
    """The second is refused, and harms neither the first nor its log; once that is dead, the file is free."""
    path = tmp_path / "run.rlog"
    child = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert child.stdin is not None
    assert child.stdout is not None

    def said() -> int:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("more\n")
        return int(child.stdout.readline())

    tries: list[Callable[[], Recorder]] = [lambda: Recorder(path, "t", "1"), lambda: Recorder.resume(path)]
    with child.stdin, child.stdout:
        for n, again in enumerate([*tries, *tries]):
            assert said() == 1 + n
            before = path.read_bytes()
            with pytest.raises(LogBusy, match="another recorder"):
                again()
            assert path.read_bytes() == before
        child.kill()
        child.wait()
    assert notes(path) == list(range(5))
    with Recorder.resume(path) as run:
        assert run.memory_write("after", 1) == 5
