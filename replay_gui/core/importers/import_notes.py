"""Import notes: counts of what an importer did not understand or had to change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_MAX_EXAMPLES = 5  # examples of each reason
_MAX_EXAMPLE_LENGTH = 40  # characters of an example

# Notes that do not mean a loss: the log still has all of the run (data that is "kept as" something is compared).
# Every other note counts as a loss, so that a comparison never calls two runs the same if part of one was not read.
_HARMLESS = re.compile(
    r"written as text|blank lines|UTF-16|times that cannot be read|begin before their parent|kept as "
    r"|lines that repeat an earlier line|calls that repeat one with their id|whose request is not in the file"
    r"|joined to the line before"
    r"|payload is not what its hash says|break the log's rules|stand in the file whole|had not ended when"
    r"|messages without content|stand in the file twice"
)

_ELSEWHERE = re.compile(
    r"replaced by later lines|copied from the trajectory before|whose parts are read whole|read as one run"
)


def gap_notes(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return the notes about data that was left out, cut, unreadable or not understood."""
    return tuple(sentence for sentence in sentences if not _HARMLESS.search(sentence.partition(":")[0]))


def missing_notes(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return the gap notes that mean a loss: data that is also elsewhere in the file is not lost."""
    return tuple(sentence for sentence in gap_notes(sentences) if not _ELSEWHERE.search(sentence))


def notes_in_header(source: Any) -> tuple[str, ...]:
    """Return the import notes in the `source` of an exported log's header; () if there are none."""
    notes = source.get("notes") if isinstance(source, dict) else None
    return tuple(note for note in notes if isinstance(note, str)) if isinstance(notes, list | tuple) else ()


class ImportNotes:
    """Count notes by reason, with a few examples for each.

    A reason is a plural phrase ("lines that are no JSON, kept as text"). It is a constant, never text from the source,
    and a message that `translatable` marks: notes are kept in English, and `sentence_text` shows them.
    """

    def __init__(self, begun: ImportNotes | None = None) -> None:
        """`begun`: earlier counts to start from; it is copied, not changed."""
        self._counts: dict[str, int] = {} if begun is None else dict(begun._counts)
        self._examples: dict[str, dict[str, None]] = {}
        if begun is not None:
            self._examples = {reason: dict(examples) for reason, examples in begun._examples.items()}

    def count(self, reason: str, number: int = 1, example: str | None = None) -> None:
        """Add `number` to the count of `reason`. `example`: text from the source, perhaps hostile; it is cut."""
        self._counts[reason] = self._counts.get(reason, 0) + number
        if example is not None:
            kept = self._examples.setdefault(reason, {})
            if len(kept) < _MAX_EXAMPLES:
                kept[example[:_MAX_EXAMPLE_LENGTH]] = None

    def __getitem__(self, reason: str) -> int:
        return self._counts.get(reason, 0)

    def sentences(self) -> tuple[str, ...]:
        """One line for each reason: ``phrase: count (examples)``."""
        return tuple(
            f"{reason}: {number:,}" + (f" ({', '.join(self._examples[reason])})" if reason in self._examples else "")
            for reason, number in self._counts.items()
        )
