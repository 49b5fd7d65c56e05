"""Makes the rows of some sources: what a worker does, on this computer or on another."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from blake3 import blake3

from replay_gui.core.catalogue.part import CataloguePart, joined, part_of
from replay_gui.core.catalogue.sources import is_url, local_file
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.errors import FormatUnknown, ReplayError
from replay_gui.core.facts.run_notes import SUFFIX
from replay_gui.core.log.source import Source, read_beginning

ROWS_VERSION = 3
"""Raised when the same file would become other rows: what an older version made is not used."""

_MAX_BATCH, _MIN_BATCHES = 256, 32  # sources of a batch, and batches where there are enough sources
_MAX_SIDE_BYTES = 1 << 20  # of notes and of mappings; larger ones are refused when they are read


class SourceTask(msgspec.Struct, frozen=True, kw_only=True):
    """One source to read.

    Attributes:
        source: path or URL. data: its bytes, where the worker cannot read it. format: an importer's name; None: judged
            from the content. mappings: path of the user's mappings, "" for none. known: the fingerprint that the
            catalogue has; a source that still has it is not read again.
    """

    source: str
    data: bytes | None = None
    format: str | None = None
    mappings: str = ""
    known: str = ""


class SourceBatch(msgspec.Struct, frozen=True):
    """Sources that one worker reads one after the other; `number`: its place among the batches."""

    number: int
    tasks: tuple[SourceTask, ...]


class IndexedSource(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a source.

    Attributes:
        fingerprint: of its bytes, of the notes beside it, and of how it was read.
        runs: how many it has; UNCHANGED where it was not read again.
        problem: why it could not be read; "" if it could. unknown_format: whether it is of no known format, so perhaps
            no run at all.
    """

    source: str
    fingerprint: str = ""
    runs: int = 0
    problem: str = ""
    unknown_format: bool = False


class IndexedBatch(msgspec.Struct, frozen=True):
    """What became of a batch: its sources in order, and the rows of all their runs, packed; empty without any."""

    number: int
    sources: tuple[IndexedSource, ...]
    part: bytes


UNCHANGED = -1


def batches_of(tasks: Sequence[SourceTask]) -> list[SourceBatch]:
    """Return the tasks in batches: small enough for many workers, large enough that there are not too many."""
    size = max(1, min(_MAX_BATCH, len(tasks) // _MIN_BATCHES))
    return [
        SourceBatch(number, tuple(tasks[first : first + size]))
        for number, first in enumerate(range(0, len(tasks), size))
    ]


def index_batch(batch: SourceBatch) -> IndexedBatch:
    """Read the sources of a batch; never raises ReplayError: the result says what was wrong."""
    sources, parts = list[IndexedSource](), list[CataloguePart]()
    with tempfile.TemporaryDirectory(prefix="replay-gui-conversions-") as folder:
        for number, task in enumerate(batch.tasks):
            indexed, part = _indexed(task, Path(folder, str(number)))
            sources.append(indexed)
            if part is not None:
                parts.append(part)
    return IndexedBatch(batch.number, tuple(sources), joined(parts).packed() if parts else b"")


def _indexed(task: SourceTask, conversions: Path) -> tuple[IndexedSource, CataloguePart | None]:
    """Read a source; `conversions`: a folder for its conversions, which is made where it is needed, then removed."""
    try:
        with local_file(task.source, task.data) as path:
            fingerprint = _fingerprint(task, path)
            if fingerprint == task.known:
                return IndexedSource(source=task.source, fingerprint=fingerprint, runs=UNCHANGED), None
            part = _rows(task, path, str(conversions))
        return IndexedSource(source=task.source, fingerprint=fingerprint, runs=len(part.runs)), part
    except ReplayError as why:
        unknown = isinstance(why, FormatUnknown)
        return IndexedSource(source=task.source, problem=str(why), unknown_format=unknown), None
    finally:
        if conversions.exists():
            shutil.rmtree(conversions, ignore_errors=True)


def _rows(task: SourceTask, path: str, conversions: str) -> CataloguePart:
    files = run_files(path, conversions, format=task.format, mappings=task.mappings or None)
    if path != task.source:  # its name is that of the source, not of the copy
        files = [
            msgspec.structs.replace(file, given=file.given.replace(path, task.source, 1), notes="") for file in files
        ]
    made = list(profiles(files))
    broken = next((profile.run.problem for profile in made if profile.run.problem), "")
    if broken:
        raise _Unreadable(broken)
    return part_of(made, task.source)


class _Unreadable(ReplayError):
    """A run of the source could not be read."""


def _fingerprint(task: SourceTask, path: str) -> str:
    digest = blake3(f"{ROWS_VERSION} {task.format}\n".encode())
    with Source(path) as source:
        digest.update(source.blake3().encode())
    if not is_url(task.source):
        file = Path(path)
        for notes in sorted(file.parent.glob(f"{_escaped(file.name)}*{SUFFIX}")):
            if notes.is_file():
                digest.update(notes.name.encode("utf-8", "replace") + read_beginning(notes, _MAX_SIDE_BYTES))
    if task.mappings and Path(task.mappings).is_file():
        digest.update(read_beginning(Path(task.mappings), _MAX_SIDE_BYTES))
    return digest.hexdigest()


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
