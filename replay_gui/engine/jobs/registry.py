"""What worker processes do: each job reads the log itself, and answers with what msgpack can hold.

Those that every log needs are here, and ready at once; the others are imported when one is first wanted, so that a
worker begins in half the time.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
from msgspec import MsgspecError

from replay_gui.core.errors import NotCanonical
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, Built, IndexBuilder
from replay_gui.core.index.index_cache import finish
from replay_gui.core.index.record_columns import RecordColumns, write_chain
from replay_gui.core.log.canonical import check_limits
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.snapshot_store import Entry, SnapshotReader
from replay_gui.core.state.state import EMPTY, State
from replay_gui.core.verification.integrity import Boundary
from replay_gui.core.verification.passes import (
    IntegritySlice,
    StatesSlice,
    check_applicable,
    check_integrity,
    check_states,
)
from replay_gui.engine.jobs.worker import PART_PAUSE, Job, Report

BOUNDARIES = 64  # places in a log at which its rest may be handed to another worker

# Jobs make millions of objects and hardly a cycle: collecting would only read them all again and again.
gc.disable()


def index(args: dict[str, Any], report: Report) -> Built:
    """Builds the index and snapshots of the log at `path` in `folder`; every part tells how far they reach.

    `whole`: whether that is all of it, and not an integrity pass makes the columns of the records.
    """
    quiet_until = 0.0
    with EventLog.open(args["path"]) as log:
        folder = Path(args["folder"])
        builder = IndexBuilder(log, folder, with_records=args["whole"])

        def on_progress(offset: int) -> None:
            nonlocal quiet_until
            report.progress(offset, log.source.size)
            if time.monotonic() >= quiet_until:
                report.part(replace(builder.built(), not_applied=()))
                quiet_until = time.monotonic() + PART_PAUSE

        built = builder.run(on_progress)
        if args["whole"]:
            finish(folder, log, built)
        return built


def join(args: dict[str, Any], report: Report) -> Built:
    """Completes the index in `folder` that two passes have made; `built`: what that of the index came to."""
    folder = Path(args["folder"])
    write_chain(folder)
    built = msgspec.convert(args["built"], Built)
    with EventLog.open(args["path"]) as log:
        finish(folder, log, built)
    return built


def integrity(args: dict[str, Any], report: Report) -> IntegritySlice:
    """Checks links and form from `start` to about byte `stop`, or to just before place `stop_place`.

    `columns`: the folder to leave the columns of the records in, or None.
    """
    start = Boundary(*args["start"])
    with EventLog.open(args["path"]) as log, ExitStack() as files:
        columns = RecordColumns(Path(args["columns"]), start.event_index) if args["columns"] is not None else None
        if columns is not None:
            files.callback(columns.close)
        total = (args["stop"] or log.source.size) - start.offset

        def on_progress(offset: int) -> None:
            report.progress(offset - start.offset, total)

        return check_integrity(log, start, args["stop"], args["stop_place"], on_progress, columns)


def states(args: dict[str, Any], report: Report) -> StatesSlice:
    """Compares recorded state hashes from the last snapshot of `line` (empty: the start) to place `stop`."""
    with EventLog.open(args["path"]) as log:
        begin = _begin(log, args)
        total = log.source.size - begin[1]
        return check_states(log, begin, args["stop"], lambda at: report.progress(at - begin[1], total))


def _begin(log: EventLog, args: dict[str, Any]) -> tuple[int, int, State]:
    """Place, offset and state to begin with; with the empty state for a bad snapshot, the slices will not link."""
    if not args["line"]:
        return 0, len(log.header.raw), EMPTY
    line = [Entry(*entry) for entry in args["line"]]
    file = Path(args["folder"]) / SNAPSHOTS_FILE
    reader = SnapshotReader(file, {entry.position: entry.chain for entry in line}.get)
    reader.use(file, line)
    loaded = reader.load(line[-1].position)
    return line[-1].position, args["offset"], loaded.state if loaded is not None and _is_sound(loaded.state) else EMPTY


def _is_sound(state: State) -> bool:
    """Whether a state that was read back holds nothing that no log can have put there, in its packed members too."""
    try:
        check_limits(state.plain())
    except (NotCanonical, MsgspecError, RecursionError):
        return False
    return True


def applicable(args: dict[str, Any], report: Report) -> StatesSlice:
    """Replays a log without recorded hashes. Parts: Boundary, about BOUNDARIES of them."""
    told = 0
    with EventLog.open(args["path"]) as log:

        def on_boundary(boundary: Boundary) -> None:
            nonlocal told
            if boundary.offset >= told + log.source.size // BOUNDARIES:
                told = boundary.offset
                report.part(boundary)
            report.progress(boundary.offset, log.source.size)

        return check_applicable(log, on_boundary)


def file_hash(args: dict[str, Any], report: Report) -> str:
    """BLAKE3 of the whole file, hex."""
    with EventLog.open(args["path"]) as log:
        return log.source.blake3()


def _of(module: str, name: str) -> Job:
    """The job that a module of the engine has by this name."""

    def run(args: dict[str, Any], report: Report) -> Any:
        job: Job = getattr(import_module(f"replay_gui.engine.jobs.{module}"), name)
        return job(args, report)

    return run


JOBS: Mapping[str, Job] = {
    "index": index,
    "join": join,
    "integrity": integrity,
    "states": states,
    "applicable": applicable,
    "file_hash": file_hash,
    "convert": _of("convert_job", "convert"),
    "compare": _of("compare_job", "compare_runs"),
    "forget": _of("compare_job", "forget_runs"),
    "find": _of("search_job", "find_text"),
    "survey": _of("survey_job", "survey_runs"),
    "sample": _of("survey_job", "take_sample"),
    "formats": _of("survey_job", "list_formats"),
    "totals": _of("totals_job", "sum_up"),
    "report": _of("report_job", "make_report"),
}
