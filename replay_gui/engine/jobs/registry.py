"""The jobs of worker processes: each reads the log itself, and returns a value that msgpack can encode.

The jobs that every log needs are here; the others are imported when they are first run, so that a worker starts in
half the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from msgspec import MsgspecError

from replay_gui.core.errors import ReplayError
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, BuiltIndex, IndexBuilder
from replay_gui.core.index.index_cache import has_intact_snapshots, write_table
from replay_gui.core.index.index_columns import write_calls, write_run_clock
from replay_gui.core.index.record_columns import RecordColumns, write_chain
from replay_gui.core.log.canonical import check_limits
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, index_after
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
from replay_gui.engine.jobs.job import PART_GROWTH, Job, JobReporter, LazyJob, PartPacer
from replay_gui.engine.jobs.job_types import (
    FileHashArguments,
    IndexArguments,
    IntegrityArguments,
    JoinArguments,
    ReplayArguments,
    SnapshotsArguments,
    StatesArguments,
)

BOUNDARIES = 64  # points in a log from which another worker can take over


def build_index(arguments: IndexArguments, reporter: JobReporter) -> BuiltIndex:
    """Build the index and snapshots of a log; each part is the BuiltIndex so far."""
    pacer = PartPacer(growth=PART_GROWTH)
    with arguments.log.open() as log:
        folder = Path(arguments.folder)
        builder = IndexBuilder(log, folder, with_records=arguments.whole)

        def on_progress(offset: int) -> None:
            reporter.progress(offset, log.source.size)
            pacer.send(lambda: reporter.part(replace(builder.built(), not_applied=(), members=())))

        built = builder.run(on_progress)
        if arguments.whole:
            write_table(folder, log, built, arguments.changed_at, arguments.content)
        return built


def join_index(arguments: JoinArguments, reporter: JobReporter) -> BuiltIndex:
    """Complete an index that two passes have made."""
    folder = Path(arguments.folder)
    write_chain(folder)
    write_calls(folder)
    built = arguments.built
    write_run_clock(folder, built.count)
    with arguments.log.open() as log:
        write_table(folder, log, built, arguments.changed_at, arguments.content)
    return built


def verify_integrity(arguments: IntegrityArguments, reporter: JobReporter) -> IntegritySlice:
    """Check the links and the form of records; see IntegrityArguments."""
    start = arguments.start
    with arguments.log.open() as log, ExitStack() as files:
        columns = RecordColumns(Path(arguments.columns), start.event_index) if arguments.columns is not None else None
        if columns is not None:
            files.callback(columns.close)
        total = (arguments.stop_offset or log.source.size) - start.offset

        def on_progress(offset: int) -> None:
            reporter.progress(offset - start.offset, total)

        return check_integrity(
            log, start, arguments.stop_offset, arguments.stop_index, on_progress=on_progress, columns=columns
        )


def verify_states(arguments: StatesArguments, reporter: JobReporter) -> StatesSlice:
    """Compare recorded state hashes with those of a replay; see StatesArguments."""
    with arguments.log.open() as log:
        begin = _begin(log, arguments)
        total = log.source.size - begin[1]
        return check_states(log, begin, arguments.stop, lambda at: reporter.progress(at - begin[1], total))


def _begin(log: EventLog, arguments: StatesArguments) -> tuple[EventIndex, int, State]:
    """Return index, offset and state to begin with; for a bad snapshot the empty state, which the check detects."""
    if not arguments.line:
        return FIRST_EVENT, len(log.header.raw), EMPTY
    line = list(arguments.line)
    file = Path(arguments.folder) / SNAPSHOTS_FILE
    reader = SnapshotReader(file, {entry.position: entry.chain for entry in line}.get)
    reader.set_table(file, line)
    loaded = reader.load_state(line[-1].position)
    return (
        index_after(line[-1].position),
        arguments.offset,
        loaded.state if loaded is not None and _is_sound(loaded.state) else EMPTY,
    )


def _is_sound(state: State) -> bool:
    """Return whether a state that was read has only values that a log can have, in packed members too."""
    try:
        check_limits(state.plain())
    except (ReplayError, MsgspecError, RecursionError):
        return False
    return True


def verify_replay(arguments: ReplayArguments, reporter: JobReporter) -> StatesSlice:
    """Replay a log without recorded state hashes; the parts are about BOUNDARIES Boundary values."""
    with arguments.log.open() as log:
        step = log.source.size // BOUNDARIES
        next_boundary = step

        def on_boundary(boundary: Boundary) -> None:
            nonlocal next_boundary
            if boundary.offset >= next_boundary:
                next_boundary = boundary.offset + step
                reporter.part(boundary)
            reporter.progress(boundary.offset, log.source.size)

        log.source.hash_reads(log.header.raw)
        states = check_applicable(log, on_boundary, packed=arguments.packed)
        return replace(states, content=log.source.hash_of_reads())


def file_hash(arguments: FileHashArguments, reporter: JobReporter) -> str:
    """Return the BLAKE3 of the whole file, in hex."""
    with arguments.log.open() as log:
        return log.source.blake3()


def check_snapshots(arguments: SnapshotsArguments, reporter: JobReporter) -> bool:
    """Return whether the snapshot file of an index is intact."""
    return has_intact_snapshots(Path(arguments.folder))


_JOBS = "replay_gui.engine.jobs"

JOBS: Mapping[str, Job] = {
    "index": build_index,
    "join": join_index,
    "integrity": verify_integrity,
    "states": verify_states,
    "applicable": verify_replay,
    "file_hash": file_hash,
    "snapshots": check_snapshots,
    "convert": LazyJob(f"{_JOBS}.convert_job", "convert"),
    "compare": LazyJob(f"{_JOBS}.compare_job", "compare_runs"),
    "why": LazyJob(f"{_JOBS}.why_job", "find_reasons"),
    "forget": LazyJob(f"{_JOBS}.compare_job", "forget_runs"),
    "follow": LazyJob("replay_gui.engine.follower.follow_job", "follow"),
    "find": LazyJob(f"{_JOBS}.search_job", "find_text"),
    "evaluate": LazyJob(f"{_JOBS}.evaluation.evaluation_job", "evaluate_runs"),
    "group_failures": LazyJob(f"{_JOBS}.evaluation.failures_job", "compare_failures"),
    "query": LazyJob(f"{_JOBS}.query_job", "answer_query"),
    "locate_runs": LazyJob(f"{_JOBS}.places_job", "locate_runs"),
    "trace": LazyJob(f"{_JOBS}.values.trace_job", "trace_values"),
    "changes": LazyJob(f"{_JOBS}.values.changes_job", "list_changes"),
    "value_origin": LazyJob(f"{_JOBS}.values.origin_job", "find_value_origin"),
    "sessions": LazyJob(f"{_JOBS}.sources_job", "list_known_sessions"),
    "sample": LazyJob(f"{_JOBS}.sources_job", "take_sample"),
    "formats": LazyJob(f"{_JOBS}.sources_job", "list_formats"),
    "totals": LazyJob(f"{_JOBS}.evaluation.totals_job", "sum_up"),
    "marks": LazyJob(f"{_JOBS}.marks_job", "find_marks"),
    "report": LazyJob(f"{_JOBS}.report_job", "make_report"),
}
