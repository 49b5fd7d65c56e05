"""Makes the rows of one source: what a worker does, on this computer or on another."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
from blake3 import blake3

from replay_gui.core.catalogue.part import part_of
from replay_gui.core.catalogue.sources import is_url, local_file
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.errors import FormatUnknown, ReplayError
from replay_gui.core.facts.run_notes import SUFFIX
from replay_gui.core.log.source import Source, read_beginning

ROWS_VERSION = 1
"""Raised when the same file would become other rows: what an older version made is not used."""

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


class IndexedSource(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a source.

    Attributes:
        fingerprint: of its bytes, of the notes beside it, and of how it was read. part: its rows, packed; empty where
            the source is unchanged or could not be read. problem: why not; "" if it could.
        unknown_format: whether it is of no known format, so perhaps no run at all.
    """

    source: str
    fingerprint: str = ""
    part: bytes = b""
    problem: str = ""
    unknown_format: bool = False


def index_source(task: SourceTask) -> IndexedSource:
    """Read a source and return its rows; never raises ReplayError: the result says what was wrong."""
    try:
        with local_file(task.source, task.data) as path:
            fingerprint = _fingerprint(task, path)
            if fingerprint == task.known:
                return IndexedSource(source=task.source, fingerprint=fingerprint)
            with tempfile.TemporaryDirectory(prefix="replay-gui-conversions-") as conversions:
                return IndexedSource(source=task.source, fingerprint=fingerprint, part=_rows(task, path, conversions))
    except ReplayError as why:
        unknown = isinstance(why, FormatUnknown)
        return IndexedSource(source=task.source, problem=str(why), unknown_format=unknown)


def _rows(task: SourceTask, path: str, conversions: str) -> bytes:
    files = run_files(path, conversions, format=task.format, mappings=task.mappings or None)
    if path != task.source:  # its name is that of the source, not of the copy
        files = [
            msgspec.structs.replace(file, given=file.given.replace(path, task.source, 1), notes="") for file in files
        ]
    made = list(profiles(files))
    broken = next((profile.run.problem for profile in made if profile.run.problem), "")
    if broken:
        raise _Unreadable(broken)
    return part_of(made, task.source).packed()


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
