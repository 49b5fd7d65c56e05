"""Short names of two runs, for sentences."""

from __future__ import annotations

import re

from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr

_MAX_NAME_CHARACTERS = 32  # of a name


def short_names(given_a: str, given_b: str) -> tuple[str, str]:
    """Return names that distinguish two runs, from their given paths: ``trial0`` and ``trial1``; else A and B.

    A name is the last part of a path that differs, without suffixes; for two runs of one file, their numbers.
    """
    for first, second in zip(reversed(_parts(given_a)), reversed(_parts(given_b)), strict=False):
        if first != second:
            if max(len(first), len(second)) > _MAX_NAME_CHARACTERS:
                first, second = _without_common_start(first, second)
            names = one_line(first, 2 * _MAX_NAME_CHARACTERS), one_line(second, 2 * _MAX_NAME_CHARACTERS)
            return (
                names
                if names[0] != names[1] and all(names) and max(map(len, names)) <= _MAX_NAME_CHARACTERS
                else ("A", "B")
            )
    return "A", "B"


def _parts(given: str) -> list[str]:
    path, number = split_run(given)
    parts = [part for part in re.split(r"[/\\]", path) if part]
    if parts:
        stem = parts[-1].partition(".")[0]
        parts[-1] = stem or parts[-1]
    return [*parts, tr("run {number}", number=number)] if number else parts


def _without_common_start(first: str, second: str) -> tuple[str, str]:
    """Return the texts from the first different word on."""
    at = next((i for i, (x, y) in enumerate(zip(first, second, strict=False)) if x != y), 0)
    while at > 0 and first[at - 1].isalnum():
        at -= 1
    return first[at:], second[at:]
