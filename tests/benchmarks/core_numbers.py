"""The numbers of the core and of its worker processes: no window."""

from __future__ import annotations

import gc
import queue
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgpack
import msgspec
from blake3 import blake3

from replay_gui import EventLog, Recorder, ReplayEngine
from replay_gui.core.index_builder import SNAPSHOTS_FILE, Built, IndexBuilder
from replay_gui.core.index_cache import shown
from replay_gui.core.index_columns import IndexView
from replay_gui.core.replay import Replayer
from replay_gui.core.snapshot_store import SnapshotReader
from replay_gui.core.snapshots import SnapshotManager
from replay_gui.engine.processes import WorkerPool
from replay_gui.engine.verifying import Verifying
from tests.benchmarks.figure import Figure, p99, seconds

SEEKS = 300


@cache
def floor(log: Path) -> float:
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
    shortest = seconds(bare, 4)
    gc.enable()
    return shortest


@cache
def built(log: Path) -> tuple[EventLog, Built, Path]:
    """The log with its index built in a folder that stays for this run."""
    folder = Path(tempfile.mkdtemp(prefix="replay-gui-index-"))
    opened = EventLog.open(log)
    gc.disable()
    result = IndexBuilder(opened, folder).run(lambda _: None)
    gc.enable()
    opened.use_offsets(shown(IndexView(folder), result, complete=True).offset)
    gc.freeze()
    return opened, result, folder


def _replayer(log: Path) -> tuple[Replayer, int]:
    """A fresh one, with the snapshots on disk and none in memory."""
    opened, result, folder = built(log)
    chains = {entry.position: entry.chain for entry in result.snapshots}
    store = SnapshotReader(folder / SNAPSHOTS_FILE, chains.get)
    store.use(folder / SNAPSHOTS_FILE, list(result.snapshots))
    snapshots = SnapshotManager(store.load)
    snapshots.offer(sorted(chains))
    return Replayer(opened, snapshots), result.count


def seek(log: Path, small: Path) -> Iterator[Figure]:
    replayer, count = _replayer(log)
    generator = random.Random(1)
    cold, warm = [], []
    for _ in range(SEEKS):
        position = generator.randrange(count)
        cold.append(1000 * seconds(lambda: replayer.effect(position)))  # noqa: B023  called at once
        near = min(count, position + generator.randrange(500))
        warm.append(1000 * seconds(lambda: replayer.effect(near)))  # noqa: B023
    yield Figure("seek to a random position, snapshot in memory, p99", p99(warm), 16, "ms")
    yield Figure("seek to a random position, snapshot from disk, p99", p99(cold), 60, "ms")


def step(log: Path, small: Path) -> Iterator[Figure]:
    replayer, count = _replayer(log)
    generator = random.Random(2)
    times = []
    for _ in range(20):
        position = generator.randrange(1000, count - 1000)
        replayer.effect(position)
        for direction, steps in ((1, 200), (-1, 600)):
            for _ in range(steps):
                position += direction
                times.append(1000 * seconds(lambda: replayer.effect(position)))  # noqa: B023
    yield Figure("step forward or back one event, p99", p99(times), 5, "ms")


def verify(log: Path, small: Path) -> Iterator[Figure]:
    pool = WorkerPool()
    pool.warm()
    try:
        best = min(_verified(pool, log, None) for _ in range(4))
        yield Figure("verify, 2 worker processes", best / floor(log), 1.3, "x", f"{best:.2f} s")
        both = min(_indexed_and_verified(pool, log) for _ in range(3))
        yield Figure("index and verify together", both / floor(log), 2.0, "x", f"{both:.2f} s")
    finally:
        pool.close()


def _verified(pool: WorkerPool, log: Path, folder: Path | None) -> float:
    """Seconds to a report, the index built beside it where there is a folder for it."""
    messages: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()

    def submit(purpose: str, job: str, args: dict[str, Any]) -> None:
        pool.submit(job, args, lambda message: messages.put((purpose, message)))

    start = time.perf_counter()
    with EventLog.open(log) as opened:
        work = Verifying(opened, submit)
        if folder is None:
            work.start_with_replay()
        else:
            args = {"path": str(log), "folder": str(folder)}
            submit("index", "index", {**args, "contents": False})
            submit("contents", "contents", args)
            work.start_beside_index(with_contents=True)
        view, report = IndexView(folder or Path()), None
        while report is None:
            purpose, message = messages.get()
            if message["type"] == "failed":
                raise RuntimeError(message["text"])
            if purpose == "contents" and message["type"] == "done":
                report = work.contents_hashed()
            elif purpose == "index" and folder is not None:
                if message["type"] in ("part", "done"):
                    result, is_whole = msgspec.convert(message["value"], Built), message["type"] == "done"
                    offsets = shown(view, result, complete=is_whole).offset
                    report = work.index_built(result, str(folder), offsets) if is_whole else None
            else:
                report = work.hear(purpose, message)
    if report.verdict != "VALID":
        raise RuntimeError(report.line)
    return time.perf_counter() - start


def _indexed_and_verified(pool: WorkerPool, log: Path) -> float:
    folder = Path(tempfile.mkdtemp(prefix="replay-gui-index-"))
    try:
        return _verified(pool, log, folder)
    finally:
        shutil.rmtree(folder)


def full_replay(log: Path, small: Path) -> Iterator[Figure]:
    times = []
    for path in (small, log):
        with EventLog.open(path) as opened:
            len(opened)
            times.append(seconds(lambda: ReplayEngine(opened).replay_all(), 2))
    yield Figure("full replay, ten times the events", times[1] / times[0], 12, "x", f"{times[1]:.2f} s")


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
