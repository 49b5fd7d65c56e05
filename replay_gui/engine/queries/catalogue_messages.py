"""The requests about a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the first window does not need it
    from replay_gui.core.contrast.run_profile import EvaluatedRun


class QueryCatalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Run one SELECT over the catalogue in `folder`. Answer: CatalogueAnswer. A new one ends the last, "" only that."""

    number: int
    folder: str
    query: str


class LocateRuns(msgspec.Struct, frozen=True, kw_only=True):
    """Find the paths that open runs of the catalogue in `folder`. Answer: RunsLocated. A new request ends the last.

    `runs`: their facts, by number. If the source of a run is gone or has changed, its log is put into the cache.
    """

    number: int
    folder: str
    runs: dict[int, EvaluatedRun]
