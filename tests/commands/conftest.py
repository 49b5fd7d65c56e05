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
    """How a command ended, and what it said."""

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
    """command(*arguments, stdin=b""): whatever comes, standard error has at most one line a problem, no traceback."""

    def run(*arguments: object, stdin: bytes = b"") -> Result:
        with io.TextIOWrapper(tempfile.TemporaryFile()) as given:
            given.buffer.write(stdin)
            given.buffer.seek(0)
            monkeypatch.setattr(sys, "stdin", given)
            capsys.readouterr()
            code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert all(line.startswith("replay-gui: ") for line in said.err.splitlines())
        return Result(code, said.out, said.err)

    return run


@pytest.fixture
def vectors() -> Path:
    return VECTORS
