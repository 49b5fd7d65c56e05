"""The state of the standard library's random numbers: saved when a recording begins, and restored when it runs again.

So an agent that draws from `random` draws the same again, without a cost for each number. Other generators (of the
agent, numpy, the operating system, and so uuids) are not covered.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from replay_gui.core.errors import RerunRefused
from replay_gui.core.log.kinds import BOOKKEEPING_PREFIX

RANDOM_STATE = f"{BOOKKEEPING_PREFIX}random"
"""Kind of the event that holds the state, in meta."""

STATE, SURROUNDINGS = "state", "surroundings"
"""Members of its meta: the state; the names of what is recorded beside calls."""

PAYLOAD: Mapping[str, Any] = {"generator": "random"}


def random_state() -> list[Any]:
    """Return the present state, as a plain value."""
    version, numbers, gauss = random.getstate()
    return [version, list(numbers), gauss]


def restore_random_state(state: Any) -> None:
    """Restore this state; raise RerunRefused if it is invalid."""
    try:
        version, numbers, gauss = state
        random.setstate((version, tuple(numbers), gauss))
    except (TypeError, ValueError, OverflowError) as why:
        raise RerunRefused(f"the recorded state of the random numbers is invalid: {why}") from None
