from __future__ import annotations

import time

import pytest

from replay_gui.models.palette.fuzzy_pattern import FuzzyPattern

NAMES = ["Next error", "Next hit", "Go to event", "Previous error", "Export report", "The next change of the value"]


def best(typed: str, names: list[str] = NAMES) -> list[str]:
    """The names that match, the best first."""
    pattern = FuzzyPattern(typed)
    found = [(match.score, name) for name in names if (match := pattern.match(name)) is not None]
    return [name for _, name in sorted(found, reverse=True)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("next e", "Next error"),
        ("error", "Next error"),  # the shorter of two that hold it alike
        ("GTE", "Go to event"),
        ("nxterr", "Next error"),
        ("report exp", "Export report"),
        ("change", "The next change of the value"),
    ],
)
def test_the_best_name_comes_first(typed: str, first: str) -> None:
    assert best(typed)[0] == first


def test_letters_that_lie_about_do_not_match() -> None:
    assert best("vnt") == []
    assert best("xyz") == []
    assert best("error xyz") == []


def test_the_letters_that_matched_are_told() -> None:
    match = FuzzyPattern("ev go").match("Go to event")
    assert match is not None
    assert match.spans == ((0, 2), (6, 8))
    scattered = FuzzyPattern("gte").match("Go to event")
    assert scattered is not None
    assert scattered.spans == ((0, 1), (3, 4), (6, 7))


def test_nothing_typed_matches_all() -> None:
    assert FuzzyPattern("  ").is_empty
    assert len(best("")) == len(NAMES)


@pytest.mark.parametrize("typed", ["[^a]*\\", "(?i)", "]", "^", "-", "İ"])
def test_signs_of_regular_expressions_are_letters(typed: str) -> None:
    match = FuzzyPattern(typed).match(f"a {typed.lower()} b")
    assert match is not None
    assert FuzzyPattern(typed).match("") is None


def test_no_name_takes_long() -> None:
    pattern = FuzzyPattern("a" * 79 + "b")
    before = time.process_time()
    for _ in range(2_000):
        assert pattern.match("a" * 120) is None
    assert time.process_time() - before < 2
