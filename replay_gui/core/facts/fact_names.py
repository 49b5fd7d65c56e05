"""Names of facts by which many runs are grouped, for code that needs only the names (see run_groups.FACTS)."""

from __future__ import annotations

import msgspec

TASK = "task"
"""The fact by which runs are grouped at first."""
OUTCOME = "outcome"
SET_UP = "set-up: "
"""With what the facts begin that are members of the runs' set-up."""


class VersionPair(msgspec.Struct, frozen=True):
    """Two values of a fact: the first is of runs before a change of the agent, the second of runs after it."""

    fact: str
    before: str | None
    after: str | None
