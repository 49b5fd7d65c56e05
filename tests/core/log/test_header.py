"""What is taken for a log, and what is refused in words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgpack
import pytest

from replay_gui import EventLog
from replay_gui.core.errors import LogChanged, LogRefused, LogUnreadable, NotCanonical
from replay_gui.core.log.header import MAX_HEADER_BYTES, encode_header
from replay_gui.core.log.magic import MAGIC
from replay_gui.core.log.source import Source
from tests.helpers.forged_logs import HEADER, written


def raw(facts: Any) -> bytes:
    """A header as any msgpack library writes it."""
    packed: bytes = msgpack.packb(["replay-log", facts])
    return packed


def opened(tmp_path: Path, data: bytes) -> EventLog:
    return EventLog.open(written(tmp_path / "run.rlog", data))


def test_a_header_says_what_it_was_told(tmp_path: Path) -> None:
    facts = {**HEADER, "created": 5, "source": {"format": "x"}, "more": [1, {"a": b""}]}
    with opened(tmp_path, encode_header(facts)) as log:
        assert log.header.facts == {**facts, "version": 1}
        assert (log.header.run_id, log.header.reducer, log.header.created) == ("forged", "standard/1", 5)
        assert (log.header.origin, log.header.source) == ("imported", {"format": "x"})
        assert len(log) == 0
    with opened(tmp_path, encode_header(HEADER)) as log:
        assert (log.header.origin, log.header.created, log.header.source) == ("recorded", None, None)
    assert encode_header(HEADER).startswith(MAGIC)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a replay log"),
        (b"\x92\xaareplay-lo", "not a replay log"),
        (b'{"json": 1}\n', "not a replay log"),
        (MAGIC, "header is damaged"),
        (encode_header(HEADER)[:-1], "header is damaged"),
        (raw([1]), "header is damaged"),
        (raw("text"), "header is damaged"),
        (raw({}), "header is damaged"),
        (raw({"reducer": "standard/1", "version": 1}), "header is damaged"),
        (raw({"reducer": "standard/1", "run_id": 1, "version": 1}), "header is damaged"),
        (raw({"reducer": None, "run_id": "r", "version": 1}), "header is damaged"),
        (raw({"version": 1, "run_id": "r", "reducer": "standard/1"}), "header is damaged"),
        (MAGIC + b"\xde\x00\x03" + encode_header(HEADER)[13:], "header is damaged"),
        (raw({"a": msgpack.ExtType(1, b""), "reducer": "x", "run_id": "r", "version": 1}), "header is damaged"),
        (raw({"a" * 5000: 1, "reducer": "x", "run_id": "r", "version": 1}), "header is damaged"),
        (raw({"reducer": "x", "run_id": "r", "version": 2}), "version 2"),
        (raw({"reducer": "x", "run_id": "r", "version": True}), "version True"),
        (raw({"reducer": "x", "run_id": "r", "version": 1.0}), "version 1.0"),
        (raw({"reducer": "x", "run_id": "r"}), "version None"),
        (raw({"reducer": "x", "run_id": "r" * MAX_HEADER_BYTES, "version": 1}), "header is damaged"),
    ],
)
def test_what_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(LogRefused, match=words) as text:
        opened(tmp_path, data)
    assert "\n" not in str(text.value)


def test_the_largest_header(tmp_path: Path) -> None:
    overhead = len(encode_header({**HEADER, "x": "x" * 70_000})) - 70_000
    fits = {**HEADER, "x": "x" * (MAX_HEADER_BYTES - overhead)}
    assert len(encode_header(fits)) == MAX_HEADER_BYTES
    opened(tmp_path, encode_header(fits)).close()
    with pytest.raises(NotCanonical):
        encode_header({**HEADER, "x": fits["x"] + "x"})
    with pytest.raises(LogRefused):
        opened(tmp_path, raw({"reducer": "standard/1", "run_id": "forged", "version": 1, "x": fits["x"] + "x"}))


def test_what_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name in ("absent", ".", "fifo", "bad\0name"):
        with pytest.raises(LogUnreadable):
            EventLog.open(tmp_path / name)
    with pytest.raises(LogUnreadable):
        EventLog.open("/dev/null")


def test_reading_by_position(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    path = written(tmp_path / "file", data)
    with Source(path) as source:
        assert source.read_at(1_000_000, 1_500_000) == data[1_000_000:2_500_000]
        assert source.read_at(len(data), 0) == b""
        with open(path, "ab") as more:
            more.write(b"more")
        assert source.size == len(data)
        os.truncate(path, 10)
        with pytest.raises(LogChanged, match="shorter"):
            source.read_at(5, 10)
    with pytest.raises(LogUnreadable):
        source.read_at(0, 1)


def test_blake3_of_the_file(tmp_path: Path) -> None:
    from blake3 import blake3

    data = os.urandom(2_500_000)
    with Source(written(tmp_path / "file", data)) as source:
        assert source.blake3() == blake3(data).hexdigest()
