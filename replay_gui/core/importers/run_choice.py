"""Choose one run of a file that holds several: ``FILE#RUN``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from replay_gui.core.errors import ImportRefused
from replay_gui.core.path_kinds import is_folder
from replay_gui.core.translation.messages import tr

if TYPE_CHECKING:
    from replay_gui.core.importers.imported_run import ConvertedRun

_MAX_NAMES = 5


def split_run(given: str) -> tuple[str, str | None]:
    """Return (path, run) for a user's argument; if a file has exactly this name, including the #, it is the path."""
    file, sharp, run = given.rpartition("#")
    if sharp and run and not os.path.lexists(given) and os.path.lexists(file):
        return file, run
    return given, None


def possible_files(given: str) -> tuple[str, ...]:
    """Return the paths that a user's argument can mean, the likelier one last; the disk is not read."""
    file, sharp, run = given.rpartition("#")
    return (file, given) if sharp and run else (given,)


def input_files(given: Iterable[str]) -> list[str]:
    """Return the files among a user's arguments, each once and without its ``#RUN``; folders are left out."""
    paths = dict.fromkeys(split_run(name)[0] for name in given)
    return [path for path in paths if not is_folder(path)]


def choose_run(runs: Sequence[ConvertedRun], run: str, path: str) -> ConvertedRun:
    """Return the run with this name, run id, or number (from 1).

    Raises ImportRefused, which lists the names, if there is no such run."""
    for each in runs:
        if run in (each.name, each.run_id):
            return each
    if run.isdecimal() and 1 <= int(run) <= len(runs):
        return runs[int(run) - 1]
    names = ", ".join(each.name for each in runs[:_MAX_NAMES]) + (", …" if len(runs) > _MAX_NAMES else "")
    raise ImportRefused(
        tr(
            "{path}: has no run {run!r}; give a number from 1 to {count}, or a name: {names}",
            path=path,
            run=run,
            count=len(runs),
            names=names,
        )
    )
