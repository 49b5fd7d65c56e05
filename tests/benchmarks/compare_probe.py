"""Run as a process of its own by compare_numbers: compares two logs in the window, prints what it measured as JSON.

compare_probe.py A CACHE B    opens both with this cache folder, waits for the comparison, then looks at divergences
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.window_probe import Pulse, shown_window, wait

LOOKS = 100  # divergences that are chosen at random


def main() -> None:
    with shown_window() as window:
        print(json.dumps(measured(window)))


def measured(window: MainWindow) -> dict[str, Any]:
    comparison = window.comparison
    pulse, begun = Pulse(), time.perf_counter()
    pulse.start()
    comparison.start(sys.argv[3], sys.argv[1])
    wait(comparison.compared_changed, lambda: comparison.fresh, 600)
    found: dict[str, Any] = {"shown_after": time.perf_counter() - begun}
    wait(comparison.step_changed, lambda: comparison.step is not None)
    for side in (comparison.a, comparison.b):
        wait(side.report_changed, lambda side=side: side.report is not None, 600)
    assert comparison.compared is not None
    found["held"] = pulse.longest
    found["took"] = comparison.compared.took_ms / 1000
    found["points"] = comparison.point_count
    generator = random.Random(5)
    looks: list[float] = []
    states: list[float] = []
    for _ in range(LOOKS):
        comparison.select(0)
        wait(comparison.step_changed, lambda: comparison.settled)
        for side in (comparison.a, comparison.b):
            wait(side.position_state_changed, lambda side=side: side.position_state.position == side.position)
        asked = time.perf_counter()
        comparison.select_point(generator.randrange(comparison.point_count))
        wait(comparison.step_changed, lambda: comparison.step is not None and comparison.step.row == comparison.row)
        looks.append(time.perf_counter() - asked)
        wait(comparison.step_changed, lambda: comparison.settled)
        states.append(time.perf_counter() - asked)
    found["look"] = sorted(looks)[int(LOOKS * 0.99) - 1]
    found["look_median"] = sorted(looks)[LOOKS // 2]
    found["states_median"] = sorted(states)[LOOKS // 2]
    found["held_looking"] = pulse.longest
    asked = time.perf_counter()
    comparison.rules.add(Rule(Action.IGNORE, path="/edited"))
    wait(comparison.compared_changed, lambda: comparison.fresh, 600)
    found["again"] = time.perf_counter() - asked
    return found


if __name__ == "__main__":
    main()
