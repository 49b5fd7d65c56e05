"""What an importer makes of a foreign file: runs, and their events, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.own_hashes import OwnHashes


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One event that a log writer can take.

    Attributes:
        kind, payload: what happened (FORMAT 2); no ids, no clocks.
        meta: what may differ between faithful runs, without `seq`: `parent` (how many events of the run came before
            the causing one), `time` and `duration` (ns), providers' ids, tokens, cost, the place in the source; of a
            subagent's event `subagent`, the names from the outermost subagent to its own, which tell them all apart.
    """

    kind: str
    payload: dict[str, Any]
    meta: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """One run of a foreign file; a file may hold several.

    Attributes:
        name: for people, and for the file's name where a source holds several runs.
        run_id: the source's own id of the run.
        agent: what ran. created: ns since 1970, None where unknown.
        source: facts about the origin that belong in the log's header, beyond the file's own.
        events: read from the source as they are taken, once.
        notes: whole when `events` has come to its end.
        state_recorded: whether the source tells the state itself; else it is derived from what happened.
        own_hashes: of a format with hashes of its own, what checking them found; whole at the same time.
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
