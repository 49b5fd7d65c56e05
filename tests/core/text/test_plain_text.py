from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.text.plain_text import one_line, visible, without_color_codes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("ünïcode 日本 🙂", "ünïcode 日本 🙂"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("abc\u202edef", "abc\\u202edef"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028end", "line\\u2028end"),
        ("half\ud800", "half\\ud800"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_kept_characters_stay() -> None:
    assert visible("a\n\tb\x07", keep="\n\t") == "a\n\tb\\x07"


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_unsafe_is_left(text: str) -> None:
    assert not {unicodedata.category(c) for c in visible(text)} & {"Cc", "Cf", "Zl", "Zp", "Cs"}


@given(st.text(alphabet=st.characters(codec=None), max_size=600), st.integers(1, 50))
def test_a_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


def test_a_cut_is_shown_and_a_fit_is_not() -> None:
    assert one_line("x" * 20, 20) == "x" * 20
    assert one_line("x" * 21, 20) == "x" * 19 + "…"
    assert one_line("a" + " " * 1000 + "b", 20) == "a…"


BLANK_MARKS = [0xE0100, 0xE01EF, 0xFE00, 0xFE0E, 0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, 0x180B, 0x17B4]


@pytest.mark.parametrize("code", BLANK_MARKS)
def test_characters_that_show_nothing_cannot_hide_text(code: int) -> None:
    assert chr(code) not in visible(f"a{chr(code)}b")


def test_an_emoji_and_a_blank_are_shown_as_they_are() -> None:
    assert visible("\u2764\ufe0f é") == "\u2764\ufe0f é"


def test_only_codes_of_colours_are_taken_away() -> None:
    assert without_color_codes("\x1b[1m\x1b[38;5;196mFAIL\x1b[0m \x1b[8mhidden\x1b[m") == "FAIL hidden"
    assert without_color_codes("\x1b[2J\x1b]0;title\x07plain") == "\x1b[2J\x1b]0;title\x07plain"


def test_a_selector_without_an_emoji_cannot_hide_text() -> None:
    for emoji in ("\u2764\ufe0f", "1\ufe0f\u20e3", "\u2139\ufe0f", "\u00a9\ufe0f"):
        assert visible(f"a {emoji} b") == f"a {emoji} b"
    for stray in ("\ufe0f", "a\ufe0fb", "1\ufe0f", " \ufe0f", "\u00e9\ufe0f"):
        assert visible(stray) == stray.replace("\ufe0f", "\\ufe0f")
    assert visible("\u2764\ufe0f\ufe0f\ufe0f") == "\u2764\ufe0f\\ufe0f\\ufe0f"
