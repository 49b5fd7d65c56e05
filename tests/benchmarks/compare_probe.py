"""Run as a process of its own by compare_numbers: compares two logs in the window, prints what it measured as JSON.

compare_probe.py A CACHE B [looks]    opens both with this cache folder, and waits for all causes; `looks`: for the
                                      verdicts, too, and looks at divergences then
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.bare_pass import BarePass
from tests.benchmarks.figure import Pair, by_turns
from tests.benchmarks.turns import Turns, turn
from tests.benchmarks.window_probe import shown_window, wait

_LOOKS = 100  # divergences that are chosen at random
_PATIENCE = 600  # seconds


def main() -> None:
    with shown_window() as window:
        print(json.dumps(measured(window, Path(sys.argv[1]), sys.argv[3], "looks" in sys.argv)))


def measured(window: MainWindow, log: Path, other: str, looks: bool) -> dict[str, Any]:
    window.build_pages()  # as app.py does once the first window is painted
    turn(0.5)
    comparison, turns, begun = window.comparison, Turns(log), time.perf_counter()
    seen: list[float] = []
    comparison.first_difference_seen.connect(lambda: seen.append(time.perf_counter() - begun))
    with turns.during("compared"):
        comparison.start(other, str(log))
        wait(comparison.compared_changed, lambda: comparison.fresh, _PATIENCE)
        found: dict[str, Any] = {"causes": time.perf_counter() - begun, "first": seen[0]}
        if looks:
            wait(comparison.step_changed, lambda: comparison.step is not None)
            for side in (comparison.a, comparison.b):
                wait(side.report_changed, lambda side=side: side.report is not None, _PATIENCE)
    if looks:
        found["looks"] = look(comparison, log)
        found["again"] = by_turns(lambda: compare_again(comparison), BarePass(log, 10_000), 1)
    return {**found, "turns": turns.found["compared"]}


def look(comparison: ComparisonSession, log: Path) -> list[Pair]:
    """Choose divergences, and return how soon their differences were shown."""
    generator = random.Random(5)

    def shown() -> float:
        comparison.select(0)
        wait(comparison.step_changed, lambda: comparison.settled)
        for side in (comparison.a, comparison.b):
            wait(side.position_state_changed, lambda side=side: side.position_state.position == side.position)
        asked = time.perf_counter()
        comparison.select_point(generator.randrange(comparison.point_count))
        wait(comparison.step_changed, lambda: comparison.step is not None and comparison.step.row == comparison.row)
        return time.perf_counter() - asked

    return by_turns(shown, BarePass(log, 10_000), _LOOKS)


def compare_again(comparison: ComparisonSession) -> float:
    """Compare by another rule; return the seconds until the result is shown."""
    asked = time.perf_counter()
    comparison.rules.add(Rule(Action.IGNORE, path="/edited"))
    wait(comparison.compared_changed, lambda: comparison.fresh, _PATIENCE)
    return time.perf_counter() - asked


if __name__ == "__main__":
    main()
