"""Run as a process of its own by import_numbers: opens a foreign file in the window, prints what it measured as JSON.

import_probe.py FILE CACHE    opens FILE with this cache folder, which knows nothing of it, and waits for the verdict
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from replay_gui.core.log.positions import Position
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.window_probe import Pulse, shown_window, wait


def main() -> None:
    with shown_window() as window:
        print(json.dumps(measured(window)))


def measured(window: MainWindow) -> dict[str, Any]:
    session = window.session
    pulse, begun = Pulse(), time.perf_counter()
    pulse.start()
    session.open(sys.argv[1])
    wait(session.index_changed, lambda: session.index.count > 0)
    session.seek(Position(session.index.count))
    wait(
        session.position_state_changed,
        lambda: session.position_state is not None and session.position_state.position == session.position,
    )
    window.grab()
    found: dict[str, Any] = {"shown": time.perf_counter() - begun, "shown_events": session.index.count}
    found["was_whole"] = session.index.complete
    wait(session.index_changed, lambda: session.index.complete, 600)
    found["whole"] = time.perf_counter() - begun
    wait(session.report_changed, lambda: session.report is not None, 600)
    found["held"] = pulse.longest
    session.seek(Position(session.index.count))
    wait(
        session.position_state_changed,
        lambda: session.position_state is not None and session.position_state.position == session.position,
    )
    found["events"] = session.index.count
    return found


if __name__ == "__main__":
    main()
