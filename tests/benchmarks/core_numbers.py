"""The numbers of the core and of its worker processes: no window."""

from __future__ import annotations

import atexit
import gc
import queue
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import IO

import msgpack
import msgspec
import pytest
from blake3 import blake3

from replay_gui import EventLog, Recorder, ReplayEngine
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, BuiltIndex, IndexBuilder
from replay_gui.core.index.index_cache import build_run_index
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.log.positions import Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.replay.snapshot_store import SnapshotReader
from replay_gui.core.replay.snapshots import SnapshotManager
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.answers import IndexGrew
from replay_gui.engine.jobs.job_messages import JobFailed, JobMessage
from replay_gui.engine.opening import user_cache
from replay_gui.engine.verification_controller import VerificationArguments, VerificationController
from replay_gui.engine.worker_pool import WorkerPool
from tests.benchmarks.bare_pass import THE_LOG, THOUSAND, BarePass, passes
from tests.benchmarks.figure import Figure, by_turns, p99, ratio, seconds, shown_time
from tests.helpers.talk import Talk

SEEKS = 300
_TURNS = 5
_APPENDED = 1000


@cache
def built(log: Path) -> tuple[EventLog, BuiltIndex, Path]:
    """The log with its index built in a folder that stays for this run."""
    folder = Path(tempfile.mkdtemp(prefix="replay-gui-index-"))
    atexit.register(shutil.rmtree, folder)
    opened = EventLog.open(log)
    result = IndexBuilder(opened, folder).run(lambda _: None)
    opened.use_offsets(build_run_index(IndexView(folder), result, complete=True).offset)
    gc.freeze()
    return opened, result, folder


def _replayer(log: Path) -> tuple[Replayer, int]:
    """A fresh one, with the snapshots on disk and none in memory."""
    opened, result, folder = built(log)
    chains = {entry.position: entry.chain for entry in result.snapshots}
    store = SnapshotReader(folder / SNAPSHOTS_FILE, chains.get)
    store.set_table(folder / SNAPSHOTS_FILE, list(result.snapshots))
    snapshots = SnapshotManager(store.load_state)
    snapshots.set_stored(sorted(chains))
    return Replayer(opened, snapshots), result.count


def index(log: Path, small: Path) -> Iterator[Figure]:
    """The pass that indexes a log and makes its snapshots; its bound is for 10 M events."""
    pairs = by_turns(lambda: _indexed(log), lambda: _indexed(small), 3)
    yield ratio("index and snapshots of ten times the events, CPU time", pairs, 11, "a tenth of the log")


def _indexed(log: Path) -> float:
    with tempfile.TemporaryDirectory(prefix="replay-gui-index-") as folder, EventLog.open(log) as opened:
        return seconds(lambda: IndexBuilder(opened, Path(folder)).run(lambda _: None), time.process_time)


def seek(log: Path, small: Path) -> Iterator[Figure]:
    replayer, count = _replayer(log)
    generator = random.Random(1)

    def from_disk_then_near() -> tuple[float, float]:
        position = generator.randrange(count)
        near = min(count, position + generator.randrange(500))
        return _reached(replayer, position), _reached(replayer, near)

    pairs = by_turns(from_disk_then_near, BarePass(log, 1000, time.process_time), SEEKS)
    for name, part in (("in memory", pairs[1::2]), ("from disk", pairs[::2])):
        note = f"median {shown_time(median(pair.measured for pair in part))}"
        name = f"seek to a random position, snapshot {name}, CPU time, p99"
        yield ratio(name, part, passes(0.016, 1000), THOUSAND, of=p99, note=note)


def step(log: Path, small: Path) -> Iterator[Figure]:
    replayer, count = _replayer(log)
    generator = random.Random(2)

    def there_and_back() -> list[float]:
        start = generator.randrange(1000, count - 1000)
        replayer.effect_at(Position(start))
        positions = (*range(start + 1, start + 201), *range(start + 199, start - 401, -1))
        return [_reached(replayer, position) for position in positions]

    pairs = by_turns(there_and_back, BarePass(log, 1000, time.process_time), 20)
    yield ratio("step forward or back one event, CPU time, p99", pairs, passes(0.005, 1000), THOUSAND, of=p99)


def _reached(replayer: Replayer, position: int) -> float:
    """CPU seconds to the state at a position, and what its event changed."""
    return seconds(lambda: replayer.effect_at(Position(position)), time.process_time)


def verify(log: Path, small: Path) -> Iterator[Figure]:
    pool = WorkerPool()
    pool.warm()
    try:
        pairs = by_turns(lambda: _verified(pool, log), BarePass(log))
    finally:
        pool.close()
    yield ratio("verify, 2 worker processes", pairs, 1.0, THE_LOG)
    with tempfile.TemporaryDirectory() as cache, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", cache)
        talk = Talk("replay_gui.engine.jobs.registry")
        talk.engine.start()
        runs = iter(range(_TURNS))
        try:
            pairs = by_turns(lambda: _indexed_and_verified(talk, log, next(runs) + 1), BarePass(log), _TURNS)
        finally:
            talk.engine.close()
    yield ratio("index and verify together", pairs, 1.6, THE_LOG)


def _verified(pool: WorkerPool, log: Path) -> float:
    """Seconds to a report."""
    messages: queue.SimpleQueue[tuple[VerificationArguments, JobMessage]] = queue.SimpleQueue()

    def submit(arguments: VerificationArguments) -> None:
        pool.submit(arguments.job, arguments, lambda message: messages.put((arguments, message)))

    start = time.perf_counter()
    with EventLog.open(log) as opened:
        work = VerificationController(opened, submit)
        work.start_with_replay()
        report = None
        while report is None:
            arguments, message = messages.get()
            if isinstance(message, JobFailed):
                raise RuntimeError(message.text)
            report = work.on_worker_message(arguments, message)
    if report.verdict != "VALID":
        raise RuntimeError(report.line)
    return time.perf_counter() - start


def _indexed_and_verified(talk: Talk, log: Path, run: int) -> float:
    """Seconds from opening a log that has no index to the report, by the engine as the window has it."""
    user_cache().clear()
    start = time.perf_counter()
    talk.open(log, run)
    index = talk.until(IndexGrew, lambda grew: grew.index.complete).index
    report = talk.until(VerificationReport)
    took = time.perf_counter() - start
    if report.verdict != "VALID" or index.count != report.events:
        raise RuntimeError(report.line)
    return took


def full_replay(log: Path, small: Path) -> Iterator[Figure]:
    with EventLog.open(small) as few, EventLog.open(log) as many:
        len(few), len(many)
        pairs = by_turns(lambda: _replayed(many, 1), lambda: _replayed(few, 10), 3)  # both take as long
    yield ratio("full replay of ten times the events, CPU time", pairs, 12, "a tenth of the log")


def _replayed(log: EventLog, times: int) -> float:
    """CPU seconds of one of these."""
    return seconds(lambda: [ReplayEngine(log).replay_all() for _ in range(times)], time.process_time) / times


def append(log: Path, small: Path) -> Iterator[Figure]:
    """Events of 300 bytes; the floor is as long as the bare pass over 1.8 records."""
    with tempfile.TemporaryDirectory() as folder, Recorder(path := Path(folder) / "run.rlog", "bench", "1", {}) as run:

        def record() -> None:
            for i in range(_APPENDED // 2):
                call = run.tool_request("search", {"q": f"planner ignores index {i}", "limit": 10})
                run.tool_response(call, {"hits": ["a" * 60, "b" * 60], "n": i})

        record()
        with EventLog.open(path) as recorded:
            events = [((event.kind, event.payload), event.state_hash, event.meta) for event in recorded]
        with Path(folder, "bare.rlog").open("ab", buffering=0) as file:
            pairs = by_turns(
                lambda: seconds(record, time.process_time) / _APPENDED,
                lambda: seconds(lambda: _write(events, file), time.process_time) / len(events),
                15,
            )
    yield ratio(
        "Recorder.append, with the state hash, not fsynced, CPU time",
        pairs,
        passes(40e-6, 1) / 1.8,
        "encode, hash and write it",
    )


def _write(events: Sequence[tuple[object, bytes | None, object]], file: IO[bytes]) -> None:
    """The least that recording takes: encode each event, hash it, and write it at once."""
    encode, pack = msgspec.msgpack.Encoder(order="deterministic").encode, msgpack.Packer().pack
    previous = b""
    for event, state, about in events:
        content, meta = encode(event), encode(about)
        previous = blake3(previous + content + (state or b"") + meta).digest()
        file.write(pack((content, state, meta, previous)))


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [seek, step, verify, full_replay, append]
