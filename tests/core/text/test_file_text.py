from __future__ import annotations

from pathlib import Path

from replay_gui.core.log.source import Source
from replay_gui.core.text.file_text import BEGINNING_BYTES, END_BYTES, file_text


def shown(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "file"
    path.write_bytes(content)
    with Source(path) as source:
        return file_text(source)


def test_a_small_file_is_shown_whole_with_escapes(tmp_path: Path) -> None:
    assert shown(tmp_path, "a\r\n\tb\u202e\x1b[31m\0".encode() + b"\xff") == "a\n\tb\\u202e\\x1b[31m\\x00\ufffd"
    assert shown(tmp_path, b"") == ""


def test_the_middle_of_a_large_file_is_left_out_and_counted(tmp_path: Path) -> None:
    text = shown(tmp_path, b"begin\n" + b"x\n" * BEGINNING_BYTES + b"end")
    missing = 6 + 2 * BEGINNING_BYTES + 3 - BEGINNING_BYTES - END_BYTES
    assert text.startswith("begin\n")
    assert text.endswith("\nend")
    assert f"… {missing:,} bytes are not shown …" in text
    assert len(text) < BEGINNING_BYTES + END_BYTES + 100


def test_long_lines_are_broken(tmp_path: Path) -> None:
    assert max(map(len, shown(tmp_path, b"y" * 50_000).split("\n"))) == 2_000
