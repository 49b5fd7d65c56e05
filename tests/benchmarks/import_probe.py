"""Run as a process of its own by import_numbers: opens a foreign file in the window, prints what it measured as JSON.

import_probe.py FILE CACHE LOG    opens FILE with this cache folder, which knows nothing of it, and waits for the
                                  verdict; LOG is for the bare pass
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot

from replay_gui.core.log.positions import Position
from replay_gui.models.session import Session
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.turns import Turns, turn
from tests.benchmarks.window_probe import shown_window, wait


class ListPaint(QObject):
    """Notes that the list of events is painted; `painted` is emitted once it is.

    A picture of the window (QWidget.grab) would lay out and paint all of it in one turn, which the window does not.
    """

    painted = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.seen = False
        self._session = window.session
        window.run_view.events.view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._session.position_state is not None and not self.seen:
            self.seen = self._session.position_state.position > 0
            QTimer.singleShot(0, self._on_painted)
        return super().eventFilter(watched, event)

    @Slot()
    def _on_painted(self) -> None:
        if self.seen:
            self.painted.emit()


def main() -> None:
    with shown_window() as window:
        print(json.dumps(measured(window)))


def measured(window: MainWindow) -> dict[str, Any]:
    window.build_pages()  # as app.py does once the first window is painted
    turn(0.5)
    session, turns, found = window.session, Turns(Path(sys.argv[3])), dict[str, Any]()
    paint = ListPaint(window)
    with turns.during("converted"):
        begun = time.perf_counter()
        session.open(sys.argv[1])
        wait(session.index_changed, lambda: session.index.count > 0)
        go_to_end(session)
        wait(paint.painted, lambda: paint.seen)
        found["shown"], found["was_whole"] = time.perf_counter() - begun, session.index.complete
        wait(session.index_changed, lambda: session.index.complete, 600)
        found["whole"] = time.perf_counter() - begun
        wait(session.report_changed, lambda: session.report is not None, 600)
    go_to_end(session)
    return {**found, "turns": turns.found["converted"], "events": session.index.count}


def go_to_end(session: Session) -> None:
    """Seek the end of what is indexed, and wait until its state is there."""
    end = Position(session.index.count)
    session.seek(end)
    wait(
        session.position_state_changed,
        lambda: session.position_state is not None and session.position_state.position == end,
    )


if __name__ == "__main__":
    main()
