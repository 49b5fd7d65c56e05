"""Find where a run of a catalogue can be opened: at its source, or as the log that the catalogue keeps."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.cache_budget import is_own
from replay_gui.core.catalogue.indexing import companions_of_file
from replay_gui.core.catalogue.run_logs import kept_log
from replay_gui.core.catalogue.sources import is_url
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.errors import ImportRefused, LogUnreadable
from replay_gui.core.importers.conversion import SUFFIX
from replay_gui.core.importers.conversion_cache import prune_conversions
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import is_link, reason_of
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr

_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]+')
_ENDINGS = re.compile(r"(?:\.[A-Za-z]{2,7})+$")  # endings of the source's format, which the log does not have
_MAX_NAME_CHARACTERS = 50  # a file's name has at most 255 bytes


def place_of_run(folder: Path, number: int, run: EvaluatedRun, conversions: Path) -> tuple[str, str]:
    """Return (the path that opens a run of a catalogue; what the user must know about it, or "").

    It is the source, if that is unchanged; else the kept log, which is copied into the folder of conversions.

    Args:
        folder: of the catalogue. number: of the run. run: its facts.

    Raises:
        CatalogueRefused: the kept log was changed.
        LogUnreadable, NotWritten: the cache cannot be written.
    """
    problem = _problem(run)
    if not problem:
        return run.given, ""
    if not run.kept_log:
        return run.given, tr("{problem}. The catalogue does not keep its log, which is too long.", problem=problem)
    path = _put(kept_log(folder, number, run), run, conversions)
    words = tr("{problem}. This is the run as the catalogue keeps it.", problem=problem)
    if run.set_by_hand:
        words += " " + tr("Its outcome, which was set by hand, is not in it.")
    return str(path), words


def _problem(run: EvaluatedRun) -> str:
    """Return why the source no longer gives the same run; "" if it does."""
    if is_url(run.given):
        return tr("{path}: is not on this computer", path=run.given)
    path = split_run(run.given)[0]
    try:
        with Source(path) as source:
            is_same = source.blake3() == run.content and companions_of_file(path, run.format) == run.companions
    except ImportRefused:  # the source no longer has that format
        is_same = False
    except LogUnreadable as why:
        return str(why)
    except OSError as why:  # a name that the system does not accept
        return tr("{path}: cannot be opened: {reason}", path=run.given, reason=reason_of(why))
    return "" if is_same else tr("{path}: has changed since the catalogue was written", path=run.given)


def _put(log: bytes, run: EvaluatedRun, conversions: Path) -> Path:
    """Write a log, whose digest was checked, into a folder that only the user can write to; return its path."""
    folder = conversions / f"kept-{run.kept_log}"
    try:
        conversions.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if not is_own(folder):
            raise LogUnreadable(tr("{folder}: is not a folder of yours alone; remove it", folder=folder))
        os.utime(folder)
        path = folder / f"{_file_name(run.name)}{SUFFIX}"
        if not _holds(path, run.kept_log):
            path.unlink(missing_ok=True)
            write_whole(path, log)
            prune_conversions(conversions, folder)
    except OSError as why:
        raise LogUnreadable(tr("{path}: cannot be written: {reason}", path=folder, reason=reason_of(why))) from None
    return path


def _holds(path: Path, digest: str) -> bool:
    with suppress(LogUnreadable), Source(path) as there:
        return not is_link(path) and there.blake3().startswith(digest)
    return False


def _file_name(name: str) -> str:
    """Return a run's name as a file name that has no folders, is not hidden, and has no ending of another format."""
    return _NOT_IN_NAMES.sub("-", visible(_ENDINGS.sub("", name))).lstrip(".")[:_MAX_NAME_CHARACTERS].strip() or "run"
