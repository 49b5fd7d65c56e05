"""What worker processes do: each job reads the log itself, and answers with what msgpack can hold.

Those that every log needs are here, and ready at once; the others are imported when one is first wanted, so that a
worker begins in half the time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from msgspec import MsgspecError

from replay_gui.core.errors import NotCanonical
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, Built, IndexBuilder
from replay_gui.core.index.index_cache import finish
from replay_gui.core.index.record_columns import RecordColumns, write_chain
from replay_gui.core.log.canonical import check_limits
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.snapshot_store import SnapshotReader
from replay_gui.core.state.state import EMPTY, State
from replay_gui.core.verification.integrity import Boundary
from replay_gui.core.verification.passes import (
    IntegritySlice,
    StatesSlice,
    check_applicable,
    check_integrity,
    check_states,
)
from replay_gui.engine.jobs.job import PART_INTERVAL, Job, JobReporter, LazyJob
from replay_gui.engine.jobs.job_types import (
    FileHashArguments,
    IndexArguments,
    IntegrityArguments,
    JoinArguments,
    ReplayArguments,
    StatesArguments,
)

BOUNDARIES = 64  # places in a log at which its rest may be handed to another worker


def index(arguments: IndexArguments, reporter: JobReporter) -> Built:
    """Builds the index and snapshots of the log at `path` in `folder`; every part tells how far they reach.

    `whole`: whether that is all of it, and not an integrity pass makes the columns of the records.
    """
    quiet_until = 0.0
    with EventLog.open(arguments.path) as log:
        folder = Path(arguments.folder)
        builder = IndexBuilder(log, folder, with_records=arguments.whole)

        def on_progress(offset: int) -> None:
            nonlocal quiet_until
            reporter.progress(offset, log.source.size)
            if time.monotonic() >= quiet_until:
                reporter.part(replace(builder.built(), not_applied=()))
                quiet_until = time.monotonic() + PART_INTERVAL

        built = builder.run(on_progress)
        if arguments.whole:
            finish(folder, log, built)
        return built


def join(arguments: JoinArguments, reporter: JobReporter) -> Built:
    """Completes the index in `folder` that two passes have made; `built`: what that of the index came to."""
    folder = Path(arguments.folder)
    write_chain(folder)
    built = arguments.built
    with EventLog.open(arguments.path) as log:
        finish(folder, log, built)
    return built


def integrity(arguments: IntegrityArguments, reporter: JobReporter) -> IntegritySlice:
    """Checks links and form from `start` to about byte `stop`, or to just before place `stop_place`.

    `columns`: the folder to leave the columns of the records in, or None.
    """
    start = arguments.start
    with EventLog.open(arguments.path) as log, ExitStack() as files:
        columns = RecordColumns(Path(arguments.columns), start.event_index) if arguments.columns is not None else None
        if columns is not None:
            files.callback(columns.close)
        total = (arguments.stop or log.source.size) - start.offset

        def on_progress(offset: int) -> None:
            reporter.progress(offset - start.offset, total)

        return check_integrity(log, start, arguments.stop, arguments.stop_index, on_progress, columns)


def states(arguments: StatesArguments, reporter: JobReporter) -> StatesSlice:
    """Compares recorded state hashes from the last snapshot of `line` (empty: the start) to place `stop`."""
    with EventLog.open(arguments.path) as log:
        begin = _begin(log, arguments)
        total = log.source.size - begin[1]
        return check_states(log, begin, arguments.stop, lambda at: reporter.progress(at - begin[1], total))


def _begin(log: EventLog, arguments: StatesArguments) -> tuple[int, int, State]:
    """Place, offset and state to begin with; with the empty state for a bad snapshot, the slices will not link."""
    if not arguments.line:
        return 0, len(log.header.raw), EMPTY
    line = list(arguments.line)
    file = Path(arguments.folder) / SNAPSHOTS_FILE
    reader = SnapshotReader(file, {entry.position: entry.chain for entry in line}.get)
    reader.use(file, line)
    loaded = reader.load(line[-1].position)
    return (
        line[-1].position,
        arguments.offset,
        loaded.state if loaded is not None and _is_sound(loaded.state) else EMPTY,
    )


def _is_sound(state: State) -> bool:
    """Whether a state that was read back holds nothing that no log can have put there, in its packed members too."""
    try:
        check_limits(state.plain())
    except (NotCanonical, MsgspecError, RecursionError):
        return False
    return True


def applicable(arguments: ReplayArguments, reporter: JobReporter) -> StatesSlice:
    """Replays a log without recorded hashes. Parts: Boundary, about BOUNDARIES of them."""
    told = 0
    with EventLog.open(arguments.path) as log:

        def on_boundary(boundary: Boundary) -> None:
            nonlocal told
            if boundary.offset >= told + log.source.size // BOUNDARIES:
                told = boundary.offset
                reporter.part(boundary)
            reporter.progress(boundary.offset, log.source.size)

        return check_applicable(log, on_boundary)


def file_hash(arguments: FileHashArguments, reporter: JobReporter) -> str:
    """BLAKE3 of the whole file, hex."""
    with EventLog.open(arguments.path) as log:
        return log.source.blake3()


_JOBS = "replay_gui.engine.jobs"

JOBS: Mapping[str, Job] = {
    "index": index,
    "join": join,
    "integrity": integrity,
    "states": states,
    "applicable": applicable,
    "file_hash": file_hash,
    "convert": LazyJob(f"{_JOBS}.convert_job", "convert"),
    "compare": LazyJob(f"{_JOBS}.compare_job", "compare_runs"),
    "forget": LazyJob(f"{_JOBS}.compare_job", "forget_runs"),
    "find": LazyJob(f"{_JOBS}.search_job", "find_text"),
    "survey": LazyJob(f"{_JOBS}.survey_job", "survey_runs"),
    "sample": LazyJob(f"{_JOBS}.survey_job", "take_sample"),
    "formats": LazyJob(f"{_JOBS}.survey_job", "list_formats"),
    "totals": LazyJob(f"{_JOBS}.totals_job", "sum_up"),
    "report": LazyJob(f"{_JOBS}.report_job", "make_report"),
}
