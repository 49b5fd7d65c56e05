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
from replay_gui.core.catalogue.part import CataloguePart, join_parts, part_of
from replay_gui.core.catalogue.sources import local_file
from replay_gui.core.contrast.call_rules import CallRules
from replay_gui.core.contrast.profiling import read_profile, run_files, with_facts
from replay_gui.core.divergence.rules.rules import Rule
from replay_gui.core.effects.effect import Effect, EffectFinding
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

ROWS_VERSION = 21
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
        observed: the effects of unknown tools, as other sources show them.
    """

    source: str
    data: bytes | None = None
    format: str | None = None
    mappings: str = ""
    known: str = ""
    places: NotesPlaces = NO_PLACES
    rules: tuple[Rule, ...] = ()
    observed: dict[str, Effect] = {}


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
        effects: of these tools, by which its runs were read.
    """

    source: str
    fingerprint: str = ""
    runs: int = 0
    problem: str = ""
    unknown_format: bool = False
    evidence: bytes = b""
    effects: dict[str, Effect] = {}


class SourceEvidence(msgspec.Struct, frozen=True):
    """What the runs of a source show of the effects of tools. unknown: the tools whose names do not show it, sorted."""

    unknown: tuple[str, ...]
    runs: tuple[EffectEvidence, ...]


class IndexedBatch(msgspec.Struct, frozen=True):
    """The result of a batch: its sources in order, and the packed rows and the logs of all their runs.

    `part` is empty if there is no run.
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
            indexed, part, packed = _indexed(task, Path(folder, str(number)))
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
            part, logs, shown = _rows(task, path, str(conversions), companions)
        indexed = IndexedSource(
            source=task.source,
            fingerprint=fingerprint,
            runs=len(part.runs),
            evidence=msgspec.msgpack.encode(shown) if shown.unknown else b"",
            effects={tool: task.observed[tool] for tool in shown.unknown if tool in task.observed},
        )
        return indexed, part, logs
    except ReplayError as why:
        unknown = isinstance(why, FormatUnknown)
        return IndexedSource(source=task.source, problem=str(why), unknown_format=unknown), None, []
    finally:
        if exists(conversions):
            shutil.rmtree(conversions, ignore_errors=True)


def _rows(
    task: SourceTask, path: str, conversions: str, companions: str
) -> tuple[CataloguePart, list[PackedLog], SourceEvidence]:
    """Return the rows of a source, its logs, and what its runs show of unknown tools."""
    files = run_files(path, conversions, format=task.format, mappings=task.mappings or None, places=task.places)
    if path != task.source:  # the name of the source, not of the copy
        files = [
            msgspec.structs.replace(file, given=file.given.replace(path, task.source, 1), notes=()) for file in files
        ]
    rules = CallRules(task.rules)
    observed = {tool: EffectFinding(effect, "", certain=False) for tool, effect in task.observed.items()}
    read = [read_profile(file, lambda _: observed, rules)[0] for file in files]
    made = [with_facts(one.latest.profile, file) for one, file in zip(read, files, strict=True)]
    broken = next((profile.run.problem for profile in made if profile.run.problem), "")
    if broken:
        raise _Unreadable(broken)
    logs = [pack_log(file) for file in files]
    kept = [
        msgspec.structs.replace(profile, run=msgspec.structs.replace(profile.run, kept_log=name, companions=companions))
        for profile, (_, name) in zip(made, logs, strict=True)
    ]
    unknown = {tool for one in read for tool in one.unknown}
    shown = SourceEvidence(tuple(sorted(unknown)), tuple(one.evidence for one in read))
    return part_of(kept, task.source), [log for log, _ in logs], shown


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
