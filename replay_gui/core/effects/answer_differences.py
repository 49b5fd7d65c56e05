"""The first difference of two answers to one call, if both are structured: maps or lists, or their JSON as text."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import differing_leaves
from replay_gui.core.log.canonical import SHALLOW_DEPTH, type_of_shallow_values
from replay_gui.core.state.state import ABSENT

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


def first_difference(answer_a: Any, answer_b: Any) -> AnswerDifference | None:
    """Return the first difference of two structured answers, apart from clock times and random values.

    None if one of them is a plain text, or if they differ in nothing else.
    """
    values = _structured(answer_a), _structured(answer_b)
    if any(value is None for value in values):
        return None
    found = [leaf for leaf in differing_leaves(*values) if _masked(leaf[1]) != _masked(leaf[2])]
    return AnswerDifference(*found[0], is_only=len(found) == 1) if found and found[0][0] else None


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
