"""Which run of a file that holds several: ``FILE#RUN``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from replay_gui.core.errors import ImportRefused

if TYPE_CHECKING:
    from replay_gui.core.importers.imported_run import Converted

_NAMED = 5


def split(given: str) -> tuple[str, str | None]:
    """(path, run) of what a user gave; a file whose own name has a # in it is meant as a whole."""
    file, sharp, run = given.rpartition("#")
    if sharp and run and not os.path.lexists(given) and os.path.lexists(file):
        return file, run
    return given, None


def chosen(made: Sequence[Converted], run: str, path: str) -> Converted:
    """The run with this name, run id, or number from 1; ImportRefused, which lists names, where there is none."""
    for one in made:
        if run in (one.name, one.run_id):
            return one
    if run.isdecimal() and 1 <= int(run) <= len(made):
        return made[int(run) - 1]
    names = ", ".join(one.name for one in made[:_NAMED]) + (", …" if len(made) > _NAMED else "")
    raise ImportRefused(f"{path}: has no run {run!r}; give a number from 1 to {len(made)}, or a name: {names}")
