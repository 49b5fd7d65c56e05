"""Commands, run in this process."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from replay_gui.cli import main
from tests.helpers.paths import VECTORS


@dataclass(frozen=True)
class Result:
    """The exit code of a command, and its output."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        (only,) = self.objects
        return only


Command = Callable[..., Result]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """command(*arguments, stdin=b""): standard error has only lines of the program, never a traceback."""

    def run(*arguments: object, stdin: bytes = b"") -> Result:
        with io.TextIOWrapper(tempfile.TemporaryFile()) as given:
            given.buffer.write(stdin)
            given.buffer.seek(0)
            monkeypatch.setattr(sys, "stdin", given)
            capsys.readouterr()
            code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        assert all(line.startswith("replay-gui: ") for line in printed.err.splitlines())
        return Result(code, printed.out, printed.err)

    return run


@pytest.fixture
def vectors() -> Path:
    return VECTORS
