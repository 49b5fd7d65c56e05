"""What a foreign file was made into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Converted:
    """One run of a foreign file, as a log of its own.

    Attributes:
        path: the log. name, run_id: the run's. format: the importer's name. events: in the log.
        notes: what was not understood, left out or changed, in words. source_blake3: hex, of the foreign file.
        own_hashes: of a format with hashes of its own, what checking them found (see OwnHashes.facts).
    """

    path: Path
    name: str
    run_id: str
    format: str
    events: int
    notes: tuple[str, ...]
    source_blake3: str
    own_hashes: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Growing:
    """A run while it is being converted: `path` is that of its log, which holds whole records so far."""

    path: Path
    name: str
    format: str
