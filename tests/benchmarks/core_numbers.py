"""The numbers of the core and of its worker processes: no window."""

from __future__ import annotations

import gc
import queue
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

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
from tests.benchmarks.figure import Figure, p99, seconds
from tests.helpers.talk import Talk

SEEKS = 300
PAIRS = 5


def floor(log: Path, clock: Callable[[], float] = time.perf_counter) -> float:
    """The bare pass: msgpack scan, one blake3, one msgspec decode and re-encode a record, in one process; seconds."""
    data = log.read_bytes()
    decode = msgspec.msgpack.Decoder().decode
    encode = msgspec.msgpack.Encoder(order="deterministic").encode

    def bare() -> None:
        unpacker = msgpack.Unpacker(use_list=False, max_buffer_size=len(data))
        unpacker.feed(data)
        unpacker.skip()
        previous = b""
        for record in unpacker:
            if len(record) == 4:
                content, _, meta, hash_ = record
                blake3(previous + content + meta).digest()
                encode(decode(content))
                previous = hash_

    gc.disable()
    took = seconds(bare, clock=clock)
    gc.enable()
    return took


def in_floors(log: Path, took: Callable[[], float]) -> tuple[float, float]:
    """(in bare passes, in seconds) what something takes: the median of some pairs, for the machine's speed wavers.

    The bare pass is measured right before and after each.
    """
    pairs = []
    before = floor(log)
    for _ in range(PAIRS):
        this, after = took(), floor(log)
        pairs.append((2 * this / (before + after), this))
        before = after
    return sorted(pairs)[PAIRS // 2]


@cache
def built(log: Path) -> tuple[EventLog, BuiltIndex, Path]:
    """The log with its index built in a folder that stays for this run."""
    folder = Path(tempfile.mkdtemp(prefix="replay-gui-index-"))
    opened = EventLog.open(log)
    gc.disable()
    result = IndexBuilder(opened, folder).run(lambda _: None)
    gc.enable()
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


def seek(log: Path, small: Path) -> Iterator[Figure]:
    replayer, count = _replayer(log)
    generator = random.Random(1)
    cold, warm = [], []

    def took(position: int) -> float:
        """Milliseconds of CPU time, which other programs on the machine change least."""
        return 1000 * seconds(lambda: replayer.effect_at(Position(position)), clock=time.process_time)

    for _ in range(SEEKS):
        position = generator.randrange(count)
        cold.append(took(position))
        warm.append(took(min(count, position + generator.randrange(500))))
    for name, times in (("snapshot in memory", warm), ("snapshot from disk", cold)):
        note = f"median {sorted(times)[len(times) // 2]:.1f} ms"
        yield Figure(f"seek to a random position, {name}, CPU time, p99", p99(times), 16, "ms", note)


def step(log: Path, small: Path) -> Iterator[Figure]:
    replayer, count = _replayer(log)
    generator = random.Random(2)
    times = []
    for _ in range(20):
        position = generator.randrange(1000, count - 1000)
        replayer.effect_at(Position(position))
        for direction, steps in ((1, 200), (-1, 600)):
            for _ in range(steps):
                position += direction
                took = seconds(lambda: replayer.effect_at(Position(position)), clock=time.process_time)  # noqa: B023
                times.append(1000 * took)
    yield Figure("step forward or back one event, CPU time, p99", p99(times), 5, "ms")


def verify(log: Path, small: Path) -> Iterator[Figure]:
    pool = WorkerPool()
    pool.warm()
    try:
        ratio, took = in_floors(log, lambda: _verified(pool, log))
    finally:
        pool.close()
    yield Figure("verify, 2 worker processes", ratio, 1.0, "x", f"{took:.2f} s")
    with tempfile.TemporaryDirectory() as cache, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", cache)
        talk = Talk("replay_gui.engine.jobs.registry")
        talk.engine.start()
        runs = iter(range(PAIRS))
        try:
            ratio, took = in_floors(log, lambda: _indexed_and_verified(talk, log, next(runs) + 1))
        finally:
            talk.engine.close()
    yield Figure("index and verify together", ratio, 1.6, "x", f"{took:.2f} s")


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
        gc.disable()  # as the program has it
        pairs = []
        for _ in range(3):
            short = seconds(lambda: [ReplayEngine(few).replay_all() for _ in range(10)]) / 10  # as long as the other
            long = seconds(lambda: ReplayEngine(many).replay_all())
            pairs.append((long / short, long))
        gc.enable()
    ratio, took = sorted(pairs)[1]
    yield Figure("full replay, ten times the events", ratio, 12, "x", f"{took:.2f} s")


def append(log: Path, small: Path) -> Iterator[Figure]:
    calls = 1000
    with tempfile.TemporaryDirectory() as folder:
        run = Recorder(Path(folder) / "run.rlog", "bench", "1", {})

        def record() -> None:
            for i in range(calls):
                call = run.tool_request("search", {"q": f"planner ignores index {i}", "limit": 10})
                run.tool_response(call, {"hits": ["a" * 60, "b" * 60], "n": i})

        each = seconds(record, 5) / (2 * calls) * 1e6
        run.close()
    yield Figure("Recorder.append, 300 bytes, state hash on", each, 40, "µs")


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [seek, step, verify, full_replay, append]
