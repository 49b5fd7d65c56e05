"""The first line that one run changes in a file and the other does not, in words."""

from __future__ import annotations

from replay_gui.core.reasons.evidence.changed_lines import LineAlone, lines_alone
from replay_gui.core.reasons.evidence.code_names import is_python_remark
from replay_gui.core.reasons.evidence.file_edits import FileChange
from replay_gui.core.reasons.phrases import quoted_difference
from replay_gui.core.text.wording import plural

_MAX_LINE_CHARACTERS = 60  # of a line of code
_NO_LINE = "does not"


def first_lines(change_p: FileChange, change_f: FileChange, *, with_remarks: bool) -> tuple[str, str]:
    """Return for each run, in words, the first line that only it adds, or else removes, and how many more.

    `with_remarks`: also lines that are a comment or a docstring.
    """
    alone = [_lines_of_one(*changes, with_remarks) for changes in ((change_p, change_f), (change_f, change_p))]
    firsts = [lines[0] if lines else None for _, lines in alone]
    text_p, text_f = ("" if line is None else line.text for line in firsts)
    quoted_lines = quoted_difference(text_p, text_f, _MAX_LINE_CHARACTERS)
    words_p, words_f = (
        _words_of_lines(verb, lines, line, other)
        for (verb, lines), line, other in zip(alone, quoted_lines, firsts[::-1], strict=True)
    )
    return words_p, words_f


def _lines_of_one(mine: FileChange, others: FileChange, with_remarks: bool) -> tuple[str, list[LineAlone]]:
    """Return what a run does with lines, and the lines with which only it does that."""
    for verb, lines, of_others, undone in (
        ("adds", mine.added, others.added, mine.removed),
        ("takes out", mine.removed, others.removed, mine.added),
    ):
        alone = [
            line for line in lines_alone(lines, of_others, undone) if with_remarks or not is_python_remark(line.text)
        ]
        if alone:
            return "moves or indents" if alone[0].is_moved else verb, alone
    return "", []


def _words_of_lines(verb: str, lines: list[LineAlone], quoted_line: str, other: LineAlone | None) -> str:
    """Return ``adds “…” and 2 more lines``; `other`: the first line that only the other run has."""
    if not lines:
        return _NO_LINE if other is None or not other.others or other.is_moved else f"does so {_times(other.others)}"
    often = f" {_times(lines[0].mine)}" if lines[0].others and not lines[0].is_moved else ""
    more = f" and {plural(len(lines) - 1, 'more line')}" if len(lines) > 1 else ""
    return f"{verb} {quoted_line}{often}{more}"


def is_own_line(words: str) -> bool:
    """Whether the words of `first_lines` are about a line of this run alone."""
    return not words.startswith("does ")


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
