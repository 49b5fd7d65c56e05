"""Counts and durations in words."""

from __future__ import annotations

import pytest

from replay_gui.core.text.wording import adds_reason, bytes_text, duration_text, plural, reason_text

DURATIONS = [
    (None, ""),
    (0, "0 s"),
    (2_000, "2 µs"),
    (41_000_000, "41 ms"),
    (2_390_000_000, "2.39 s"),
    (60_000_000_000, "1 min"),
    (245_000_000_000, "4 min 5 s"),
    (7_500_000_000_000, "2 h 5 min"),
    (90_061_000_000_000, "1 d 1 h"),
    (86_461_000_000_000, "1 d 1 min"),
]
ESTIMATES = [(0, "1 s"), (12_400_000_000, "12 s"), (59_600_000_000, "1 min"), (125_000_000_000, "2 min 5 s")]


SIZES = [
    (1, "1 byte"),
    (999, "999 bytes"),
    (1_000, "1.0 kB"),
    (999_949, "999.9 kB"),
    (999_950, "1.0 MB"),
    (999_950_000, "1.0 GB"),
    (999_949_999_999, "999.9 GB"),
    (999_950_000_000, "1.0 TB"),
    (1_234_500_000_000_000, "1,234.5 TB"),
]


@pytest.mark.parametrize(("size", "words"), SIZES)
def test_a_size(size: int, words: str) -> None:
    assert bytes_text(size) == words


@pytest.mark.parametrize(("ns", "words"), DURATIONS)
def test_duration(ns: int | None, words: str) -> None:
    assert duration_text(ns) == words


@pytest.mark.parametrize(("ns", "words"), ESTIMATES)
def test_an_estimate_is_in_whole_seconds(ns: int, words: str) -> None:
    assert duration_text(ns, whole_seconds=True) == words


@pytest.mark.parametrize(("number", "words"), [(0, "0 keys"), (1, "1 key"), (1_234, "1,234 keys")])
def test_plural(number: int, words: str) -> None:
    assert plural(number, "key") == words


def test_a_plural_of_its_own() -> None:
    assert plural(2, "mismatch", "mismatches") == "2 mismatches"


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("user_stop", "the user ended it"),
        ("user_cancelled", "the user cancelled it"),
        ("userCancelled", "the user cancelled it"),
        ("max_steps", "max steps"),
        ("maxToolCallsExceeded", "max tool calls exceeded"),
        ("TASK_FAILED_CAUSE_TIMEOUT", "task failed cause timeout"),
        ("rewind_marker", "went back to an earlier message"),
        ("the user went", "the user went"),
        ("TimeoutError", "TimeoutError"),  # a class
        ("a_file.py", "a_file.py"),
        ("/var/a_b", "/var/a_b"),
        ("__init__", "__init__"),
        ("no tool max_steps", "no tool max_steps"),
        ("ok", "ok"),
        ("", ""),
    ],
)
def test_a_name_in_code_is_read_out(why: str, words: str) -> None:
    assert reason_text(why) == words


def test_a_reason_that_says_no_more_than_the_end() -> None:
    assert not adds_reason("stopped by user", "user_cancelled")
    assert not adds_reason("submitted", "Submitted")
    assert adds_reason("answered", "user_stop")
    assert adds_reason("stopped by user", "Escape was pressed")
