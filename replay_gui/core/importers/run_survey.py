"""What there is in a folder, or in a file that holds several runs: a line of facts for each run."""

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
_FORM = 2  # of what is kept; facts that an earlier one kept are made again
_MAX_OUTCOME_LENGTH = 120  # characters


def files_below(folder: str) -> list[str]:
    """The files in a folder and below, by name; hidden ones and links to folders are left out.

    LogUnreadable where there is no such folder, ImportRefused where there are more than FILES_LIMIT.
    """
    found: list[str] = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(where, name) for name in sorted(names) if not name.startswith(".")]
        if len(found) > FILES_LIMIT:
            raise ImportRefused(f"{folder}: more than {FILES_LIMIT:,} files; open a folder within it")
    return found


def survey_file(path: str, folders: SurveyFolders, root: str | None = None) -> list[SurveyedRun]:
    """The runs of a file; none where it is of no known format.

    `root`: of a folder that is surveyed: names are paths from there, and a file that cannot be told is passed over.
    """
    name = os.path.basename(path) if root is None else os.path.relpath(path, root)
    format = ""
    try:
        with Source(path) as source:
            is_log, mark = is_replay_log(source), "-".join(map(str, source.stamp))
        kept = Path(folders.facts, f"{VERSION}-{_FORM}-{mark}.json")
        runs = _kept(kept)
        if runs is None:
            format = OWN_FORMAT if is_log else recognise(path).name
            runs = list(_surveyed(path, is_log, folders))
            if format != JsonLines.name:  # what becomes of those is up to the user's mapping
                kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_whole(kept, msgspec.json.encode(runs))
    except ReplayError as why:
        if root is None:
            raise
        return [SurveyedRun(given=path, name=name, format=format, problem=str(why))] if format else []
    return [_named(run, path, root and name, number, len(runs)) for number, run in enumerate(runs, 1)]


def _named(run: SurveyedRun, path: str, file: str | None, number: int, count: int) -> SurveyedRun:
    """With what the file is called now, which is not kept; `file`: None where all runs listed are of this one."""
    if count == 1:
        return replace(run, given=path, name=file or os.path.basename(path))
    return replace(run, given=f"{path}#{number}", name=f"{file} · {run.name}" if file else run.name)


def _surveyed(path: str, is_log: bool, folders: SurveyFolders) -> Iterator[SurveyedRun]:
    if is_log:
        yield _facts(path, OWN_FORMAT, "")
        return
    made: list[Converted] = cached_conversions(path, folders.conversions, mappings=folders.mappings)
    for one in made:
        yield _facts(one.path, one.format, one.name)


def _facts(path: str | Path, format: str, name: str) -> SurveyedRun:
    """Counted in one pass over the log."""
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


def _kept(file: Path) -> list[SurveyedRun] | None:
    """What was found before; None where nothing was, or it is spoilt."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[SurveyedRun])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
