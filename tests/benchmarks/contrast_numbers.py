"""The numbers of many runs: a catalogue of 10,000 and of 100,000 runs of 60 events, opened and contrasted."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from replay_gui.core.catalogue.catalogue_files import write_tables
from replay_gui.core.catalogue.indexing import ROWS_VERSION
from replay_gui.core.catalogue.part import CataloguePart, join_parts, part_of
from replay_gui.core.catalogue.reading import open_catalogue
from replay_gui.core.catalogue.writing import tables_of
from replay_gui.core.contrast.features.feature import Feature, FeatureKind, HeldFeature
from replay_gui.core.contrast.run_groups import tasks_of
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile, RunStep
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import separate_groups
from replay_gui.core.contrast.tasks import separate_within_tasks
from replay_gui.core.effects.effect import Effect
from replay_gui.core.facts.run_identity import RunIdentity
from replay_gui.core.facts.run_outcome import Outcome, RunResult
from replay_gui.core.log.positions import EventIndex
from tests.benchmarks.bare_pass import HUNDRED_THOUSAND, BarePass, passes
from tests.benchmarks.figure import Figure, by_turns, ratio, seconds
from tests.helpers.paths import ROOT

RUNS, DIFFERENT, CALLS, FIGURES = 10_000, 1_000, 22, 60
TIMES = 10


def contrast(log: Path, small: Path) -> Iterator[Figure]:
    bare = BarePass(log, 100_000, time.process_time)
    few, many = (_catalogue(count) for count in (RUNS, TIMES * RUNS))
    for folder, count, most in ((few, RUNS, 2), (many, TIMES * RUNS, 10)):
        pairs = by_turns(lambda: _cpu(lambda: open_catalogue(folder)), bare, 3)  # noqa: B023  called at once
        yield ratio(
            f"open a catalogue of {count:,} runs of 60 events, CPU time", pairs, passes(most, 100_000), HUNDRED_THOUSAND
        )
    runs, ten_times = open_catalogue(few), open_catalogue(many)
    pairs = by_turns(lambda: _separated(runs), bare)
    yield ratio(f"what separates {RUNS:,} runs, CPU time", pairs, passes(1, 100_000), HUNDRED_THOUSAND)
    pairs = by_turns(lambda: _separated(ten_times), lambda: _separated(runs), 3)
    yield ratio(f"what separates {TIMES * RUNS:,} runs, CPU time", pairs, 1.2 * TIMES, "a tenth of them")
    pairs = by_turns(lambda: _separated_within(ten_times), lambda: _separated_within(runs), 3)
    yield ratio(f"what separates {TIMES * RUNS:,} runs within tasks, CPU time", pairs, 1.2 * TIMES, "a tenth of them")
    yield Figure(f"memory for {TIMES * RUNS:,} runs", _memory(many), 1_000)


def _separated(runs: RunSet) -> float:
    return _cpu(lambda: separate_groups(runs.table, runs.outcomes))


def _separated_within(runs: RunSet) -> float:
    tasks = tasks_of(runs.runs, runs.outcomes)
    return _cpu(lambda: separate_within_tasks(runs.table, runs.outcomes, tasks))


def _cpu(action: Callable[[], object]) -> float:
    return seconds(action, time.process_time)


def _catalogue(count: int) -> Path:
    """A catalogue of so many runs, DIFFERENT of them made and repeated; it is made once and kept."""
    folder = Path(tempfile.gettempdir()) / "replay-gui-benchmarks" / f"catalogue-{ROWS_VERSION}-{count}"
    if not (folder / "catalogue.json").exists():
        dice = random.Random(1)
        parts = [_part(dice, task) for task in range(DIFFERENT // 20)]
        write_tables(folder, tables_of(join_parts(parts * (count // DIFFERENT))), ())
    return folder


def _part(dice: random.Random, task: int) -> CataloguePart:
    return part_of([_profile(dice, task, trial) for trial in range(20)], f"task {task}")


def _profile(dice: random.Random, task: int, trial: int) -> RunProfile:
    """22 calls, about 120 features; a planted fault in 40 % of the failing runs."""
    fails = dice.random() < 0.5
    found: dict[Feature, HeldFeature] = {}

    def hold(index: int, kind: FeatureKind, **members: str | int) -> None:
        feature = Feature(kind=kind, **members)  # type: ignore[arg-type]
        found.setdefault(feature, HeldFeature(feature, EventIndex(index)))

    steps = []
    for number in range(CALLS):
        tool, value, changes = f"tool_{dice.randrange(12)}", dice.randrange(40), number % 5 == 0
        request = f"{tool}-{value}".ljust(32, "0")
        steps.append(
            RunStep(
                index=EventIndex(2 * number + 1), tool=tool, effect=Effect.CHANGES if changes else Effect.READS,
                ok=True, request=request, answer=f"{dice.getrandbits(64):016x}", answer_size=100, label=f"id={value}",
                input=f'{{"id": {value}}}',
            )
        )  # fmt: skip
        kinds = (FeatureKind.DID, FeatureKind.CHANGED) if changes else (FeatureKind.READ, FeatureKind.READ_TOOL)
        hold(2 * number + 1, kinds[0], tool=tool, value=f"id={value}", number=int(changes), request=request)
        hold(2 * number + 1, kinds[1], tool=tool)
        if changes:
            hold(2 * number + 1, FeatureKind.CHANGED_WITH, tool=tool, path="/id", value=str(value))
    for _ in range(FIGURES):
        hold(30, FeatureKind.TOLD, value=str(dice.randrange(100, 3_000)))
    if fails and dice.random() < 0.4:
        hold(5, FeatureKind.CHANGED, tool="delete_account")
    run = EvaluatedRun(
        given=f"/runs/{task}/{trial}.rlog", name=f"{task}/{trial}", identity=RunIdentity(str(task), str(trial)),
        result=RunResult((Outcome(not fails, None, "tests", None),)), events=60, calls=CALLS, tokens=900, cost=0.01,
    )  # fmt: skip
    return RunProfile(run=run, steps=tuple(steps), features=tuple(found[feature] for feature in sorted(found)))


def _memory(folder: Path) -> float:
    """The most that a process of its own held, MB, to open a catalogue and contrast its runs."""
    command = [sys.executable, "-m", "tests.benchmarks.contrast_numbers", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Open the catalogue that is named, contrast its runs, and print what memory that took, MB."""
    runs = open_catalogue(Path(sys.argv[1]))
    separate_groups(runs.table, runs.outcomes)
    separate_within_tasks(runs.table, runs.outcomes, tasks_of(runs.runs, runs.outcomes))
    status = Path("/proc/self/status").read_text("utf-8")  # ru_maxrss would have that of the process that started this
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [contrast]

if __name__ == "__main__":
    main()
