"""Fuzzy search of names: the typed letters in order, best if they are adjacent or begin words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

Spans: TypeAlias = tuple[tuple[int, int], ...]

MAX_TYPED_CHARACTERS = 80  # of a pattern that count
_AT_START, _AT_WORD, _INSIDE, _SCATTERED = 4.0, 3.0, 2.0, 1.0  # scores of a word by its place in the name
_LENGTH_WEIGHT = 0.002  # the cost of each further character, so that of two equal matches the shorter name is first


@dataclass(frozen=True, slots=True)
class FuzzyMatch:
    """The match of a name. `score`: higher is better. `spans`: (start, stop) of the matching letters, ascending."""

    score: float
    spans: Spans


class FuzzyPattern:
    """The typed text, as words that must all be in a name; case is ignored."""

    def __init__(self, typed: str) -> None:
        self._words = typed[:MAX_TYPED_CHARACTERS].lower().split()
        # Possessive (no backtracking), so the time is linear in the length of the name.
        self._scattered = [
            re.compile("".join(f"[^{re.escape(letter)}]*+({re.escape(letter)})" for letter in word), re.DOTALL)
            for word in self._words
        ]

    @property
    def is_empty(self) -> bool:
        """Whether every name matches."""
        return not self._words

    def match(self, name: str) -> FuzzyMatch | None:
        """Return the match of `name`; None if a word is not in it."""
        lower = name.lower()
        if len(lower) != len(name):
            lower = name  # the lower case of some letters is longer; then case matters
        score, spans = -_LENGTH_WEIGHT * len(name), set[tuple[int, int]]()
        for word, scattered in zip(self._words, self._scattered, strict=True):
            found = _match_together(word, lower) or _match_scattered(scattered, lower)
            if found is None:
                return None
            score += found.score
            spans.update(found.spans)
        return FuzzyMatch(score, tuple(sorted(spans)))


def _match_together(word: str, lower: str) -> FuzzyMatch | None:
    at = lower.find(word)
    if at < 0:
        return None
    while at >= 0 and not _begins_word(lower, at):
        at = lower.find(word, at + 1)
    if at < 0:
        at = lower.find(word)
        return FuzzyMatch(_INSIDE, ((at, at + len(word)),))
    return FuzzyMatch(_AT_WORD if at else _AT_START, ((at, at + len(word)),))


def _match_scattered(pattern: re.Pattern[str], lower: str) -> FuzzyMatch | None:
    """Match letters that are far apart only if most of them begin words, or follow the letter before."""
    found = pattern.match(lower)
    if found is None:
        return None
    places = [found.start(number) for number in range(1, pattern.groups + 1)]
    good = sum(_begins_word(lower, at) or at - 1 in places for at in places)
    if 2 * good < len(places):
        return None
    return FuzzyMatch(_SCATTERED * good / len(places), tuple((at, at + 1) for at in places))


def _begins_word(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()
