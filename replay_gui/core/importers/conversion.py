"""From a foreign file to replay logs."""

from __future__ import annotations

import os
import re
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import msgspec

from replay_gui.core.errors import EventInvalid, ImportRefused, LogUnreadable
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_progress import ImportProgress, OnProgress
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.importer import Importer
from replay_gui.core.importers.packed import unpacked
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.log_writer import LogWriter
from replay_gui.core.source import Source

SUFFIX = ".rlog"
NOT_WRITTEN = "x:import/not-written"

_LENGTH = struct.Struct("<I")
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Converted:
    """One run of a foreign file, as a log of its own.

    Attributes:
        path: the log. name, run_id: the run's. format: the importer's name. events: in the log.
        notes: what was not understood, left out or changed, in words. source_blake3: hex, of the foreign file.
    """

    path: Path
    name: str
    run_id: str
    format: str
    events: int
    notes: tuple[str, ...]
    source_blake3: str


def convert(path: str | os.PathLike[str], out: str | os.PathLike[str], format: str | None = None) -> list[Converted]:
    """Writes the runs of the file at `path`, the main one first.

    Args:
        out: the log to write, or a folder: one that exists, or is made where the file holds several runs.
        format: an importer's name; None: judged from the content.

    ImportRefused where the file is of no known format or a log would be overwritten, LogUnreadable where reading or
    writing fails. Logs appear whole or not at all.
    """
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise ImportRefused(f"{out}: exists already; give another name, or a folder")
    with Source(path) as source, unpacked(source) as inner:
        file = ForeignFile(inner)
        return convert_file(file, importer_for(file, format), out, source)


def convert_file(
    file: ForeignFile, importer: Importer, out: Path, source: Source, on_progress: OnProgress | None = None
) -> list[Converted]:
    """As `convert`, of an open file, which `source` is, or which was packed in it."""
    home = out if out.is_dir() else out.parent
    digest = source.blake3()
    progress = ImportProgress(file.source, on_progress)
    try:
        with tempfile.TemporaryDirectory(prefix=".import-", dir=home) as workshop, progress.reading():
            made = [
                _write_log(run, source, importer, digest, Path(workshop, f"{number}{SUFFIX}"), progress)
                for number, run in enumerate(importer.runs(file))
            ]
            if not made:
                raise ImportRefused(f"{source.path}: holds no run")
            targets = _targets(made, source, out)
            for target in targets:
                if target.exists():
                    raise ImportRefused(f"{target}: exists already; remove it or give another folder")
            targets[0].parent.mkdir(exist_ok=True)
            return [_put(one, target) for one, target in zip(made, targets, strict=True)]
    except OSError as why:
        raise LogUnreadable(f"{home}: cannot be written: {why.strerror or why}") from None


def _targets(made: list[Converted], source: Source, out: Path) -> list[Path]:
    if len(made) == 1:
        return [out / f"{source.path.stem}{SUFFIX}" if out.is_dir() else out]
    if out.suffix == SUFFIX:
        raise ImportRefused(f"{source.path}: holds {len(made)} runs; give a folder to write them to")
    width = len(str(len(made)))
    return [out / f"{number:0{width}}-{_UNSAFE.sub('-', one.name)[:80]}{SUFFIX}" for number, one in enumerate(made, 1)]


def _put(one: Converted, target: Path) -> Converted:
    os.replace(one.path, target)
    return replace(one, path=target)


def _write_log(
    run: ImportedRun, source: Source, importer: Importer, digest: str, path: Path, progress: ImportProgress
) -> Converted:
    # What could not be understood is known at the end only, and belongs in the header: so the events wait in a file.
    with tempfile.TemporaryFile(dir=path.parent) as waiting:
        last_time = _put_by(run, waiting)
        notes = run.notes.sentences()
        facts: dict[str, Any] = {
            "run_id": run.run_id,
            "agent": run.agent,
            "source": {
                **run.source,
                "format": importer.name,
                "name": source.path.name.encode("utf-8", "replace").decode(),
                "blake3": digest,
                "size": source.size,
                "notes": list(notes),
            },
        }
        if run.own_hashes is not None:
            facts["source"]["own_hashes"] = run.own_hashes.facts()
        if run.created is not None:
            facts["created"] = run.created
        # State is derived here, by nobody but this program: a recorded state hash would vouch for nothing.
        writer = LogWriter(path, facts, state_hash_every=0)
        try:
            whole = os.fstat(waiting.fileno()).st_size
            for event in _taken_up(waiting):
                _append(writer, event)
                progress.wrote(waiting.tell(), whole)
            writer.seal(last_time if last_time is not None else run.created or 0)
        finally:
            writer.close()
        return Converted(path, run.name, run.run_id, importer.name, writer.count, notes, digest)


def _append(writer: LogWriter, event: ImportedEvent) -> None:
    try:
        writer.append(event.kind, event.payload, event.meta)
    except EventInvalid as why:
        # Its place must be kept, for later events name their parents by number.
        meta: dict[str, Any] = {name: event.meta[name] for name in ("line", "time", "parent") if name in event.meta}
        writer.append(NOT_WRITTEN, {"kind": event.kind, "reason": str(why)}, meta)


def _put_by(run: ImportedRun, waiting: IO[bytes]) -> int | None:
    """Writes the run's events to a passing file; returns the latest time that one of them has (ns)."""
    latest: int | None = None
    encode = msgspec.msgpack.Encoder().encode
    for event in run.events:
        raw = encode((event.kind, event.payload, event.meta))
        waiting.write(_LENGTH.pack(len(raw)))
        waiting.write(raw)
        time = event.meta.get("time")
        if isinstance(time, int) and (latest is None or time > latest):
            latest = time
    waiting.seek(0)
    return latest


def _taken_up(waiting: IO[bytes]) -> Iterator[ImportedEvent]:
    decode = msgspec.msgpack.Decoder().decode
    while head := waiting.read(_LENGTH.size):
        value: Any = decode(waiting.read(*_LENGTH.unpack(head)))
        yield ImportedEvent(*value)
