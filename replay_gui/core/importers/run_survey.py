"""Lists the runs in a folder, or in a file with several runs, with the main facts of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import ImportRefused, ReplayError
from replay_gui.core.facts.run_summary import RunSummary
from replay_gui.core.facts.run_totals import total_tokens
from replay_gui.core.facts.surveyed_run import SurveyedRun, SurveyFolders
from replay_gui.core.importers.companions import stamps_of_companions
from replay_gui.core.importers.conversion import SUFFIX
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.generic import JsonLines
from replay_gui.core.importers.imported_run import Converted
from replay_gui.core.importers.registry import recognise
from replay_gui.core.log.header import OWN_FORMAT, is_replay_log
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Ending
from replay_gui.core.log.source import Source
from replay_gui.core.text.plain_text import one_line
from replay_gui.version import VERSION

FILES_LIMIT = 20_000
_FACTS_VERSION = 4  # of the cached facts; those of an earlier version are not used
_MAX_OUTCOME_LENGTH = 120  # characters


class _CachedFacts(msgspec.Struct, frozen=True):
    """The runs of a file, its format, and the state on disk of the files that were read with it."""

    format: str
    others: tuple[tuple[str, ...], ...]
    runs: tuple[SurveyedRun, ...]


def files_below(folder: str) -> list[str]:
    """Return the files in a folder by name, then those of its subfolders; without hidden ones and linked folders.

    A folder that cannot be read is left out. ImportRefused if there are more than FILES_LIMIT files.
    """
    files: list[str] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [os.path.join(parent, name) for name in sorted(names) if not name.startswith(".")]
        if len(files) > FILES_LIMIT:
            raise ImportRefused(f"{folder}: more than {FILES_LIMIT:,} files; open a folder within it")
    return files


def survey_file(path: str, folders: SurveyFolders, root: str | None = None) -> list[SurveyedRun]:
    """Return the runs of a file.

    Args:
        root: the folder that is surveyed. Names are paths relative to it; a file that cannot be read becomes one run
            with a `problem`, or none if its format is unknown and its name is not a log's. Without `root`, ReplayError
            is raised instead.

    Cost: one pass over each run; the facts of a file that has not changed, nor any that is read with it, are read from
    the cache.
    """
    name = os.path.basename(path) if root is None else os.path.relpath(path, root)
    format = OWN_FORMAT if path.endswith(SUFFIX) else ""
    try:
        with Source(path) as source:
            is_log, mark = is_replay_log(source), "-".join(map(str, (*source.stamp, source.changed_at)))
        cached = Path(folders.facts, f"{VERSION}-{_FACTS_VERSION}-{mark}.json")
        kept = _read_cached(cached)
        runs = None if kept is None or kept.others != stamps_of_companions(path, kept.format) else list(kept.runs)
        if runs is None:
            format = OWN_FORMAT if is_log else recognise(path).name
            others = stamps_of_companions(path, format)
            runs = list(_surveyed(path, is_log, folders))
            if format != JsonLines.name:  # those depend on the user's mapping, too
                cached.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_whole(cached, msgspec.json.encode(_CachedFacts(format, others, tuple(runs))))
    except ReplayError as why:
        if root is None:
            raise
        return [SurveyedRun(given=path, name=name, format=format, problem=str(why))] if format else []
    return [_named(run, path, root and name, number, len(runs)) for number, run in enumerate(runs, 1)]


def _named(run: SurveyedRun, path: str, file: str | None, number: int, count: int) -> SurveyedRun:
    """Return the run with its present path and name, which are not cached; `file`: None if only this file is listed."""
    if count == 1:
        return replace(run, given=path, name=file or os.path.basename(path))
    return replace(run, given=f"{path}#{number}", name=f"{file} · {run.name}" if file else run.name)


def _surveyed(path: str, is_log: bool, folders: SurveyFolders) -> Iterator[SurveyedRun]:
    if is_log:
        yield _facts(path, OWN_FORMAT, "")
        return
    made: list[Converted] = cached_conversions(path, folders.conversions, mappings=folders.mappings)
    for converted in made:
        yield _facts(converted.path, converted.format, converted.name)


def _facts(path: str | Path, format: str, name: str) -> SurveyedRun:
    """Return the facts of a log, from one pass over it."""
    summary = RunSummary(agent=None)
    with EventLog.open(path) as log:
        for event in log.events():
            if not isinstance(event, Ending):
                summary.take(event)
    return SurveyedRun(
        given="",
        name=name,
        format=format,
        events=summary.events,
        calls=summary.counts.calls,
        errors=summary.counts.failures,
        duration=summary.duration,
        tokens=total_tokens(summary.totals.uses()),
        cost=summary.cost,
        outcome=one_line(summary.result.words(), _MAX_OUTCOME_LENGTH),
    )


def _read_cached(file: Path) -> _CachedFacts | None:
    """Return cached facts; None if there are none, or they are damaged."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_CachedFacts)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
