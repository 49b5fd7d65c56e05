"""The first difference of two answers to one call, if both are structured: maps or lists, or their JSON as text."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import differing_leaves, input_leaves
from replay_gui.core.log.canonical import SHALLOW_DEPTH, type_of_shallow_values
from replay_gui.core.state.state import ABSENT

_WORD = re.compile(r"[a-z]+(?:[ _-][a-z]+)?|[A-Z]+(?:_[A-Z]+)*")  # a status, in small or in capital letters
_MAX_TEXT = 1 << 20  # characters of a text that is read as JSON

# Other texts, and values that nest deeper, raise an exception: hostile answers cannot cause deep recursion.
_decode_shallow_json = msgspec.json.Decoder(type_of_shallow_values(SHALLOW_DEPTH)).decode


class AnswerDifference(NamedTuple):
    """The first difference of two answers.

    Attributes:
        place: its JSON Pointer.
        value_a, value_b: scalars, or ABSENT where an answer has no such value.
        is_only: whether there is no other difference.
    """

    place: str
    value_a: Any
    value_b: Any
    is_only: bool


def first_difference(answer_a: Any, answer_b: Any, *, words_only: bool = False) -> AnswerDifference | None:
    """Return the first difference of two structured answers, apart from clock times and random values.

    None if one of them is a plain text, or if they differ in nothing else.

    Args:
        words_only: only differences of two words, see `stated_words`.
    """
    found = differing = _differences(answer_a, answer_b)
    if words_only:
        found = [leaf for leaf in differing if _is_word(leaf[1]) and _is_word(leaf[2])]
    return AnswerDifference(*found[0], is_only=len(differing) == 1) if found and found[0][0] else None


def count_differences(answer_a: Any, answer_b: Any) -> int:
    """Return the number of values that differ between two structured answers; 0 if one of them is a plain text."""
    return len(_differences(answer_a, answer_b))


def _differences(answer_a: Any, answer_b: Any) -> list[tuple[str, Any, Any]]:
    values = _structured(answer_a), _structured(answer_b)
    if any(value is None for value in values):
        return []
    return [leaf for leaf in differing_leaves(*values) if _masked(leaf[1]) != _masked(leaf[2])]


def stated_words(answer: Any) -> list[str]:
    """Return what a structured answer states by words: a status, true or false; without names, numbers and sentences.

    Each with its JSON Pointer. What a change returns beside them, such as the new id, differs from run to run.
    """
    structured = _structured(answer)
    leaves = () if structured is None else input_leaves(structured)
    return [f"{path} {value}" for path, value in leaves if _is_word(value)]


def _is_word(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and _WORD.fullmatch(value) is not None)


def _masked(value: Any) -> str:
    """Return the same for a null as for a missing member: some programs write one, some leave it out."""
    return "" if value is ABSENT else masked_answer(value)


def _structured(answer: Any) -> dict[str, Any] | list[Any] | None:
    if isinstance(answer, str) and len(answer) <= _MAX_TEXT and answer.lstrip()[:1] in ("{", "["):
        try:
            answer = _decode_shallow_json(answer)
        except (msgspec.MsgspecError, UnicodeError):
            return None
    return answer if isinstance(answer, dict | list) else None
