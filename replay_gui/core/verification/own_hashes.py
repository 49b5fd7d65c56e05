"""The result of checking a foreign format's own hashes."""

from __future__ import annotations

import msgspec

from replay_gui.core.log.positions import EventIndex


class HashFailure(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a source with a wrong hash.

    Attributes:
        index: of the event made from it. offset: in the source's file, in bytes.
        problem: what is wrong. expected, actual: the hashes, None for other problems.
    """

    index: EventIndex = msgspec.field(name="position")  # in the form of a log's header
    offset: int
    problem: str
    expected: str | None = None
    actual: str | None = None


class HashChecks(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of a run. `checked`, `failed`: numbers of events. `failures`: the first of those that failed."""

    checked: int
    failed: int
    failures: tuple[HashFailure, ...]
