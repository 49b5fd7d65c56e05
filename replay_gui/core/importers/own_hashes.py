"""What an importer found that checked a source's own hashes: it goes into the log's header, and makes the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.text.plain_text import one_line

LISTED = 1000  # failures that are listed; all are counted. A header has room for 1 MiB

_LONGEST = 200  # characters of a value


@dataclass(slots=True)
class OwnHashes:
    """The running result of an importer's checks; whole when the run's events have come to their end.

    Attributes:
        checked: events looked at. failed: how many of those were not as they should be.
        failures: the first of these: {position, offset, problem, expected, actual}, the offset in the source's file.
    """

    checked: int = 0
    failed: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)

    def good(self) -> None:
        """An event was as it should be."""
        self.checked += 1

    def bad(self, index: int, offset: int, problem: str, expected: object = None, actual: object = None) -> None:
        """Count the event that became the one at `index` as broken, and list what is wrong with it."""
        self.checked += 1
        self.failed += 1
        if len(self.failures) < LISTED:
            found = {"expected": expected, "actual": actual}
            words = {name: None if value is None else one_line(str(value), _LONGEST) for name, value in found.items()}
            self.failures.append({"position": index, "offset": offset, "problem": problem, **words})

    def facts(self) -> dict[str, Any]:
        """As the header has it."""
        return {"checked": self.checked, "failed": self.failed, "failures": self.failures}
