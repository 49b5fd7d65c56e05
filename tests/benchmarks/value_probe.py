"""Run as a process of its own by window_numbers: how soon a key goes to the next change of a value, as JSON.

value_probe.py LOG CACHE    opens LOG with this cache folder
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from replay_gui.core.index.index_columns import KEY_COLUMN
from replay_gui.core.log.positions import Position
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.figure import Pair
from tests.benchmarks.window_probe import CACHE, shown_window, wait

_TURNS, _KEYS = 10, 20  # presses of one key, then of the other


def pressed(window: MainWindow, press: Callable[[], None]) -> float:
    """Seconds of the thread's own time from a key press to the position that follows."""
    before, begun = window.session.position, time.thread_time()
    press()
    took = time.thread_time() - begun
    assert window.session.position != before
    wait(window.session.position_state_changed, lambda: _is_shown(window))
    return took


def _is_shown(window: MainWindow) -> bool:
    state = window.session.position_state
    return state is not None and state.position == window.session.position


def measured(window: MainWindow) -> dict[str, Any]:
    session, alt = window.session, Qt.KeyboardModifier.AltModifier
    window.build_pages()
    session.open(sys.argv[1])
    wait(session.report_changed, lambda: session.report is not None)
    session.seek(Position(session.index.count // 2))
    wait(session.position_state_changed, lambda: _is_shown(window))
    panel = window.run_view.state
    panel.show_value(("memory",))
    begun = time.monotonic()
    wait(panel.trace.changed, lambda: not panel.trace.tracing)
    looked_up = time.monotonic() - begun
    events = window.run_view.events.view
    changes: list[float] = []
    steps: list[float] = []
    for _ in range(_TURNS):
        panel.view.setFocus()
        changes += [pressed(window, lambda: QTest.keyClick(panel.view, Qt.Key.Key_Down, alt)) for _ in range(_KEYS)]
        events.setFocus()
        steps += [pressed(window, lambda: QTest.keyClick(events, Qt.Key.Key_Right)) for _ in range(_KEYS)]
    return {
        "bytes": sum(file.stat().st_size for file in Path(CACHE).rglob(KEY_COLUMN)),
        "looked_up": looked_up,
        "changes": len(panel.trace.indexes),
        "pair": Pair(float(np.percentile(changes, 95)), float(np.percentile(steps, 95))),
    }


if __name__ == "__main__":
    with shown_window() as shown:
        print(json.dumps(measured(shown)))
