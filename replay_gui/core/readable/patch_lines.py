"""Changes of texts as diffs, line by line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from replay_gui.core.readable.reading_line import LetterStyle, LineKind, ReadingLine, StyledText, TextStyle, shown_text
from replay_gui.core.translation.numbers import whole_number

_MAX_COMPARED_LINES = 400  # of the texts before and after a change that are compared
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,\d+)? \+(\d{1,9})(?:,\d+)? @@")
_HEADS = ("+++", "---", "diff ", "index ", "***")
_NUMBER_WIDTH = 4  # characters of a line number
_EDIT_MEMBERS = (("old_string", "new_string"), ("old_str", "new_str"), ("old", "new"), ("before", "after"))
_MAX_SEARCHED_CHARACTERS = 65_536  # of a text in which the beginning of a patch is searched


def is_patch(text: str) -> bool:
    """Return whether a text is a unified diff, or the form of it that some agents use."""
    return text.startswith(("--- ", "diff --git ", "@@ ", "*** ")) or "\n@@ " in text[:_MAX_SEARCHED_CHARACTERS]


def edit_in(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the names of the texts before and after, if the map is an edit of several lines; else None."""
    for old, new in _EDIT_MEMBERS:
        before, after = value.get(old), value.get(new)
        if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
            return old, new
    return None


def difference_lines(before: str, after: str, depth: int, limit: int) -> Iterator[ReadingLine]:
    """Yield the difference of two texts, `limit` characters of each; for long texts, all lines as removed and added."""
    old, new = before[:limit].splitlines(), after[:limit].splitlines()
    if len(old) > _MAX_COMPARED_LINES or len(new) > _MAX_COMPARED_LINES:
        compared = [*(f"-{line}" for line in old), *(f"+{line}" for line in new)]
    else:
        compared = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
    yield from patch_lines(compared, depth)


def patch_lines(lines: Iterable[str], depth: int) -> Iterator[ReadingLine]:
    """Yield a unified diff, numbered according to its hunks: removed lines as before the change, others as after it."""
    old: int | None = None
    new = 0
    for line in lines:
        if (hunk := _HUNK.match(line)) is not None:
            old, new = int(hunk[1]), int(hunk[2])
        ink = TextStyle.QUIET if hunk is not None or (old is None and line.startswith(_HEADS)) else _ink(line)
        number = ""
        if old is not None and hunk is None:
            if line.startswith(("diff ", "--- ")) and not line.startswith("--- -"):
                old, ink = None, TextStyle.QUIET  # the next file
            elif ink is TextStyle.REMOVED:
                number, old = whole_number(old), old + 1
            elif line.startswith(("+", " ")) or not line:
                number, old, new = whole_number(new), old + (ink is not TextStyle.ADDED), new + 1
        shown = shown_text(line)
        spans = (
            StyledText(f"{number:>{_NUMBER_WIDTH}} ", TextStyle.QUIET, LetterStyle.MONO),
            StyledText(shown, ink, LetterStyle.MONO),
        )
        yield ReadingLine(spans, LineKind.CODE, style=ink, depth=depth, source=shown)


def _ink(line: str) -> TextStyle:
    return TextStyle.ADDED if line.startswith("+") else TextStyle.REMOVED if line.startswith("-") else TextStyle.VALUE
