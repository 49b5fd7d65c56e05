"""What the window asks about a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the first window does not need it
    from replay_gui.core.contrast.run_profile import EvaluatedRun


class QueryCatalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Answer one SELECT over the catalogue in `folder`: CatalogueAnswer. A new query ends the last; "" only ends it."""

    number: int
    folder: str
    query: str


class LocateRuns(msgspec.Struct, frozen=True, kw_only=True):
    """Find out where runs of the catalogue in `folder` can be opened: RunsLocated. A new request ends the last.

    `runs`: their facts, by number. The log of one whose source is not there, or has changed, is put into the cache.
    """

    number: int
    folder: str
    runs: dict[int, EvaluatedRun]
