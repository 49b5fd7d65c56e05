"""The number of examples of a test: by default enough to find most mistakes, with --long all of them."""

from __future__ import annotations

import os

_VARIABLE = "REPLAY_GUI_LONG_TESTS"  # of this process and those that it starts


def try_all() -> None:
    """Make `tries` return the longer number from now on; called before any test is imported."""
    os.environ[_VARIABLE] = "1"


def tries(usual: int, *, long: int) -> int:
    """Return how many examples, seeds or rounds are tried: `usual` by default, `long` with --long."""
    return long if _VARIABLE in os.environ else usual
