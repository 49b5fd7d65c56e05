"""Describe kinds of marks in words."""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.core.text.plain_text import one_line


@dataclass(frozen=True, slots=True)
class MarkWords:
    """The names of a kind of mark: in a menu, in one word next to a mark, and its explanation in a sentence."""

    title: str
    short: str
    explanation: str


MARK_WORDS: dict[MarkKind, MarkWords] = {
    MarkKind.ERROR: MarkWords(
        "Unresolved errors",
        "error",
        "A call failed, and no later similar call succeeded. Commands are left out.",
    ),
    MarkKind.LOOP: MarkWords(
        "Loops",
        "loop",
        "The same call had the same answer three times or more, and nothing was changed in between.",
    ),
    MarkKind.FIGURES: MarkWords(
        "Numbers without a source",
        "numbers",
        "A message of the agent has two or more numbers that no earlier event contains. Counts, percentages, round"
        " numbers, and sums of other numbers in the message are left out.",
    ),
    MarkKind.CHECK: MarkWords(
        "Checks",
        "check",
        "The last check failed or was denied, or none was made after the last change. Scratch files, patches and"
        " commits do not count as changes.",
    ),
    MarkKind.ANSWER: MarkWords(
        "Answers and targets", "answer", "The answer did not pass, and is not the one that the grader expected."
    ),
    MarkKind.NOTE: MarkWords("Notes", "note", "A user wrote a note on this."),
}


def mark_tip(mark: RunMark) -> str:
    """Return two lines: the fact, and the meaning of the mark."""
    return f"{one_line(mark.sentence)}\n{MARK_WORDS[mark.kind].explanation}"
