"""What an importer makes of a foreign file (runs and their events, as values), and what these were converted into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.verification.own_hashes import HashChecks, HashFailure

MAX_LISTED_FAILURES = 1000  # failures that are listed; all are counted. A header has room for 1 MiB

_MAX_VALUE_LENGTH = 200  # characters of a value


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One event that a log writer can take.

    Attributes:
        kind, payload: what happened (log-format.md, Kinds); no ids, no clocks.
        meta: what may differ between faithful runs, without `seq`: `parent` (how many events of the run came before
            the causing one), `time` and `duration` (ns), providers' ids, tokens, cost, the place in the source; of a
            subagent's event `subagent`, the names from the outermost subagent to its own, which tell them all apart.
    """

    kind: str
    payload: dict[str, Any]
    meta: dict[str, Any]


@dataclass(slots=True)
class OwnHashes:
    """The result of an importer's checks of the source's own hashes; complete when all events have been taken.

    Attributes:
        checked: events looked at. failed: how many of those were not as they should be.
        failures: the first of these.
    """

    checked: int = 0
    failed: int = 0
    failures: list[HashFailure] = field(default_factory=list)

    def count_good(self) -> None:
        """Count an event whose hashes are right."""
        self.checked += 1

    def count_bad(self, index: int, offset: int, problem: str, expected: object = None, actual: object = None) -> None:
        """Count the event that became the one at `index` as broken, and list what is wrong with it."""
        self.checked += 1
        self.failed += 1
        if len(self.failures) < MAX_LISTED_FAILURES:
            words = _hash_words(expected), _hash_words(actual)
            failure = HashFailure(index=index, offset=offset, problem=problem, expected=words[0], actual=words[1])
            self.failures.append(failure)

    def result(self) -> HashChecks:
        """Return what was found."""
        return HashChecks(checked=self.checked, failed=self.failed, failures=tuple(self.failures))


def _hash_words(value: object) -> str | None:
    return None if value is None else one_line(str(value), _MAX_VALUE_LENGTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRun:
    """One run of a foreign file; a file may hold several.

    Attributes:
        name: for people, and for the file's name where a source holds several runs.
        run_id: the source's own id of the run.
        agent: what ran. created: ns since 1970, None where unknown.
        source: facts about the origin that belong in the log's header, beyond the file's own.
        events: read from the source as they are taken; can be taken once.
        notes: complete when all events have been taken.
        state_recorded: whether the source tells the state itself; else it is derived from what happened.
        own_hashes: of a format with hashes of its own, what checking them found; complete at the same time.
    """

    name: str
    run_id: str
    agent: str
    created: int | None
    source: dict[str, Any]
    events: Iterator[ImportedEvent]
    notes: ImportNotes
    own_hashes: OwnHashes | None = None
    state_recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """One run of a foreign file that was written to a log.

    Attributes:
        path: the log. name, run_id: the run's. format: the importer's name. events: in the log.
        notes: what was not understood, left out or changed, in words. source_blake3: hex, of the foreign file.
        own_hashes: of a format with hashes of its own, what checking them found.
    """

    path: Path
    name: str
    run_id: str
    format: str
    events: int
    notes: tuple[str, ...]
    source_blake3: str
    own_hashes: HashChecks | None = None


@dataclass(frozen=True, slots=True)
class Growing:
    """A run while it is being converted: `path` is that of its log, which has complete records so far."""

    path: Path
    name: str
    format: str
