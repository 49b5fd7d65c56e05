"""Chooses how much a row of buttons shows in its width."""

from __future__ import annotations

from collections.abc import Callable


def compact_level(wanted_px: Callable[[int], int], available_px: int, last_level: int, first_level: int = 0) -> int:
    """Return the lowest level from `first_level` to `last_level` that fits, or `last_level` if none does.

    Level 0 shows everything, each higher one shows less. `wanted_px(level)`: the width that a level needs.
    """
    return next((level for level in range(first_level, last_level) if wanted_px(level) <= available_px), last_level)
