"""Values that importers produce (runs and their events), and the logs that were written from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.verification.own_hashes import HashChecks, HashFailure

MAX_LISTED_FAILURES = 1000  # listed failures; more are only counted, because a header holds at most 1 MiB

_MAX_VALUE_LENGTH = 200  # characters of a listed value


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One event, in the form that a log writer accepts.

    Attributes:
        kind, payload: what happened (log-format.md, Kinds); no ids, no clocks.
        meta: what may differ between faithful runs, without `seq`: `parent` (the seq of the causing event), `time`
            and `duration` (ns), providers' ids, tokens, cost, the place in the source; for an event of a subagent
            `subagent`: the unique names from the outermost subagent to its own.
    """

    kind: str
    payload: dict[str, Any]
    meta: dict[str, Any]


@dataclass(slots=True)
class OwnHashes:
    """The checks of the source's own hashes; complete after the last event has been read.

    Attributes:
        checked: number of events checked. failed: number of events with a wrong hash or a broken rule.
        failures: the first of these, at most MAX_LISTED_FAILURES.
    """

    checked: int = 0
    failed: int = 0
    failures: list[HashFailure] = field(default_factory=list)

    def count_good(self) -> None:
        """Count an event whose hashes are correct."""
        self.checked += 1

    def count_bad(
        self, index: EventIndex, offset: int, problem: str, expected: object = None, actual: object = None
    ) -> None:
        """Count the event at `index` as broken and list the problem. `offset`: in bytes, in the source."""
        self.checked += 1
        self.failed += 1
        if len(self.failures) < MAX_LISTED_FAILURES:
            words = _hash_words(expected), _hash_words(actual)
            failure = HashFailure(index=index, offset=offset, problem=problem, expected=words[0], actual=words[1])
            self.failures.append(failure)

    def result(self) -> HashChecks:
        """Return the result for the log's header."""
        return HashChecks(checked=self.checked, failed=self.failed, failures=tuple(self.failures))


def _hash_words(value: object) -> str | None:
    return None if value is None else one_line(str(value), _MAX_VALUE_LENGTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRun:
    """One run of a foreign file; a file may hold several.

    Attributes:
        name: shown to people, and part of the file name if a source holds several runs.
        run_id: the source's own id of the run.
        agent: name and version of the agent. created: ns since 1970, None if unknown.
        source: facts about the origin for the log's header, in addition to those about the file.
        events: an iterator that reads the source step by step; it can be used once.
        notes: complete after the last event has been read.
        state_recorded: whether the source records the state; otherwise the state is derived from the events.
        own_hashes: the checks of the source's own hashes, if the format has such; complete after the last event.
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
class ConvertedRun:
    """A run of a foreign file, after it was written to a log.

    Attributes:
        path: the log. name, run_id: the run's. format: the importer's name. events: in the log.
        notes: sentences about what was not understood, left out or changed. source_blake3: of the foreign file, hex.
        own_hashes: the checks of the source's own hashes, if the format has such.
        blake3: of the log, hex; "" for a run that was just written and not read back.
    """

    path: Path
    name: str
    run_id: str
    format: str
    events: int
    notes: tuple[str, ...]
    source_blake3: str
    own_hashes: HashChecks | None = None
    blake3: str = ""


@dataclass(frozen=True, slots=True)
class GrowingLog:
    """A run that is being converted. `path`: its log, which holds the complete records written so far."""

    path: Path
    name: str
    format: str
