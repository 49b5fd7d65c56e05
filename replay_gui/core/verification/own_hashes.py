"""What checking the hashes that a foreign format has of its own has found."""

from __future__ import annotations

import msgspec


class HashFailure(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a source whose hash is not as it should be.

    Attributes:
        index: of the event that it became. offset: in the source's file, in bytes.
        problem: what is wrong. expected, actual: the hashes, None where the problem is another.
    """

    index: int = msgspec.field(name="position")  # as a log's header has it
    offset: int
    problem: str
    expected: str | None = None
    actual: str | None = None


class HashChecks(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of a run. `checked`, `failed`: numbers of events. `failures`: the first of those that failed."""

    checked: int
    failed: int
    failures: tuple[HashFailure, ...]
