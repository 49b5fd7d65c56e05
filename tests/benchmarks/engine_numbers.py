"""The numbers of ReplayEngine as a program uses it from Python: one process, in CPU time, so that others do no harm."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from types import SimpleNamespace

from replay_gui import EventLog, ReplayEngine
from replay_gui.core.log.scanner import Block
from replay_gui.core.state import state_hash
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash
from tests.benchmarks.bare_pass import A_TENTH, THOUSAND, BarePass, passes
from tests.benchmarks.figure import Figure, Pair, by_turns, p99, ratio, seconds, shown_time
from tests.benchmarks.logs.kinds_maker import KINDS, MANY_KEYS, QUICK, make_kind
from tests.benchmarks.logs.log_editor import make_edited
from tests.benchmarks.logs.log_maker import make_hashed, make_log

SEEKS = 300
_CALLS = (
    "import gc, sys, time; gc.disable(); from replay_gui import EventLog, ReplayEngine\n"
    "def call(a, b): list(ReplayEngine(a).detect_divergence(ReplayEngine(b)))\n"
    "for _ in range(4):\n"
    "    a, b = map(EventLog.open, sys.argv[1:]); begin = time.process_time(); call(a, b)\n"
    "    print(time.process_time() - begin)"
)


def cpu(action: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    return seconds(action, time.process_time)


def engine_verify(log: Path, small: Path) -> Iterator[Figure]:
    def verified() -> float:
        with EventLog.open(small) as opened:
            return cpu(lambda: ReplayEngine(opened).verify())

    pairs = by_turns(verified, BarePass(small, clock=time.process_time))
    yield ratio("engine.verify(), no state hashes recorded, CPU time", pairs, 1.5, A_TENTH)


def engine_verify_hashes(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        hashed = Path(folder) / "hashed.rlog"
        make_hashed(small, hashed, 10_000)

        def verified() -> float:
            state_hash._remembered.cache_clear()
            with EventLog.open(hashed) as opened:
                return cpu(lambda: ReplayEngine(opened).verify())

        pairs = by_turns(verified, lambda: _hashes_alone(hashed))
    note = f"{shown_time(median(pair.measured for pair in pairs) / 10_000)} an event"
    yield ratio("engine.verify(), 10,000 state hashes, CPU time", pairs, 1.5, "these hashes", note=note)


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

        def bare() -> float:
            return bare_a() + bare_b()

        def first_and_later() -> list[float]:
            command = [sys.executable, "-c", _CALLS, str(a), str(b)]
            done = subprocess.run(command, capture_output=True, check=True, text=True)
            return [*map(float, done.stdout.split())]

        compared()
        bare_a, bare_b = (BarePass(log, clock=time.process_time) for log in (a, b))
        pairs = by_turns(compared, bare)
        calls = [first_and_later() for _ in range(5)]
    yield ratio("detect_divergence, 40,000 events on either side, CPU time", pairs, 4, "both logs")
    pairs = [Pair(first, median(later)) for first, *later in calls]
    yield ratio("detect_divergence, the first call of a process, CPU time", pairs, 1.5, "a later call")


def engine_seek(log: Path, small: Path) -> Iterator[Figure]:
    """200,000 events, a state with 50,000 keys."""
    with tempfile.TemporaryDirectory() as folder:
        path = make_kind(Path(folder), MANY_KEYS, 200_000)
        with EventLog.open(path) as opened:
            engine, generator = ReplayEngine(opened), random.Random(1)
            engine.replay_all()
            bare = BarePass(path, 1000, time.process_time)
            pairs = by_turns(lambda: cpu(lambda: engine.seek(generator.randrange(200_000))), bare, SEEKS)
    note = f"median {shown_time(median(pair.measured for pair in pairs))}"
    yield ratio(
        "engine.seek, 200,000 events, 50,000 keys, CPU time, p99",
        pairs,
        passes(0.016, 1000),
        THOUSAND,
        of=p99,
        note=note,
    )


def kinds(log: Path, small: Path) -> Iterator[Figure]:
    """The replay of each kind of event beside that of the usual ones; each in bare passes over its own log."""
    with tempfile.TemporaryDirectory() as folder:
        usual = _replay(make_kind(Path(folder), QUICK))
        for name in KINDS:
            if name != QUICK:
                pairs = by_turns(_replay(make_kind(Path(folder), name)), usual)
                value = median(pair.measured / pair.floor for pair in pairs)
                seen = f"{median(pair.measured for pair in pairs):.2f} bare passes over their log"
                yield Figure(f"replay of {name}, CPU time", value, 1.5, QUICK, seen)


def _replay(log: Path) -> Callable[[], float]:
    """Return what measures the replay of a log, in bare passes over it."""
    bare = BarePass(log, clock=time.process_time)

    def replayed() -> float:
        with EventLog.open(log) as opened:
            reducer = BulkReducer()
            return cpu(lambda: [reducer.fold(part.contents) for part in opened.parts() if isinstance(part, Block)])

    return lambda: median(pair.measured / pair.floor for pair in by_turns(replayed, bare, 3))


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [
    engine_verify,
    engine_verify_hashes,
    engine_divergence,
    engine_seek,
    kinds,
]
