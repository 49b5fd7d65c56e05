"""The numbers of ReplayEngine as a program uses it from Python: one process, in CPU time, so that others do no harm."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

from replay_gui import EventLog, ReplayEngine
from replay_gui.core.log.scanner import Block
from replay_gui.core.state import state_hash
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash
from tests.benchmarks.core_numbers import floor
from tests.benchmarks.figure import Figure, p99, seconds
from tests.benchmarks.kinds_maker import KINDS, MANY_KEYS, QUICK, make_kind
from tests.benchmarks.log_editor import make_edited
from tests.benchmarks.log_maker import make_hashed, make_log

PAIRS = 5
SEEKS = 300
_FIRST_CALL = (
    "import sys, time; from replay_gui import EventLog, ReplayEngine; a, b = map(EventLog.open, sys.argv[1:]);"
    "begin = time.process_time(); list(ReplayEngine(a).detect_divergence(ReplayEngine(b)));"
    "print(time.process_time() - begin)"
)


def in_pairs(measured: Callable[[], float], of_floor: Callable[[], float]) -> tuple[float, float]:
    """(the ratio, the seconds measured) of the pair with the median ratio; the two are measured in turn."""
    pairs = []
    before = of_floor()
    for _ in range(PAIRS):
        this, after = measured(), of_floor()
        pairs.append((2 * this / (before + after), this))
        before = after
    return sorted(pairs)[PAIRS // 2]


def cpu(action: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    return seconds(action, clock=time.process_time)


def engine_verify(log: Path, small: Path) -> Iterator[Figure]:
    def verified() -> float:
        with EventLog.open(small) as opened:
            return cpu(lambda: ReplayEngine(opened).verify())

    ratio, took = in_pairs(verified, lambda: floor(small, time.process_time))
    yield Figure("engine.verify(), no state hashes recorded", ratio, 1.5, "x", f"{took:.2f} s of CPU")


def engine_verify_hashes(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        hashed = Path(folder) / "hashed.rlog"
        make_hashed(small, hashed, 10_000)

        def verified() -> float:
            state_hash._remembered.cache_clear()
            with EventLog.open(hashed) as opened:
                return cpu(lambda: ReplayEngine(opened).verify())

        ratio, took = in_pairs(verified, lambda: _hashes_alone(hashed))
    note = f"{took / 10_000 * 1e6:.0f} µs an event"
    yield Figure("engine.verify(), all state hashes, to the hashes alone", ratio, 1.5, "x", note)


def _hashes_alone(log: Path) -> float:
    """CPU seconds to follow the changes of each event, and to take the hash; the changes are found outside of it."""
    draft, running, took = Draft(EMPTY), StateHash(), 0.0
    state_hash._remembered.cache_clear()
    with EventLog.open(log) as opened:
        for content in opened.contents():
            assert content is not None
            apply_content(draft, content)
            changes = [*draft.leaf_changes()]
            begin = time.process_time()
            running.add_changes(SimpleNamespace(leaf_changes=changes.__iter__))  # type: ignore[arg-type]  # all it asks for
            running.digest()
            took += time.process_time() - begin
    return took


def engine_divergence(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        a, b = Path(folder) / "a.rlog", Path(folder) / "b.rlog"
        make_log(a, 40_000, 4_000)
        make_edited(a, b, 400)

        def compared() -> float:
            with EventLog.open(a) as one, EventLog.open(b) as other:
                return cpu(lambda: [*ReplayEngine(one).detect_divergence(ReplayEngine(other))])

        compared()
        ratio, took = in_pairs(compared, lambda: floor(a, time.process_time) + floor(b, time.process_time))
        command = [sys.executable, "-c", _FIRST_CALL, str(a), str(b)]
        first = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(3)]
    yield Figure("detect_divergence, 40,000 events on either side", ratio, 4, "x", f"{took:.2f} s of CPU")
    yield Figure("its first call, to a later one", sorted(first)[1] / took, 1.5, "x")


def engine_seek(log: Path, small: Path) -> Iterator[Figure]:
    """200,000 events, a state with 50,000 keys; the floor is the bare pass over 2,048 events."""
    with tempfile.TemporaryDirectory() as folder:
        path = make_kind(Path(folder), MANY_KEYS, 200_000)
        with EventLog.open(path) as opened:
            engine, generator = ReplayEngine(opened), random.Random(1)
            engine.replay_all()
            keys = len(engine.state["memory"])
            before = floor(path, time.process_time)
            times = [cpu(lambda: engine.seek(generator.randrange(200_000))) for _ in range(SEEKS)]
            bare = (before + floor(path, time.process_time)) / 2 * 2048 / 200_000
    note = f"{1000 * p99(times):.1f} ms, {keys:,} keys"
    yield Figure("engine.seek, p99, to the bare pass over 2,048 events", p99(times) / bare, 4, "x", note)


def kinds(log: Path, small: Path) -> Iterator[Figure]:
    """The replay of each kind of event, to that of the usual ones; each in bare passes over its own log."""
    with tempfile.TemporaryDirectory() as folder:
        quick = _replay(make_kind(Path(folder), QUICK))
        for name in KINDS:
            if name != QUICK:
                ratio = _replay(make_kind(Path(folder), name)) / quick
                yield Figure(f"replay of {name}, to usual events", ratio, 1.5, "x")


def _replay(log: Path) -> float:
    """In bare passes."""

    def replayed() -> float:
        with EventLog.open(log) as opened:
            reducer = BulkReducer()
            return cpu(lambda: [reducer.fold(part.contents) for part in opened.parts() if isinstance(part, Block)])

    return in_pairs(replayed, lambda: floor(log, time.process_time))[0]


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [
    engine_verify,
    engine_verify_hashes,
    engine_divergence,
    engine_seek,
    kinds,
]
