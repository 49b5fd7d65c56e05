"""Regular expressions of files and users: their language, and what they may cost."""

from __future__ import annotations

import pytest

from replay_gui.core.errors import PatternRefused
from replay_gui.core.text.patterns import MAX_PATTERN_LENGTH, ForeignPattern, OwnPattern, TextPattern


@pytest.mark.parametrize("make", [ForeignPattern, OwnPattern])
def test_matches_are_replaced_from_left_to_right(make: type[ForeignPattern] | type[OwnPattern]) -> None:
    pattern: TextPattern = make(r"\d+|é+")
    assert pattern.replace_each("a1b22cééd", lambda _: "#") == "a#b#c#d"
    assert pattern.replace_each("none", lambda _: "#") == "none"
    assert pattern.replace_each("1", lambda _: r"\0\1") == r"\0\1", "a replacement is text"
    assert pattern.covers("123")
    assert not pattern.covers("123x")


@pytest.mark.parametrize(
    "text",
    ["\ud800 1", "\udcff1\udc80", "日本1語", "\0" + "1" + "\0", "1\n2\r\n3"],
    ids=["half", "bytes", "wide", "nul", "lines"],
)
def test_every_text_that_python_can_hold_is_taken(text: str) -> None:
    for pattern in (ForeignPattern(r"\d"), OwnPattern(r"\d")):
        assert pattern.replace_each(text, lambda _: "x") == "".join("x" if c in "0123456789" else c for c in text)
        assert not pattern.covers(text)


@pytest.mark.parametrize(
    "pattern",
    [r"(a)\1", "(?=a)", "(?<!a)b", "[", "(a{1000}){1000}", "a" * (MAX_PATTERN_LENGTH + 1), "\ud800", "(?P<n>a)(?P=n)"],
)
def test_what_is_not_known_is_refused_in_one_line(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PatternRefused) as refused:
        ForeignPattern(pattern)
    assert "\n" not in str(refused.value)
    assert "the pattern" in str(refused.value)
    assert capfd.readouterr() == ("", ""), "RE2 prints nothing itself"


@pytest.mark.parametrize(
    ("pattern", "covers"),
    [
        ("(a+)+$", False), ("(a|a)*$", False), ("(a|aa)+$", False), ("(.*)*!", False), (r"(\w+\s?)*$", True),
        ("(a?){500}a{500}", False),
    ],
)  # fmt: skip
def test_no_pattern_backtracks(pattern: str, covers: bool) -> None:
    """Each of these takes longer than anybody lives, on an engine that tries all ways to match."""
    text = "a" * 20_000 + "b"
    compiled = ForeignPattern(pattern)
    assert compiled.covers(text) is covers
    assert compiled.replace_each(text, lambda _: "x").count("b") <= 1


def test_a_pattern_that_takes_too_long_ends_in_words() -> None:
    """Each of its matches is short, and searched for to the end of the text."""
    pattern = ForeignPattern("a(?:[^b]*[^b]{900}b)?", max_seconds=0.2)
    with pytest.raises(PatternRefused, match=r"takes more than 0\.2 s on these texts"):
        pattern.replace_each("a" * 300_000, lambda _: "x")
    with pytest.raises(PatternRefused, match="takes more than"):
        pattern.covers("a")
