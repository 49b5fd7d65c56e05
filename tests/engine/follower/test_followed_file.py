"""A file of another program is imported anew as it grows, and never shown as something that it is not."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.conversion import convert
from replay_gui.core.log.file_end import FileEnd
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.follower.followed_file import REFUSED_AFTER_S, FollowedFile, ReadPart
from tests.engine.follower.session_lines import LINES, raw
from tests.helpers.claude_code_lines import user


class Following:
    """A file, and what follows it."""

    def __init__(self, folder: Path, content: bytes, format: str, run_id: str) -> None:
        self.now = 0.0
        self.path, home = folder / "session.jsonl", folder / "home"
        home.mkdir()
        self.path.write_bytes(content)
        self.file = FollowedFile(
            str(self.path),
            home,
            format=format,
            run="",
            mappings=None,
            read=ReadPart(len(content), blake3(content).hexdigest(), run_id),
            shown=folder / "none",
            clock=lambda: self.now,
        )
        assert self.file.read_appended() is None

    def add(self, content: bytes) -> FileEnd | None:
        with self.path.open("ab") as file:
            file.write(content)
        return self.file.read_appended()

    @property
    def contents(self) -> list[tuple[str, Mapping[str, Any]]]:
        assert self.file.reading is not None
        with EventLog.open(self.file.reading.converted.path) as log:
            assert self.file.reading.built.count == len(log)
            return [(event.kind, event.payload) for event in log]

    @property
    def first_changed(self) -> int:
        assert self.file.reading is not None
        return self.file.reading.first_changed


def imported(path: Path, folder: Path) -> list[tuple[str, Mapping[str, Any]]]:
    with EventLog.open(convert(path, folder / f"{path.stat().st_size}.rlog")[0].path) as log:
        return [(event.kind, event.payload) for event in log]


@pytest.fixture
def session(tmp_path: Path) -> Following:
    return Following(tmp_path, raw(LINES[:1]), "claude-code", "session-1")


def test_what_is_shown_is_always_what_an_import_makes(session: Following, tmp_path: Path) -> None:
    for line in LINES[1:]:
        before = session.contents
        assert session.add(raw([line])) is None
        assert session.contents == imported(session.path, tmp_path)
        first = session.first_changed  # 0 where the set-up of the agent learns of its model
        assert session.contents[:first] == before[:first]
    assert first == len(before), "an event was added, and no other is changed"


def test_half_a_line_is_not_shown(session: Following) -> None:
    before, line = session.contents, raw(LINES[1:2])
    assert session.add(line[:20]) is None
    assert session.contents == before
    assert session.add(line[20:]) is None
    assert len(session.contents) == len(before) + 1


def test_half_a_line_that_was_open_already_becomes_the_line(tmp_path: Path) -> None:
    line = raw(LINES[1:2])
    session = Following(tmp_path, raw(LINES[:1]) + line[:40], "claude-code", "session-1")
    assert session.add(line[40:50]) is None
    assert session.add(line[50:]) is None
    assert session.contents == imported(session.path, tmp_path)


def test_what_the_user_took_back_is_told_as_a_change(session: Following) -> None:
    session.add(raw(LINES[1:]))
    before = session.contents
    assert session.add(raw([user("u9", "u1", "no, elsewhere")])) is None
    assert session.contents[: session.first_changed] == before[: session.first_changed]
    assert session.first_changed < len(before)


@pytest.mark.parametrize("content", [b"", raw(LINES)[:300]])
def test_a_cut_file_is_noticed(session: Following, content: bytes) -> None:
    session.add(raw(LINES[1:]))
    before = session.contents
    session.path.write_bytes(content)
    assert session.file.read_appended() is FileEnd.CUT
    assert session.contents == before


def test_a_file_that_was_written_anew_is_noticed(session: Following) -> None:
    session.path.write_bytes(raw([user("u1", None, "find that"), *LINES[1:]]))
    assert session.file.read_appended() is FileEnd.REPLACED


def test_a_removed_file_is_noticed(session: Following) -> None:
    session.path.unlink()
    assert session.file.read_appended() is FileEnd.GONE


def test_a_document_that_is_always_written_anew_is_read_again(tmp_path: Path) -> None:
    chat = {"sessionId": "s", "projectHash": "p", "startTime": "2026-01-01T00:00:00Z", "messages": []}
    messages = [{"id": str(n), "type": "user", "content": f"question {n}"} for n in range(3)]
    following = Following(tmp_path, json.dumps(chat).encode(), "gemini-cli", "s")
    following.path.write_text(json.dumps(chat | {"messages": messages}, indent=1))
    assert following.file.read_appended() is None
    assert len(following.contents) == 4
    following.path.write_text(json.dumps(chat | {"messages": messages})[:-9])  # half of it is written
    assert following.file.read_appended() is None
    following.path.write_text(json.dumps(chat | {"sessionId": "another"}))
    assert following.file.read_appended() is FileEnd.REPLACED


def test_a_file_that_stays_unreadable_is_refused(tmp_path: Path) -> None:
    chat = {"sessionId": "s", "projectHash": "p", "messages": []}
    following = Following(tmp_path, json.dumps(chat).encode(), "gemini-cli", "s")
    following.path.write_text("{")
    assert following.file.read_appended() is None
    following.now = REFUSED_AFTER_S
    with pytest.raises(ImportRefused):
        following.file.read_appended()


def test_what_was_read_stays_while_the_file_cannot_be_read(tmp_path: Path) -> None:
    chat = {"sessionId": "s", "projectHash": "p", "messages": [{"id": "1", "type": "user", "content": "question"}]}
    following = Following(tmp_path, json.dumps(chat).encode(), "gemini-cli", "s")
    following.path.write_text(json.dumps(chat, indent=1))
    assert following.file.read_appended() is None
    before = following.contents
    for size in range(50, 60):  # it is being written, slowly
        following.path.write_text(json.dumps(chat)[:size])
        assert following.file.read_appended() is None
    assert following.contents == before
    following.path.write_text(json.dumps(chat))
    assert following.file.read_appended() is None
    assert following.first_changed == len(before)


def test_files_of_earlier_readings_are_removed(session: Following, tmp_path: Path) -> None:
    for number in range(8):
        session.add(raw([user(f"n{number}", "u1" if not number else f"n{number - 1}", f"more {number}")]))
    assert len(os.listdir(tmp_path / "home")) <= 4
