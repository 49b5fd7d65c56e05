"""Run as a process of its own by window_numbers: uses the window like a user, and prints as JSON how long the window's
thread worked between two turns of its event loop, as pairs of its own time and of the bare pass.

loop_probe.py LOG CACHE [indexed]    opens LOG with this cache folder; `indexed`: its index is in there already
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from replay_gui.core.log.positions import Position
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.bare_pass import BarePass
from tests.benchmarks.figure import Pair, by_turns
from tests.benchmarks.turns import ThreadFloor, Turns, turn
from tests.benchmarks.window_probe import shown_window, wait

_MOVES = 400  # of the pointer, from one end of the timeline to the other
_MOVE = 0.008  # seconds between two moves
_SEEKS, _MEASURED = 60, 150
_VIEWS = 30  # ranges of the timeline, on each axis
_PATIENCE = 1200  # seconds


def scrub(timeline: Timeline, count: int, floor: ThreadFloor) -> list[Pair]:
    """Drag the position over the whole timeline; return the thread's own time from one move to the next.

    The floor is measured within some of them, too, for the turns of the event loop; that time is not counted.
    """
    height, left, right = timeline.height() / 2, timeline.x_of(0), timeline.x_of(count)
    no, held = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    _send(timeline, QEvent.Type.MouseButtonPress, QPointF(left, height), (held, held))
    works = []
    for x in np.linspace(left, right, _MOVES).tolist():
        last, spent = time.thread_time(), floor.spent
        _send(timeline, QEvent.Type.MouseMove, QPointF(x, height), (no, held))
        turn(_MOVE)
        work = time.thread_time() - last - (floor.spent - spent)
        works.append(Pair(work, floor()))
    _send(timeline, QEvent.Type.MouseButtonRelease, QPointF(right, height), (held, no))
    return works


def _send(timeline: Timeline, kind: QEvent.Type, at: QPointF, buttons: tuple[Qt.MouseButton, Qt.MouseButton]) -> None:
    modifiers = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(timeline, QMouseEvent(kind, at, timeline.mapToGlobal(at), *buttons, modifiers))


def seek(window: MainWindow, generator: random.Random, log: Path, count: int) -> list[Pair]:
    """Go to random positions, and wait at each until all is shown; return the process's CPU time for each."""
    session = window.session

    def shown() -> float:
        position, begun = Position(generator.randrange(session.index.count)), time.process_time()
        session.seek(position)
        wait(session.position_state_changed, lambda: _is_at(window, position))
        turn(0.05)
        return time.process_time() - begun

    return by_turns(shown, BarePass(log, 1000, time.process_time), count)


def _is_at(window: MainWindow, position: Position) -> bool:
    state = window.session.position_state
    return state is not None and state.position == position


def look(window: MainWindow, generator: random.Random) -> None:
    """Show ranges of all lengths."""
    session, count = window.session, window.session.index.count
    for _ in range(_VIEWS):
        start = generator.random() * count
        session.set_view(start, start + count ** generator.random())
        turn(0.03)
    session.fit_view()
    turn(0.03)


def measured(window: MainWindow, log: Path, is_indexed: bool) -> dict[str, list[Pair]]:
    session, generator = window.session, random.Random(3)
    window.build_pages()
    turn(0.5)  # the imports of the engine's thread
    turns = Turns(log)
    with turns.during("shown" if is_indexed else "read"):
        session.open(str(log))
        wait(session.position_state_changed, lambda: session.position_state is not None)
        if not is_indexed:
            wait(session.report_changed, lambda: session.report is not None, _PATIENCE)
        wait(session.progress_changed, lambda: session.index.complete and not session.working, _PATIENCE)
        turn(3)  # the totals, and what else comes in the end
    if not is_indexed:
        return turns.found
    with turns.during("scrubbed"):
        frames = scrub(window.run_view.timeline.timeline, session.index.count, turns.floor)
    with turns.during("sought"):
        seek(window, generator, log, _SEEKS)
    with turns.during("zoomed"):
        look(window, generator)
    with turns.during("zoomed along the clock"):
        session.set_axis("time")
        turn(0.3)
        look(window, generator)
    turns.stop()
    seeks = seek(window, generator, log, _MEASURED)
    return {**turns.found, "frames": frames, "seeks": seeks}


if __name__ == "__main__":
    with shown_window() as shown:
        print(json.dumps(measured(shown, Path(sys.argv[1]), "indexed" in sys.argv)))
