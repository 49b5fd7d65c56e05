"""The differing words of two texts."""

from __future__ import annotations

import re
from typing import TypeAlias

import numpy as np

from replay_gui.core.divergence.alignment.matching import match_ids

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Parts of a text: (first character, character after the last), in order; none touches the next one."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_CHARACTERS_BEFORE_DIFFERENCE = 16  # characters shown before the first difference of a cut text
_MIN_CUT_CHARACTERS = 32  # a text is cut if its first difference lies further right
_MAX_CHARACTERS = 1 << 20  # of each text on average; longer ones get one span, between their common ends


def changed_words(a: str, b: str) -> tuple[Spans, Spans]:
    """Return the spans of a and of b, in whole words, that the other text does not have."""
    head = _common_prefix_length(a, b)
    tail = _common_prefix_length(a[head:][::-1], b[head:][::-1])
    if len(a) + len(b) > 2 * _MAX_CHARACTERS:
        return _single_span(head, len(a) - tail), _single_span(head, len(b) - tail)
    words_a, words_b = [*_WORD.finditer(a)], [*_WORD.finditer(b)]
    number: dict[str, int] = {}
    ids_a, ids_b = (
        np.array([number.setdefault(word[0], len(number)) for word in words], np.uint64) for words in (words_a, words_b)
    )
    at_a, at_b = match_ids(ids_a, ids_b)
    return _spans(words_a, set(at_a.tolist())), _spans(words_b, set(at_b.tolist()))


def cut_to_difference(a: str, b: str, max_characters: int) -> tuple[str, str]:
    """Cut both texts to `max_characters`; if the first difference is far to the right, begin shortly before it."""
    at = _common_prefix_length(a, b)
    is_far = at > min(_MIN_CUT_CHARACTERS, max_characters // 2)
    begin = max(0, at - _CHARACTERS_BEFORE_DIFFERENCE) if is_far else 0
    return _cut(a, begin, max_characters), _cut(b, begin, max_characters)


def _cut(text: str, begin: int, max_characters: int) -> str:
    end = begin + max_characters
    return ("…" if begin else "") + text[begin:end] + ("…" if len(text) > end else "")


def _common_prefix_length(a: str, b: str) -> int:
    """Return the number of equal characters at the beginning, by bisection: slices are faster than a loop."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _single_span(first_character: int, end_character: int) -> Spans:
    return ((first_character, end_character),) if end_character > first_character else ()


def _spans(words: list[re.Match[str]], common: set[int]) -> Spans:
    """Return the spans between common words; white space between two changed words belongs to them."""
    spans: list[tuple[int, int]] = []
    for i, word in enumerate(words):
        lone_blank = word[0].isspace() and 0 < i < len(words) - 1 and i - 1 not in common and i + 1 not in common
        if i in common and not lone_blank:
            continue
        if spans and spans[-1][1] == word.start():
            spans[-1] = (spans[-1][0], word.end())
        else:
            spans.append(word.span())
    return tuple(spans)
