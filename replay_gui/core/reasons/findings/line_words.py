"""The first line that one run changes in a file and the other does not, in words."""

from __future__ import annotations

from typing import NamedTuple

from replay_gui.core.reasons.evidence.changed_lines import LineAlone, lines_alone
from replay_gui.core.reasons.evidence.code_names import is_python_remark
from replay_gui.core.reasons.evidence.file_edits import FileChange
from replay_gui.core.reasons.phrases import quoted_difference
from replay_gui.core.translation.messages import tr, translatable, trn

_MAX_LINE_CHARACTERS = 60  # of a line of code


class LineWords(NamedTuple):
    """What a run does with lines, to follow its name. `is_own`: whether it is about a line of this run alone."""

    words: str
    is_own: bool


def first_lines(change_p: FileChange, change_f: FileChange, *, with_remarks: bool) -> tuple[LineWords, LineWords]:
    """Return for each run, in words, the first line that only it adds, or else removes, and how many more.

    `with_remarks`: also lines that are a comment or a docstring.
    """
    alone = [_lines_of_one(*changes, with_remarks) for changes in ((change_p, change_f), (change_f, change_p))]
    firsts = [lines[0] if lines else None for _, lines in alone]
    text_p, text_f = ("" if line is None else line.text for line in firsts)
    quoted_lines = quoted_difference(text_p, text_f, _MAX_LINE_CHARACTERS)
    words_p, words_f = (
        _words_of_lines(message, lines, line, other)
        for (message, lines), line, other in zip(alone, quoted_lines, firsts[::-1], strict=True)
    )
    return words_p, words_f


def _lines_of_one(mine: FileChange, others: FileChange, with_remarks: bool) -> tuple[str, list[LineAlone]]:
    """Return the message about what a run does with lines, and the lines with which only it does that."""
    for message, lines, of_others, undone in (
        (translatable("adds {line}"), mine.added, others.added, mine.removed),
        (translatable("takes out {line}"), mine.removed, others.removed, mine.added),
    ):
        alone = [
            line for line in lines_alone(lines, of_others, undone) if with_remarks or not is_python_remark(line.text)
        ]
        if alone:
            return translatable("moves or indents {line}") if alone[0].is_moved else message, alone
    return "", []


def _words_of_lines(message: str, lines: list[LineAlone], line: str, other: LineAlone | None) -> LineWords:
    """Return ``adds “…” and 2 more lines``.

    `line`: the first of the lines, in quotation marks. `other`: the first line that only the other run has.
    """
    if not lines:
        if other is None or not other.others or other.is_moved:
            return LineWords(tr("does not"), False)
        return LineWords(tr("does so {times}", times=_times(other.others)), False)
    if lines[0].others and not lines[0].is_moved:
        line = tr("{line} {times}", line=line, times=_times(lines[0].mine))
    if len(lines) > 1:
        line = trn("{line} and {n} more line", "{line} and {n} more lines", len(lines) - 1, line=line)
    return LineWords(tr(message, line=line), True)


def _times(number: int) -> str:
    if number == 1:
        return tr("once")
    return tr("twice") if number == 2 else trn("{n} time", "{n} times", number)
