"""What a terminal gets that a file does not: progress and colour."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from replay_gui.cli import main
from replay_gui.commands import terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress_of(monkeypatch: pytest.MonkeyPatch, path: Path) -> str:
    """What verifying the log writes to a terminal's standard error."""
    err = Terminal()
    monkeypatch.setattr("sys.stderr", err)
    monkeypatch.setattr(terminal, "_PROGRESS_INTERVAL_SECONDS", 0)
    assert main(["verify", str(path)]) == 0
    return err.getvalue()


def test_progress_on_a_terminal_is_wiped(monkeypatch: pytest.MonkeyPatch, vectors: Path) -> None:
    output = progress_of(monkeypatch, vectors / "valid.rlog")
    assert "Verifying" in output
    assert output.endswith(" %\r\x1b[K")


def test_progress_shows_no_hostile_name(monkeypatch: pytest.MonkeyPatch, vectors: Path, tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31mb.rlog"
    path.write_bytes((vectors / "valid.rlog").read_bytes())
    output = progress_of(monkeypatch, path).replace("\r\x1b[K", "")
    assert "a\\n\\x1b[31mb.rlog" in output
    assert output.isprintable()


def test_colour_on_a_terminal_unless_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch, vectors: Path) -> None:
    def said() -> str:
        out = Terminal()
        monkeypatch.setattr("sys.stdout", out)
        main(["verify", str(vectors / "valid.rlog")])
        return out.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert said() == "Verification: 41/41 events verified, 0 failures, 0 mismatches - \x1b[1;32mVALID\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert said() == "Verification: 41/41 events verified, 0 failures, 0 mismatches - VALID\n"
