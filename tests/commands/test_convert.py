"""import: foreign logs become replay logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.logs import write_log


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")), b"no json")


def test_into_a_file(command: Any, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rlog"
    result = command("import", session, "-o", out)
    assert (result.code, result.err) == (0, "")
    with EventLog.open(out) as log:
        assert log.header.origin == "imported"
        assert f"{out}: {len(log)} events" in result.out
    assert "no JSON" in result.out
    assert command("verify", out, "--json").object["verdict"] == "VALID"


def test_into_a_folder(command: Any, session: Path, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    assert command("import", session, "-o", folder).code == 0
    assert [path.name for path in folder.iterdir()] == ["session.rlog"]


def test_several_sources_need_a_folder_and_all_are_tried(command: Any, session: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_bytes(session.read_bytes())
    result = command("import", session, tmp_path / "none", other, "-o", tmp_path / "made" / "logs")
    assert result.code == 2
    assert "none: cannot be read" in result.err
    assert sorted(path.name for path in (tmp_path / "made" / "logs").iterdir()) == ["other.rlog", "session.rlog"]
    file = write_log(tmp_path / "file.rlog", turns=1)
    refused = command("import", session, other, "-o", file)
    assert refused.code == 2
    assert "cannot be made as a folder" in refused.err


def test_nothing_is_overwritten(command: Any, session: Path, tmp_path: Path) -> None:
    out = write_log(tmp_path / "out.rlog", turns=1)
    before = out.read_bytes()
    result = command("import", session, "-o", out)
    assert result.code == 2
    assert "exists already" in result.err
    assert out.read_bytes() == before


def test_standard_input(command: Any, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rlog"
    assert command("import", "-", "-o", out, stdin=session.read_bytes()).code == 0
    assert command("info", out, "--json").object["origin"] == "imported"


def test_a_replay_log_is_not_foreign(command: Any, tmp_path: Path) -> None:
    result = command("import", write_log(tmp_path / "run.rlog", turns=1), "-o", tmp_path / "out.rlog")
    assert result.code == 2
    assert "it needs no import" in result.err


def test_a_format_that_is_none(command: Any, session: Path, tmp_path: Path) -> None:
    result = command("import", session, "-o", tmp_path / "out.rlog", "--format", "nonsense")
    assert result.code == 2
    assert "'nonsense'" in result.err
    assert not (tmp_path / "out.rlog").exists()


def test_an_unknown_format_says_how_to_name_one(command: Any, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("plain text")
    for line in (("import", notes, "-o", tmp_path / "out.rlog"), ("verify", notes), ("info", notes)):
        result = command(*line)
        assert result.code == 2
        assert "is of no format known here; choose the format with --format NAME (inspect-ai, " in result.err
