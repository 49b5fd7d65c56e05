"""By which facts many runs are grouped, in words that the window and the workers share."""

from __future__ import annotations

import msgspec

TASK = "task"
"""The fact of run_groups.FACTS by which runs are grouped at first."""


SET_UP = "set-up: "
"""With what the facts begin that are members of the runs' set-up."""


class Versions(msgspec.Struct, frozen=True):
    """Two values of a fact (see run_groups.FACTS): runs of the first are those before a change, of the second after."""

    fact: str
    before: str | None
    after: str | None
