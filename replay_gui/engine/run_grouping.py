"""Versions of an agent whose runs are compared, in words that the window and the workers share."""

from __future__ import annotations

import msgspec


class Versions(msgspec.Struct, frozen=True):
    """Two values of a fact (see run_groups.FACTS): runs of the first are those before a change, of the second after."""

    fact: str
    before: str | None
    after: str | None
