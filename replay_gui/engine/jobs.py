"""What worker processes do: each job reads the log itself, and answers with what msgpack can hold."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from replay_gui.core.importers.conversion_cache import cached_conversion
from replay_gui.core.index_builder import SNAPSHOTS_FILE, Built, IndexBuilder
from replay_gui.core.index_cache import finish
from replay_gui.core.integrity import Boundary
from replay_gui.core.log_reader import EventLog
from replay_gui.core.passes import IntegritySlice, StatesSlice, check_applicable, check_integrity, check_states
from replay_gui.core.snapshot_store import Entry, SnapshotReader
from replay_gui.core.state import EMPTY, State
from replay_gui.engine.worker import Job, Report

PART_PAUSE = 0.25  # seconds between two parts of an index; each costs the window a redraw

# Jobs make millions of objects and hardly a cycle: collecting would only read them all again and again.
gc.disable()


def index(args: dict[str, Any], report: Report) -> Built:
    """Builds the index and snapshots of the log at `path` in `folder`; every part tells how far they reach."""
    quiet_until = 0.0
    with EventLog.open(args["path"]) as log:

        def on_progress(built: Built) -> None:
            nonlocal quiet_until
            report.progress(built.offset, log.source.size)
            if time.monotonic() >= quiet_until:
                report.part(replace(built, not_applied=()))
                quiet_until = time.monotonic() + PART_PAUSE

        built = IndexBuilder(log, Path(args["folder"])).run(on_progress)
        finish(Path(args["folder"]), log, built)
        return built


def integrity(args: dict[str, Any], report: Report) -> IntegritySlice:
    """Checks links and form from `start` to about byte `stop`, or to just before place `stop_place`."""
    with EventLog.open(args["path"]) as log:
        start = Boundary(*args["start"])
        total = (args["stop"] or log.source.size) - start.offset
        return check_integrity(
            log, start, args["stop"], args["stop_place"], lambda at: report.progress(at - start.offset, total)
        )


def states(args: dict[str, Any], report: Report) -> StatesSlice:
    """Compares recorded state hashes from the snapshot `entry` (None: the start) to place `stop`."""
    with EventLog.open(args["path"]) as log:
        begin = _begin(log, args)
        total = log.source.size - begin[1]
        return check_states(log, begin, args["stop"], lambda at: report.progress(at - begin[1], total))


def _begin(log: EventLog, args: dict[str, Any]) -> tuple[int, int, State]:
    if args["entry"] is None:
        return 0, len(log.header.raw), EMPTY
    entry, keyframe = Entry(*args["entry"]), Entry(*args["keyframe"])
    file = Path(args["folder"]) / SNAPSHOTS_FILE
    reader = SnapshotReader(file, {entry.position: entry.chain, keyframe.position: keyframe.chain}.get)
    reader.use(file, [keyframe, entry])
    loaded = reader.load(entry.position)
    return entry.position, args["offset"], EMPTY if loaded is None else loaded[0]


def applicable(args: dict[str, Any], report: Report) -> StatesSlice:
    """Replays a log without recorded hashes. Parts: Boundary, one a block."""
    with EventLog.open(args["path"]) as log:

        def on_boundary(boundary: Boundary) -> None:
            report.part(boundary)
            report.progress(boundary.offset, log.source.size)

        return check_applicable(log, on_boundary)


def file_hash(args: dict[str, Any], report: Report) -> str:
    """BLAKE3 of the whole file, hex."""
    with EventLog.open(args["path"]) as log:
        return log.source.blake3()


def convert(args: dict[str, Any], report: Report) -> dict[str, Any]:
    """The log of a foreign file's main run, kept in the folder `cache`: {path, format, notes}."""
    made = cached_conversion(args["path"], args["cache"])
    return {"path": str(made.path), "format": made.format, "notes": made.notes}


JOBS: Mapping[str, Job] = {
    "index": index,
    "integrity": integrity,
    "states": states,
    "applicable": applicable,
    "file_hash": file_hash,
    "convert": convert,
}
