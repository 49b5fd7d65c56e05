"""Make the rows of some sources: the work of one worker, on this computer or on another."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from blake3 import blake3

from replay_gui.core.catalogue.kept_logs import PackedLog, pack_log
from replay_gui.core.catalogue.part import CataloguePart, join_parts, part_of, writable_name
from replay_gui.core.catalogue.sources import local_file
from replay_gui.core.contrast.call_rules import CallRules
from replay_gui.core.contrast.profiling import read_calls, run_files, with_facts
from replay_gui.core.contrast.run_calls import DAMAGED, RunCalls, unpack_calls
from replay_gui.core.divergence.rules.rules import Rule
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.observed import EffectEvidence
from replay_gui.core.errors import FormatUnknown, ReplayError
from replay_gui.core.facts.notes_places import NO_PLACES, NotesPlaces
from replay_gui.core.importers.companions import companions_digest, importer_named
from replay_gui.core.importers.importer import ReadsCompanions
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.importers.registry import recognise
from replay_gui.core.log.header import is_replay_log
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.source import Source, read_beginning
from replay_gui.core.path_kinds import exists, is_file

ROWS_VERSION = 24
"""Raised when the same file would become other rows: what an older version made is not used."""

_MAX_BATCH, _MIN_BATCHES = 256, 32  # sources per batch; batches, if there are enough sources
_MAX_SIDE_FILE_BYTES = 1 << 20  # of notes and of mappings; larger files are refused when they are read


class SourceTask(msgspec.Struct, frozen=True, kw_only=True):
    """One source to read.

    Attributes:
        source: path or URL. data: its bytes, if the worker cannot read it. format: an importer's name; None: recognised
            by the content. mappings: path of the user's mappings, "" for none. known: the fingerprint that the
            catalogue has; an unchanged source is not read again. places: of notes that count.
        rules: of the user, for the calls.
        calls: those of each run, packed, if the source was read; then only its rows are made.
        effects: of the unknown tools in these calls, as all sources show them.
    """

    source: str
    data: bytes | None = None
    format: str | None = None
    mappings: str = ""
    known: str = ""
    places: NotesPlaces = NO_PLACES
    rules: tuple[Rule, ...] = ()
    calls: tuple[bytes, ...] = ()
    effects: dict[str, Effect] = {}


class SourceBatch(msgspec.Struct, frozen=True):
    """Sources that one worker reads one after the other; `number`: index of the batch."""

    number: int
    tasks: tuple[SourceTask, ...]


class IndexedSource(msgspec.Struct, frozen=True, kw_only=True):
    """The result of reading a source.

    Attributes:
        fingerprint: three parts with hyphens between them: of its bytes, of its companions, its format.
        runs: how many it has; UNCHANGED if it was not read again.
        problem: why it could not be read; "" if it could. unknown_format: whether its format is unknown, so that it may
            not be a run.
        evidence: what its runs show of tools whose names do not show their effect, encoded; empty if they have none.
            Its rows are made when all sources have been read.
    """

    source: str
    fingerprint: str = ""
    runs: int = 0
    problem: str = ""
    unknown_format: bool = False
    evidence: bytes = b""


class SourceEvidence(msgspec.Struct, frozen=True):
    """What the runs of a source show of the effects of tools. unknown: the tools whose names do not show it, sorted."""

    unknown: tuple[str, ...]
    runs: tuple[EffectEvidence, ...]


class IndexedBatch(msgspec.Struct, frozen=True):
    """The result of a batch: its sources in order, and the packed rows and the logs of their runs.

    `part` is empty if there are no rows, `logs` if no source was read.
    """

    number: int
    sources: tuple[IndexedSource, ...]
    part: bytes
    logs: tuple[PackedLog, ...] = ()


UNCHANGED = -1


def batches_of(tasks: Sequence[SourceTask], first_number: int = 0) -> list[SourceBatch]:
    """Group the tasks into batches: small enough for many workers, large enough that there are not too many."""
    size = max(1, min(_MAX_BATCH, len(tasks) // _MIN_BATCHES))
    return [
        SourceBatch(number, tuple(tasks[first : first + size]))
        for number, first in enumerate(range(0, len(tasks), size), first_number)
    ]


def index_batch(batch: SourceBatch) -> IndexedBatch:
    """Read the sources of a batch. Never raises ReplayError: the result holds the problems."""
    sources, parts, logs = list[IndexedSource](), list[CataloguePart](), list[PackedLog]()
    with tempfile.TemporaryDirectory(prefix="replay-gui-conversions-") as folder:
        for number, task in enumerate(batch.tasks):
            indexed, part, packed = _rows_of_calls(task) if task.calls else _indexed(task, Path(folder, str(number)))
            sources.append(indexed)
            if part is not None:
                parts.append(part)
            logs += packed
    return IndexedBatch(batch.number, tuple(sources), join_parts(parts).packed() if parts else b"", tuple(logs))


def _indexed(task: SourceTask, conversions: Path) -> tuple[IndexedSource, CataloguePart | None, list[PackedLog]]:
    """Read a source; `conversions`: a folder for its conversions, which is created if needed, then removed."""
    try:
        with local_file(task.source, task.data) as path:
            fingerprint, companions = _fingerprint(task, path)
            if fingerprint == task.known:
                return IndexedSource(source=task.source, fingerprint=fingerprint, runs=UNCHANGED), None, []
            part, logs, evidence = _read(task, path, str(conversions), companions)
        indexed = IndexedSource(source=task.source, fingerprint=fingerprint, runs=len(logs), evidence=evidence)
        return indexed, part, logs
    except ReplayError as why:
        unknown = isinstance(why, FormatUnknown)
        return IndexedSource(source=task.source, problem=str(why), unknown_format=unknown), None, []
    finally:
        if exists(conversions):
            shutil.rmtree(conversions, ignore_errors=True)


def _read(
    task: SourceTask, path: str, conversions: str, companions: str
) -> tuple[CataloguePart | None, list[PackedLog], bytes]:
    """Return the rows of a source, None if they depend on other sources; its logs; its evidence, see IndexedSource."""
    files = run_files(path, conversions, format=task.format, mappings=task.mappings or None, places=task.places)
    if path != task.source:  # the name of the source, not of the copy
        files = [
            msgspec.structs.replace(file, given=file.given.replace(path, task.source, 1), notes=()) for file in files
        ]
    rules = CallRules(task.rules)
    read = [read_calls(file, rules) for file in files]
    logs, calls = list[PackedLog](), list[RunCalls]()
    for one, file in zip(read, files, strict=True):
        run = with_facts(one.calls.run, file)
        if run.problem:
            raise _Unreadable(run.problem)
        log, digest = pack_log(file)
        logs.append(log)
        run = msgspec.structs.replace(
            run,
            given=writable_name(run.given),
            name=writable_name(run.name),
            unused_notes="",
            companions=companions,
            kept_log=digest,
        )
        calls.append(msgspec.structs.replace(one.calls, run=run))
    unknown = {tool for one in read for tool in one.unknown}
    if not unknown:
        return part_of([one.profile({}) for one in calls], task.source), logs, b""
    logs = [msgspec.structs.replace(log, calls=one.packed()) for log, one in zip(logs, calls, strict=True)]
    shown = SourceEvidence(tuple(sorted(unknown)), tuple(one.evidence for one in read))
    return None, logs, msgspec.msgpack.encode(shown)


def _rows_of_calls(task: SourceTask) -> tuple[IndexedSource, CataloguePart | None, list[PackedLog]]:
    """Return the rows of a source that was read."""
    try:
        calls = [unpack_calls(of_run) for of_run in task.calls]
    except DAMAGED:
        problem = f"{task.source}: its calls are damaged in the catalogue; delete that, and write it again"
        return IndexedSource(source=task.source, problem=problem), None, []
    part = part_of([of_run.profile(task.effects) for of_run in calls], task.source)
    return IndexedSource(source=task.source, runs=len(calls)), part, []


class _Unreadable(ReplayError):
    """A run of the source could not be read."""


def _fingerprint(task: SourceTask, path: str) -> tuple[str, str]:
    """Return the fingerprint of a source, and the digest of its companions."""
    with Source(path) as source:
        facts = f"{ROWS_VERSION} {task.format} {CallRules(task.rules).digest} {source.blake3()}"
        own = blake3(facts.encode()).hexdigest(length=16)
    digest, format, companions = blake3(), "", ""
    if path == task.source:
        known = task.known.split("-", 2)
        format = known[2] if known[0] == own else _format_of(path, task.format)
        companions = companions_of_file(path, format)
        digest.update(companions.encode())
        for notes in task.places.files_of(Path(path)):
            name = os.fsencode(notes)
            digest.update(b"%d:%b" % (len(name), name) + blake3(read_beginning(notes, _MAX_SIDE_FILE_BYTES)).digest())
    if task.mappings and is_file(task.mappings):
        digest.update(read_beginning(Path(task.mappings), _MAX_SIDE_FILE_BYTES))
    return f"{own}-{digest.hexdigest(length=16)}-{format}", companions


def _format_of(path: str, format: str | None) -> str:
    """Return the name of the format of a file; raise ReplayError if the format is unknown."""
    with Source(path) as source:
        if format is None and is_replay_log(source):
            return OWN_FORMAT
    return format or recognise(path).name


def companions_of_file(path: str, format: str) -> str:
    """Return the digest of the companions that the importer of this name reads with a file; "" if there are none."""
    importer = importer_named(format)
    if not isinstance(importer, ReadsCompanions):
        return ""
    with Source(path) as source, foreign_file(source) as file:
        return companions_digest(importer, file)
