"""The cache of conversions: a foreign file that was opened before opens without a new conversion."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import msgspec
from blake3 import blake3

from replay_gui.core.cache_budget import CACHE_BUDGET_BYTES, entry_of, is_own, remove_least_used
from replay_gui.core.errors import LogChanged, LogUnreadable, ReplayError
from replay_gui.core.importers.companions import companions_digest
from replay_gui.core.importers.conversion import SUFFIX, OnGrown, write_runs
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.generic.file_records import first_objects
from replay_gui.core.importers.generic.importer import JsonLines
from replay_gui.core.importers.generic.mapping_store import saved_mapping
from replay_gui.core.importers.import_progress import OnProgress
from replay_gui.core.importers.imported_run import ConvertedRun
from replay_gui.core.importers.importer import Importer
from replay_gui.core.importers.packed import file_of, foreign_file
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.log.header import is_replay_log
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import is_folder, reason_of
from replay_gui.core.translation.messages import tr
from replay_gui.core.verification.own_hashes import HashChecks

_LIST_NAME = "conversion.json"
_UNFINISHED_PREFIX = ".conversion-"
_ABANDONED_AFTER_S = 24 * 3600


class _Kept(msgspec.Struct, kw_only=True):
    """An entry of the list that is kept with the logs; `blake3` is the log's hash, which reveals a damaged cache."""

    file: str
    blake3: str
    name: str
    run_id: str
    events: int
    notes: tuple[str, ...]
    own_hashes: HashChecks | None


def cached_conversions(
    path: str | os.PathLike[str],
    cache_dir: str | os.PathLike[str],
    format: str | None = None,
    mappings: str | os.PathLike[str] | None = None,
    *,
    on_progress: OnProgress | None = None,
    on_grown: OnGrown | None = None,
) -> list[ConvertedRun]:
    """Return the logs of a file's runs: an intact earlier conversion of the same bytes, else a new conversion.

    Args:
        cache_dir: created if missing, readable by its owner only. A damaged conversion is removed. After a new one is
            added, the least recently used ones are removed until the cache fits CACHE_BUDGET_BYTES.
        mappings: the file with the user's mappings, for JSON Lines of no known format.
        on_progress: called with the progress while the file is converted.
        on_grown: called while the main run's log is written (see write_runs). The log is moved when it is complete.

    Raises ImportRefused if the format is unknown, LogUnreadable if reading or writing fails.
    """
    with Source(file_of(path)) as source, foreign_file(source) as file:
        inner = file.source
        importer = None if is_replay_log(inner) else importer_for(file, format)
        importer, variant = as_mapped(importer, file, mappings)
        name, version = (OWN_FORMAT, 0) if importer is None else (importer.name, importer.version)
        digest, others = source.blake3(), companions_digest(importer, file)
        home = Path(cache_dir)
        folder = home / f"{digest}-{name}-{version}-{_code_digest()}{variant}{others and f'-{others}'}"
        kept = _read_conversion(folder, name, digest)
        if kept:
            with suppress(OSError):  # the cache is read-only
                os.utime(folder)
            return kept
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            _remove_abandoned(home)
            with _unfinished_folder(home, is_shown=on_grown is not None) as fresh:
                if importer is None:
                    made = [_copied(inner, fresh, digest)]
                else:
                    made = write_runs(
                        file, importer, fresh, source=source, digest=digest, on_progress=on_progress, on_grown=on_grown
                    )
                if (source.blake3(), companions_digest(importer, file)) != (digest, others):
                    raise LogChanged(tr("{path}: it was written to while it was read; open it again", path=source.path))
                _write_list(fresh, made)
                if is_folder(folder) and not _read_conversion(folder, name, digest):
                    shutil.rmtree(folder)
                _move(fresh, folder)
                prune_conversions(home, folder)
        except OSError as why:
            raise LogUnreadable(tr("{path}: cannot be written: {reason}", path=home, reason=reason_of(why))) from None
        kept = _read_conversion(folder, name, digest)
        if not kept:
            raise LogUnreadable(tr("{folder}: the log that was just written cannot be read", folder=folder))
        return kept


@cache
def _code_digest() -> str:
    """Return a short digest of the code of all importers: another version of the program makes its own conversions."""
    digest = blake3()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest(8)


@contextmanager
def _unfinished_folder(home: Path, *, is_shown: bool) -> Iterator[Path]:
    """Yield a new folder for a conversion. It is removed at the end, if it was not moved.

    `is_shown`: whether the engine shows the growing run. It still shows it after it has stopped this process, so the
    folder is then kept.
    """
    fresh = Path(tempfile.mkdtemp(prefix=_UNFINISHED_PREFIX, dir=home))
    is_kept = False
    try:
        yield fresh
    except BaseException as why:
        is_kept = is_shown and not isinstance(why, Exception)
        raise
    finally:
        if not is_kept:
            shutil.rmtree(fresh, ignore_errors=True)


def as_mapped(
    importer: Importer | None, file: ForeignFile, mappings: str | os.PathLike[str] | None
) -> tuple[Importer | None, str]:
    """Return the importer with the user's mapping, if there is one, and a text that names its conversions."""
    if mappings is None or not isinstance(importer, JsonLines):
        return importer, ""
    mapping = saved_mapping(mappings, list(first_objects(file)))
    return (importer, "") if mapping is None else (JsonLines(mapping), f"-{mapping.digest}")


def _copied(log: Source, folder: Path, digest: str) -> ConvertedRun:
    """Copy a replay log out of an archive."""
    path = folder / f"log{SUFFIX}"
    shutil.copyfile(log.path, path)
    with EventLog.open(path) as copy:
        return ConvertedRun(
            path=path,
            name=log.path.stem,
            run_id=copy.header.run_id,
            format=OWN_FORMAT,
            events=len(copy),
            notes=(),
            source_blake3=digest,
        )


def _read_conversion(folder: Path, format: str, digest: str) -> list[ConvertedRun]:
    """Return the conversion in the folder, the main run first; [] if a part of it was changed or is missing."""
    try:
        if not is_own(folder):  # a folder that others can write to is not trusted
            return []
        mark, _, raw = (folder / _LIST_NAME).read_bytes().partition(b"\n")
        if mark != _checksum(raw):
            return []
        rows = msgspec.json.decode(raw, type=list[_Kept])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []
    conversions = []
    for row in rows:
        log = folder / Path(row.file).name
        try:
            with Source(log) as source:
                if source.blake3() != row.blake3:
                    return []
        except ReplayError:
            return []
        conversions.append(
            ConvertedRun(
                path=log,
                name=row.name,
                run_id=row.run_id,
                format=format,
                events=row.events,
                notes=row.notes,
                source_blake3=digest,
                own_hashes=row.own_hashes,
                blake3=row.blake3,
            )
        )
    return conversions


def _write_list(folder: Path, made: list[ConvertedRun]) -> None:
    rows = []
    for converted in made:
        with Source(converted.path) as source:
            mark = source.blake3()
        rows.append(
            _Kept(
                file=converted.path.name,
                blake3=mark,
                name=converted.name,
                run_id=converted.run_id,
                events=converted.events,
                notes=converted.notes,
                own_hashes=converted.own_hashes,
            )
        )
    raw = msgspec.json.encode(rows)
    (folder / _LIST_NAME).write_bytes(_checksum(raw) + b"\n" + raw)


def _checksum(raw: bytes) -> bytes:
    return blake3(raw).hexdigest().encode()


def _remove_abandoned(home: Path) -> None:
    """Remove the leftovers of interrupted conversions that have not changed for a day."""
    for folder in home.glob(f"{_UNFINISHED_PREFIX}*"):
        try:
            unchanged_s = time.time() - max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        except OSError:  # another program has just removed it
            continue
        if unchanged_s > _ABANDONED_AFTER_S:
            shutil.rmtree(folder, ignore_errors=True)


def prune_conversions(home: Path, kept: Path, budget: int = CACHE_BUDGET_BYTES) -> None:
    """Remove the least recently used conversions beyond `budget` bytes, but not `kept`, nor any under way."""
    entries = [entry for entry in map(entry_of, home.iterdir()) if entry is not None]
    remove_least_used(
        entries, budget, lambda entry: entry.path != kept and not entry.path.name.startswith(_UNFINISHED_PREFIX)
    )


def _move(fresh: Path, folder: Path) -> None:
    """Rename the folder to its final name, unless another process has already put its equal conversion there."""
    try:
        fresh.rename(folder)
    except OSError:
        if not is_folder(folder):
            raise
