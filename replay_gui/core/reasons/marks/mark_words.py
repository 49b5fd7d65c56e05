"""Describe kinds of marks in words."""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable


@dataclass(frozen=True, slots=True)
class MarkWords:
    """The names of a kind of mark: in a menu, in one word next to a mark, and its explanation in a sentence.

    They are messages in English, to be translated where they are shown.
    """

    title: str
    short: str
    explanation: str


MARK_WORDS: dict[MarkKind, MarkWords] = {
    MarkKind.ERROR: MarkWords(
        translatable("Unresolved errors"),
        translatable("error"),
        translatable("A call failed, and no later similar call succeeded. Commands are left out."),
    ),
    MarkKind.LOOP: MarkWords(
        translatable("Loops"),
        translatable("loop"),
        translatable("The same call had the same answer three times or more, and nothing was changed in between."),
    ),
    MarkKind.FIGURES: MarkWords(
        translatable("Numbers without a source"),
        translatable("numbers"),
        translatable(
            "A message of the agent has two or more numbers that no earlier event contains. Counts, percentages, round"
            " numbers, and sums of other numbers in the message are left out."
        ),
    ),
    MarkKind.CHECK: MarkWords(
        translatable("Checks"),
        translatable("check"),
        translatable(
            "The last check failed or was denied, or none was made after the last change. Scratch files, patches and"
            " commits do not count as changes."
        ),
    ),
    MarkKind.ANSWER: MarkWords(
        translatable("Answers and targets"),
        translatable("answer"),
        translatable("The answer did not pass, and is not the one that the grader expected."),
    ),
    MarkKind.NOTE: MarkWords(translatable("Notes"), translatable("note"), translatable("A user wrote a note on this.")),
}


def mark_tip(mark: RunMark) -> str:
    """Return two lines: the fact, and the meaning of the mark."""
    return f"{one_line(mark.sentence)}\n{tr(MARK_WORDS[mark.kind].explanation)}"
