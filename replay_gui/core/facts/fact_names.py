"""Names of facts by which many runs are grouped, for all that need no more of the groups (see run_groups.FACTS)."""

from __future__ import annotations

TASK = "task"
"""The fact by which runs are grouped at first."""
OUTCOME = "outcome"
SET_UP = "set-up: "
"""With what the facts begin that are members of the runs' set-up."""
