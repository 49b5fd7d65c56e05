"""The values in the input of a call: which of them can be traced, and how similar two inputs are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from typing import Any

from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.word_lists import word_set
from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.log.chain import digest
from replay_gui.core.state.state import ABSENT, leaves
from replay_gui.core.text.json_pointer import join_pointer

LEAF_HASH_BYTES = 8
_MAX_LEAVES = 400  # leaves of an input that are examined
_MIN_TEXT, _MIN_PLAIN_TEXT, _MAX_TEXT = 4, 6, 200  # characters of a text that can be traced
_MIN_NUMBER = 20  # smaller numbers are too frequent to identify anything
_YEARS = range(1900, 2101)
_HIDDEN = "[redacted "  # in a report: a value whose origin cannot be searched
_DULL = word_set("true false none null yes no economy business default string all any one two")  # too frequent


def input_leaves(input: Any) -> list[tuple[str, Any]]:
    """Return (JSON Pointer, scalar) of an input; an empty pointer for an input that is a scalar."""
    if not isinstance(input, dict | list):
        return [("", input)]
    return [(join_pointer(path), value) for path, value in islice(leaves(input), _MAX_LEAVES)]


def differing_leaves(a: Any, b: Any) -> list[tuple[str, Any, Any]]:
    """Return (JSON Pointer, value in a, value in b) of each difference of two inputs, in order; ABSENT if missing.

    In lists of different lengths, equal items at the beginning and the end are paired: an item was left out between.
    """
    return [(join_pointer(path), *values) for path, *values in islice(_differences(a, b, ()), _MAX_LEAVES)]


def _differences(a: Any, b: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any, Any]]:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in dict.fromkeys((*a, *b)):
            yield from _differences(a.get(name, ABSENT), b.get(name, ABSENT), (*path, name))
    elif isinstance(a, list) and isinstance(b, list):
        before = _common_items(a, b) if len(a) != len(b) else 0
        after = _common_items(a[before:][::-1], b[before:][::-1]) if len(a) != len(b) else 0
        middles = a[before : len(a) - after], b[before : len(b) - after]
        for at, (first, second) in enumerate(zip_longest(*middles, fillvalue=ABSENT), before):
            yield from _differences(first, second, (*path, at))
    elif isinstance(a, dict | list) or isinstance(b, dict | list):
        of_a, of_b = (dict(islice(leaves(side), _MAX_LEAVES)) for side in (a, b))
        if not isinstance(a, dict | list):
            of_a = {(): a}
        if not isinstance(b, dict | list):
            of_b = {(): b}
        for inner in dict.fromkeys((*of_a, *of_b)):
            first, second = of_a.get(inner, ABSENT), of_b.get(inner, ABSENT)
            if not (first is ABSENT and second is ABSENT):
                yield (*path, *inner), first, second
    elif not same_value(a, b):
        yield path, a, b


def _common_items(a: Sequence[Any], b: Sequence[Any]) -> int:
    """Return the number of equal items with which two lists begin."""
    pairs = zip(a, b, strict=False)
    return next(
        (at for at, (x, y) in enumerate(pairs) if any(True for _ in _differences(x, y, ()))), min(len(a), len(b))
    )


def same_value(a: Any, b: Any) -> bool:
    """Whether two values are equal and of one type; 1 and 1.0 are different."""
    return type(a) is type(b) and (a == b or encode_decoded(a) == encode_decoded(b))


def leaf_counts(call: ToolCall) -> Counter[tuple[str, bytes]]:
    """Return the leaves of the input of a call, counted."""
    return Counter((path, encode_decoded(value)) for path, value in input_leaves(call.input))


def leaf_hashes(call: ToolCall) -> bytes:
    """Return the hashes of the leaves of an input, of path and value, sorted; each LEAF_HASH_BYTES long."""
    leaves = leaf_counts(call).elements()
    return b"".join(sorted(digest(encode_decoded([path, value]))[:LEAF_HASH_BYTES] for path, value in leaves))


def shared_leaves(a: Counter[tuple[str, bytes]], b: Counter[tuple[str, bytes]]) -> float:
    """Return the share of leaves that two inputs have in common (Jaccard index of multisets), 0 to 1."""
    common = sum(min(count, b[leaf]) for leaf, count in a.items() if leaf in b)
    return common / max(1, a.total() + b.total() - common)


def is_rare_value(value: Any) -> bool:
    """Whether a value is rare enough to search for its first event."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        return abs(value) >= _MIN_NUMBER and value not in _YEARS
    if isinstance(value, str) and _HIDDEN in value:
        return False
    if not isinstance(value, str) or not _MIN_TEXT <= len(value) <= _MAX_TEXT or value.lower() in _DULL:
        return False
    return len(value) >= _MIN_PLAIN_TEXT or "/" in value or any(c.isdigit() for c in value)


def is_name(value: Any) -> bool:
    """Whether a value is the name or number of an object, such as Z7GOZK: a word with letters and digits."""
    if not isinstance(value, str) or not is_rare_value(value) or len(value.split(maxsplit=1)) > 1:
        return False
    return any(character.isalpha() for character in value) and any(character.isdigit() for character in value)


def value_text(value: Any) -> str:
    """Return a scalar as the text that is searched for."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def subjects(call: ToolCall) -> frozenset[str]:
    """Return the values that identify what a call is about: those that can be traced, outside lists."""
    texts = set()
    for path, value in input_leaves(call.input):
        if is_rare_value(value) and not any(token.isdigit() for token in path.split("/")):
            texts.add(value_text(value))
    return frozenset(texts | set(call.targets))
