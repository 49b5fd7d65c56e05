"""Convert a foreign file into replay logs."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from replay_gui.core.atomic_file import flush_folder, mode_of_inputs
from replay_gui.core.errors import EventInvalid, ImportRefused, LogUnreadable
from replay_gui.core.importers.exporting import write_with_findings
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_progress import ImportProgress, OnProgress
from replay_gui.core.importers.imported_run import ConvertedRun, GrowingLog, ImportedEvent, ImportedRun
from replay_gui.core.importers.importer import Importer
from replay_gui.core.importers.limits import LIMITS, Limits
from replay_gui.core.importers.packed import file_of, foreign_file
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import check_is_free, is_folder, reason_of
from replay_gui.core.recorder.log_writer import LogWriter
from replay_gui.core.translation.messages import tr

SUFFIX = ".rlog"
NOT_WRITTEN = "x:import/not-written"
MIN_GROWTH_BYTES = 1 << 16  # the least growth of a log between two calls of `on_grown`

OnGrown: TypeAlias = Callable[[GrowingLog], None]
"""Called when the main run's log has grown by MIN_GROWTH_BYTES, and when it is complete (sealed)."""

_WHOLE = ".whole"
_UNSAFE = re.compile(r"[^\w.-]+")


def convert(
    path: str | os.PathLike[str], out: str | os.PathLike[str], format: str | None = None, limits: Limits = LIMITS
) -> list[ConvertedRun]:
    """Write the runs of the file at `path`, the main one first.

    Args:
        out: the log to write, or a folder, which is created if the file holds several runs.
        format: the name of an importer, or None to recognise the format by the content.
        limits: the largest sizes that are read.

    Raises ImportRefused if the format is unknown, LogRefused if a log would be overwritten, LogUnreadable if reading
    or writing fails. A log is either written completely or not at all.
    """
    out = Path(out)
    if not is_folder(out):
        check_is_free(out)
    with Source(file_of(path)) as source, foreign_file(source, limits) as file:
        importer = importer_for(file, format)
        home = out if is_folder(out) else out.parent
        try:
            with tempfile.TemporaryDirectory(prefix=".import-", dir=home) as workshop:
                made = write_runs(file, importer, Path(workshop), source=source, digest=source.blake3())
                targets = _targets(made, source, out)
                for target in targets:
                    check_is_free(target)
                for converted in made:
                    write_with_findings(converted, converted.path.with_suffix(_WHOLE), mode_of_inputs([source.path]))
                targets[0].parent.mkdir(exist_ok=True)
                moved = [_move_to_target(converted, target) for converted, target in zip(made, targets, strict=True)]
                flush_folder(targets[0].parent)
                return moved
        except OSError as why:
            raise LogUnreadable(tr("{path}: cannot be written: {reason}", path=home, reason=reason_of(why))) from None


def write_runs(
    file: ForeignFile,
    importer: Importer,
    folder: Path,
    *,
    source: Source,
    digest: str,
    on_progress: OnProgress | None = None,
    on_grown: OnGrown | None = None,
) -> list[ConvertedRun]:
    """Write the runs of an open file to logs in a folder, the main run first; raise OSError if a log cannot be written.

    Each event is written at once, so a header cannot hold facts that are known only at the end of the run.

    Args:
        source: the file, or the archive that held it. digest: its BLAKE3 hash, hexadecimal.
        on_grown: not called if the hashes of the source have to be checked first, or if the log is smaller than
            MIN_GROWTH_BYTES.
    """
    progress = ImportProgress(file.source, on_progress)
    made = list[ConvertedRun]()
    with progress.count_reads():
        for run in importer.runs(file):
            path = folder / f"{len(made) + 1}{SUFFIX}"
            follower = on_grown if not made and run.own_hashes is None else None
            made.append(
                _write_log(
                    run,
                    source=source,
                    importer=importer,
                    digest=digest,
                    path=path,
                    progress=progress,
                    on_grown=follower,
                )
            )
    if not made:
        raise ImportRefused(tr("{path}: holds no run", path=source.path))
    return made


def write_one_run(
    file: ForeignFile, importer: Importer, folder: Path, *, source: Source, digest: str, name: str
) -> ConvertedRun:
    """Write the run of this name ("": the main run) to a log in a folder; raise ImportRefused if there is none."""
    for run in importer.runs(file):
        if name in ("", run.name):
            return _write_log(
                run,
                source=source,
                importer=importer,
                digest=digest,
                path=folder / f"1{SUFFIX}",
                progress=ImportProgress(file.source, None),
                on_grown=None,
            )
    raise ImportRefused(tr("{path}: holds no run {name!r} any more", path=source.path, name=name))


def _targets(made: list[ConvertedRun], source: Source, out: Path) -> list[Path]:
    if len(made) == 1:
        return [out / f"{source.path.stem}{SUFFIX}" if is_folder(out) else out]
    if out.suffix == SUFFIX:
        raise ImportRefused(
            tr("{path}: holds {count} runs; give a folder to write them to", path=source.path, count=len(made))
        )
    width = len(str(len(made)))
    return [
        out / f"{number:0{width}}-{_UNSAFE.sub('-', converted.name)[:80]}{SUFFIX}"
        for number, converted in enumerate(made, 1)
    ]


def _move_to_target(converted: ConvertedRun, target: Path) -> ConvertedRun:
    converted.path.with_suffix(_WHOLE).replace(target)
    return replace(converted, path=target)


def _write_log(
    run: ImportedRun,
    *,
    source: Source,
    importer: Importer,
    digest: str,
    path: Path,
    progress: ImportProgress,
    on_grown: OnGrown | None,
) -> ConvertedRun:
    events = iter(run.events)
    first = next(events, None)
    # Only this program derived the state, so a recorded state hash would be no proof.
    writer = LogWriter(path, _facts(run, first, source, importer, digest), state_hash_every=0)
    growing, latest, reported_size, is_followed = GrowingLog(path, run.name, importer.name), None, 0, False
    try:
        for event in events if first is None else chain([first], events):
            _append(writer, event)
            time = event.meta.get("time")
            if isinstance(time, int) and (latest is None or time > latest):
                latest = time
            if writer.size - reported_size >= MIN_GROWTH_BYTES:
                progress.add_written(writer.size - reported_size)
                reported_size = writer.size
                if on_grown is not None:
                    on_grown(growing)
                    is_followed = True
        writer.seal(latest if latest is not None else run.created or 0)
        progress.add_written(writer.size - reported_size)
        if on_grown is not None and is_followed:
            on_grown(growing)
    finally:
        writer.close()
    own = None if run.own_hashes is None else run.own_hashes.result()
    return ConvertedRun(
        path=path,
        name=run.name,
        run_id=run.run_id,
        format=importer.name,
        events=writer.count,
        notes=run.notes.sentences(),
        source_blake3=digest,
        own_hashes=own,
    )


def _facts(
    run: ImportedRun, first: ImportedEvent | None, source: Source, importer: Importer, digest: str
) -> dict[str, Any]:
    origin = {
        **run.source,
        "format": importer.name,
        "name": source.path.name.encode("utf-8", "replace").decode(),
        "blake3": digest,
        "size": source.size,
        **({"state": "recorded"} if run.state_recorded else {}),
    }
    init = first.payload if first is not None and first.kind == Kind.AGENT_INIT else {}
    facts = {"run_id": run.run_id, "agent": init.get("agent_type") or run.agent, "source": origin}
    return facts if run.created is None else {**facts, "created": run.created}


def _append(writer: LogWriter, event: ImportedEvent) -> None:
    try:
        writer.append(event.kind, event.payload, event.meta)
    except EventInvalid as why:
        # A replacement keeps its number: later events name their parents by number.
        meta: dict[str, Any] = {name: event.meta[name] for name in ("line", "time", "parent") if name in event.meta}
        writer.append(NOT_WRITTEN, {"kind": event.kind, "reason": str(why)}, meta)
