"""TOML of anybody: each way to make the parser slow, deep or wrong ends in one line, soon."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.text.toml_file import MAX_TOML_BYTES, read_toml

HALF = MAX_TOML_BYTES // 2
HOSTILE = {
    "a key of many parts": "a" + ".a" * (HALF - 10) + "=1",
    "a table of many parts": "[a" + ". a" * (HALF // 2) + "]",
    "a quoted key of many parts": '"a"' + '."a"' * (HALF // 3) + "=1",
    "an apostrophised key of many parts": "'a'" + " . 'a'" * (HALF // 5) + "=1",
    "a key of many parts inside a value": "x = {a" + ".a" * HALF + "=1}",
    "lists in lists": "a=" + "[" * HALF,
    "tables in tables": "a=" + "{a=" * (HALF // 3),
    "a number of many digits": "a=" + "1" * HALF,
    "a float of many digits": "a=1e" + "9" * HALF,
    "a text without an end": 'a="' + "x" * HALF,
    "no Unicode": b"a='\xff'",
    "too large": "#" * (MAX_TOML_BYTES + 1),
    "a date that is none": "a=9999-99-99",
    "nul": "a='\0'",
}
HARMLESS = {
    "many keys": "".join(f"k{number}=1\n" for number in range(HALF // 12)),
    "many tables": "[[rule]]\n" * (HALF // 9),
    "a long word": "a='" + "x" * HALF + "'",
    "a long comment": "#" + '"' * HALF,
    "many quotes": "a='''" + '"' * HALF + "'''",
    "dots": "a='" + "." * HALF + "'",
    "many short keys of parts": "".join(f"a.b.k{number}=1\n" for number in range(HALF // 16)),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_is_refused_in_one_line(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    begun = time.thread_time()
    refused = ""
    try:
        read_toml(path)
    except ValueError as why:
        refused = str(why)
    assert "\n" not in refused
    assert len(refused) < 300
    assert time.thread_time() - begun < 10  # these take minutes to years where nothing is bounded


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_large_and_harmless_is_read(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content)
    read_toml(path)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.toml")
    with pytest.raises(LogUnreadable):
        read_toml(tmp_path / "x.toml")
