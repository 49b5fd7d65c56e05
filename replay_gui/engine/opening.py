"""Opening a run: finds the format of the file, and the facts about the run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import platformdirs

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.facts.notes_places import NotesPlaces
from replay_gui.core.facts.run_identity import run_identity
from replay_gui.core.importers.import_notes import notes_in_header
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.event import Event
from replay_gui.core.log.header import is_replay_log
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.large_values import LargeValues
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.positions import FIRST_EVENT
from replay_gui.core.log.run_start import RunStart
from replay_gui.core.log.source import Source
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.verification.own_hashes import HashChecks
from replay_gui.engine.answers import RunFacts
from replay_gui.engine.files.trusted_folders import TrustedFolders
from replay_gui.engine.gil_yield import GilYield
from replay_gui.engine.open_run import OnWarning, OpenRun, Stamp

_PROGRAMS = {
    "iflow": "iFlow",
    "OpenClaw": "OpenClaw",
    "Qwen Code": "Qwen Code",
}  # which write in another program's form, by their agents
# Last words of importers' titles that denote the file.
_FILE_NOUNS = re.compile(
    r"(?:session|trace|trajectory|trajectories|log|history|chat|stream|runs|results|conversation|export|transcript"
    r"|thread|task|telemetry)"
)


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """The log into which a run of a foreign file was, or is being, converted.

    Attributes:
        path: of the log. format: the importer's name. notes: of the import, for the user.
        run: the run's name. runs: the names of all runs in the file; only this name while others may follow.
        own_hashes: the checks of the format's own hashes, None if it has none.
        built: the extent of the index that was built with the log; None if there is none.
        title: the importer's name for people.
    """

    path: str
    format: str
    notes: tuple[str, ...]
    run: str
    runs: tuple[str, ...]
    own_hashes: HashChecks | None = None
    built: BuiltIndex | None = None
    title: str = ""


def open_file(path: str) -> EventLog | Stamp:
    """Open a file once: return the log, or the stamp of a file that must be converted first.

    Raises:
        LogUnreadable: the file cannot be read. LogRefused: it is an invalid log.
    """
    source = Source(path)
    try:
        if is_replay_log(source):
            return EventLog(source)
        stamp = source.stamp
    except BaseException:
        source.close()
        raise
    source.close()
    return stamp


def open_log_run(
    number: int,
    path: str,
    cache: IndexCache,
    complain: OnWarning,
    log: EventLog | None = None,
    *,
    values: LargeValues | None = None,
) -> OpenRun:
    """Return the run of the log at `path`, which may be open already; raise ReplayError if it cannot be read.

    `values`: decodes its large values; by default a new object.
    """
    values = values or LargeValues(GilYield())
    log = EventLog.open(path) if log is None else log
    try:
        log.use_decoder(values.decode)
        return OpenRun(
            number,
            log,
            facts=facts_of(log, path, log.source.size, None),
            cache=cache,
            file=log.source.stamp,
            complain=complain,
            values=values,
        )
    except BaseException:
        log.close()
        raise


def open_converted_run(
    number: int,
    path: str,
    made: Conversion,
    cache: IndexCache,
    complain: OnWarning,
    *,
    stamp: Stamp,
    growing: Path | None = None,
    values: LargeValues | None = None,
) -> OpenRun:
    """Return the run of the foreign file at `path`, which had this stamp when it was converted; see `open_log_run`.

    `growing`: the folder of the index, if the log is still being written.
    """
    values = values or LargeValues(GilYield())
    log = EventLog.open(made.path)
    try:
        log.use_decoder(values.decode)
        facts = facts_of(log, path, stamp[2], made)
        return OpenRun(
            number,
            log,
            facts=facts,
            cache=cache,
            file=stamp,
            complain=complain,
            values=values,
            own_hashes=made.own_hashes,
            growing=growing,
        )
    except BaseException:
        log.close()
        raise


def facts_of(log: EventLog, path: str, size: int, made: Conversion | None) -> RunFacts:
    """Return the facts from header and first event.

    `path`, `size`: of the opened file. `made`: the log that it was converted into, if it is foreign.
    """
    header = log.header
    start = len(header.raw)
    first = log.event_at(FIRST_EVENT, start) if log.source.size > start else None
    init = first if first is not None and first.kind == Kind.AGENT_INIT else None
    agent = _agent(first, "agent_type")
    identity = run_identity(header.facts, init.payload if init else {}, init.meta if init else {}, ())
    return RunFacts(
        path=path,
        name=Path(path).name,
        run_id=header.run_id,
        format=OWN_FORMAT if made is None else made.format,
        origin=header.origin,
        source=_source_in_words(header.source),
        state=header.state,
        notes=(*(() if made is None else made.notes), *notes_in_header(header.source)),
        agent_type=agent,
        agent_version=_agent(first, "agent_version"),
        task=identity.task or "",
        model=identity.model or "",
        size=size,
        created=header.created,
        run="" if made is None else made.run,
        runs=() if made is None else made.runs,
        has_hashes=made is None or made.format == OWN_FORMAT or made.own_hashes is not None,
        begin=None if first is None or made is not None else RunStart.of_event(first.payload, first.meta),
        imported_from="" if made is None else _imported_from(made.title or made.format, agent),
    )


def _folder(find: Callable[[str], Path]) -> Path:
    """Return a folder of the user; raise LogUnreadable if the user has no home and no variable names one."""
    try:
        return find("replay-gui")
    except (RuntimeError, KeyError):
        text = tr("there is no home folder for caches and settings; set HOME, or XDG_CACHE_HOME and XDG_CONFIG_HOME")
        raise LogUnreadable(text) from None


def user_cache() -> IndexCache:
    """Return the cache of indexes in the user's cache folder."""
    return IndexCache(_folder(platformdirs.user_cache_path) / "indexes")


def user_rules() -> Path:
    """Return the file of the user's own rules, in force unless there are allowed rules beside a log."""
    return _folder(platformdirs.user_config_path) / "rules.toml"


def user_trusted_folders() -> TrustedFolders:
    """Return the folders whose rules and notes the user has allowed."""
    return TrustedFolders(_folder(platformdirs.user_config_path) / "trusted-folders.json")


def user_notes_places() -> NotesPlaces:
    """Return the places of the notes that are in force."""
    folder = _folder(platformdirs.user_config_path) / "notes"
    return NotesPlaces(str(folder), tuple(user_trusted_folders().all))


def conversion_cache() -> Path:
    """Return the folder for converted files."""
    return _folder(platformdirs.user_cache_path) / "conversions"


def survey_cache() -> Path:
    """Return the folder for what was read from runs, to contrast them again without reading their logs."""
    return _folder(platformdirs.user_cache_path) / "surveys"


def user_mappings() -> Path:
    """Return the file with the user's mappings of JSON Lines."""
    return _folder(platformdirs.user_config_path) / "mappings.json"


def _imported_from(title: str, agent: str) -> str:
    """Return the program that wrote an imported log, or else the program whose format it has."""
    return _PROGRAMS.get(agent) or _name_before_file_noun(title) or tr(title)


def _agent(first: Event | None, name: str) -> str:
    value = first.payload.get(name) if first is not None and first.kind == Kind.AGENT_INIT else None
    return value if isinstance(value, str) else ""


def _name_before_file_noun(title: str) -> str:
    """Return the name before the last word, which denotes the file: "Claude Code" of "Claude Code session"; else ""."""
    whose, _, noun = title.rpartition(" ")
    return whose if _FILE_NOUNS.fullmatch(noun) else ""


def _source_in_words(source: object) -> str:
    match source:
        case None:
            return ""
        case str():
            return one_line(source)
        case {"format": str(name), "name": str(file)}:
            return one_line(f"{name}: {file}")
        case dict():
            return one_line(", ".join(f"{key} {value}" for key, value in source.items()))
        case _:
            return one_line(repr(source))
