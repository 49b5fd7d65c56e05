"""The differences of two values as lines of text, with the changed words marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto
from typing import Any

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.word_diff import Spans, changed_words, cut_to_difference
from replay_gui.core.state.state import ABSENT
from replay_gui.core.state.value_text import is_container, scalar_text
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.text.value_preview import preview
from replay_gui.core.translation.messages import tr, trn
from replay_gui.models.values.value_row import content_text, size_text

_MAX_CHARACTERS = 300  # characters of a text on one line
_MAX_PAIR_CHARACTERS = 48  # two values up to this length are on one line
_MAX_LINES = 120  # lines of a text that are compared
_CONTEXT_LINES = 2  # equal lines around those that differ
_MAX_NAME_CHARACTERS = 80
_HASH, _HASH_CHARACTERS = re.compile("[0-9a-f]{64}"), 12


class DiffStyle(Enum):
    """The style of a line: QUIET for equal parts and headings; PAIR has the old value and the new one."""

    QUIET = auto()
    PATH = auto()
    PAIR = auto()
    REMOVED = auto()
    ADDED = auto()
    IGNORED = auto()


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`key`: dotted path. a, b: texts of the sides, None if a side has none; `note`: a secondary text after them.

    `path`: the JSON Pointer of the difference, "" if there is none. value_a, value_b: the values, for copying.
    """

    style: DiffStyle
    key: str = ""
    _: KW_ONLY
    a: str | None = None
    b: str | None = None
    marked_a: Spans = ()
    marked_b: Spans = ()
    note: str = ""
    path: str = ""
    indent: int = 0


def diff_lines(
    differences: Iterable[Difference], equal: Mapping[str, Any], unified: bool, request: Iterable[tuple[str, str]] = ()
) -> list[DiffLine]:
    """Return all lines: first `request` (name, words), then the differences, then the equal members.

    `unified`: old above new; else old beside new.
    """
    differing = [line for difference in differences for line in _difference(difference, unified)]
    quiet = [
        DiffLine(DiffStyle.QUIET, one_line(key, _MAX_NAME_CHARACTERS), note=_equal_words(value))
        for key, value in equal.items()
    ]
    return [
        *(DiffLine(DiffStyle.QUIET, key, note=tr("equal · {value}", value=words)) for key, words in request),
        *differing,
        *quiet,
    ]


def _difference(difference: Difference, unified: bool) -> Iterator[DiffLine]:
    key, path = pointer_text(difference.path), difference.path
    a, b = difference.a, difference.b
    text_a, text_b = (None if value is ABSENT else _text(value) for value in (a, b))
    if difference.ignored:
        yield DiffLine(DiffStyle.IGNORED, key, a=text_a, b=text_b, note=tr("ignored"), path=path)
    elif text_a is None or text_b is None:
        ink = DiffStyle.ADDED if text_a is None else DiffStyle.REMOVED
        if unified:
            yield DiffLine(ink, key, a=text_a, b=text_b, path=path)
        else:
            yield DiffLine(DiffStyle.PATH, key, path=path)
            yield DiffLine(DiffStyle.PAIR, "", a=text_a, b=text_b, path=path)
    elif isinstance(a, str) and isinstance(b, str) and ("\n" in a or "\n" in b):
        yield DiffLine(DiffStyle.PATH, key, path=path, note=f"{_count_lines(a)} → {_count_lines(b)}")
        yield from _texts(a, b, path, unified)
    else:
        is_short = len(text_a) + len(text_b) <= _MAX_PAIR_CHARACTERS
        if not is_short:
            text_a, text_b = cut_to_difference(text_a, text_b, _MAX_CHARACTERS)
        marked_a, marked_b = changed_words(text_a, text_b)
        if is_short:
            yield DiffLine(DiffStyle.PAIR, key, a=text_a, b=text_b, marked_a=marked_a, marked_b=marked_b, path=path)
        else:
            yield DiffLine(DiffStyle.PATH, key, path=path, note=_sizes(a, b))
            if not unified:
                yield DiffLine(DiffStyle.PAIR, "", a=text_a, b=text_b, marked_a=marked_a, marked_b=marked_b, path=path)
                return
            yield DiffLine(DiffStyle.REMOVED, a=text_a, marked_a=marked_a, path=path, indent=1)
            yield DiffLine(DiffStyle.ADDED, b=text_b, marked_b=marked_b, path=path, indent=1)


def _texts(a: str, b: str, path: str, unified: bool) -> Iterator[DiffLine]:
    """Return the lines of texts of several lines: those that differ, and a few equal ones around them."""
    old, new = (
        [visible(line[:_MAX_CHARACTERS], "\t").expandtabs(4) for line in text.splitlines()[:_MAX_LINES]]
        for text in (a, b)
    )
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT_LINES):
        for kind, begin_a, end_a, begin_b, end_b in group:
            if kind == "equal":
                for line in old[begin_a:end_a]:
                    yield DiffLine(DiffStyle.QUIET, a=line, b=line, path=path, indent=1)
                continue
            pairs = _paired(old[begin_a:end_a], new[begin_b:end_b])
            if not unified:
                for left, right, marked_left, marked_right in pairs:
                    yield DiffLine(
                        DiffStyle.PAIR,
                        "",
                        a=left,
                        b=right,
                        marked_a=marked_left,
                        marked_b=marked_right,
                        path=path,
                        indent=1,
                    )
                continue
            for left, _, marked, _ in pairs:
                if left is not None:
                    yield DiffLine(DiffStyle.REMOVED, a=left, marked_a=marked, path=path, indent=1)
            for _, right, _, marked in pairs:
                if right is not None:
                    yield DiffLine(DiffStyle.ADDED, b=right, marked_b=marked, path=path, indent=1)
    if len(a.splitlines()) > _MAX_LINES or len(b.splitlines()) > _MAX_LINES:
        yield DiffLine(
            DiffStyle.QUIET,
            note=trn(
                "only the first {n} line is compared here", "only the first {n} lines are compared here", _MAX_LINES
            ),
            path=path,
            indent=1,
        )


def _paired(old: list[str], new: list[str]) -> list[tuple[str | None, str | None, Spans, Spans]]:
    pairs: list[tuple[str | None, str | None, Spans, Spans]] = []
    for at in range(max(len(old), len(new))):
        left, right = (side[at] if at < len(side) else None for side in (old, new))
        both = left is not None and right is not None
        pairs.append((left, right, *(changed_words(left or "", right or "") if both else ((), ()))))
    return pairs


def _text(value: Any) -> str:
    if isinstance(value, str):
        return f'"{visible(value[: 64 * _MAX_CHARACTERS])}"'
    return one_line(preview(value), _MAX_CHARACTERS) if is_container(value) else scalar_text(value)


def _equal_words(value: Any) -> str:
    if isinstance(value, str) and _HASH.fullmatch(value):
        return tr("equal · {value}", value=f"{value[:_HASH_CHARACTERS]}…")
    if is_container(value):
        return tr("equal · {value}", value=content_text(value))
    return tr("equal · {value}", value=_text(value)[:_MAX_NAME_CHARACTERS])


def _sizes(a: Any, b: Any) -> str:
    before, after = size_text(a), size_text(b)
    return f"{before} → {after}" if before and after and before != after else ""


def _count_lines(text: str) -> str:
    return trn("{n} line", "{n} lines", text.count("\n") + 1)
