"""Run as a process of its own by window_numbers: opens the window on a log and prints what it measured as JSON.

window_probe.py LOG CACHE    opens LOG with this cache folder, waits for index and verdict
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STARTED = time.perf_counter()
gc.disable()  # as cli.py does
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CONFIG_HOME"] = CACHE = sys.argv[2]

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from replay_gui.core.log.positions import Position  # noqa: E402
from replay_gui.engine.bridge import EngineBridge  # noqa: E402
from replay_gui.engine.gil_yield import SWITCH_SECONDS  # noqa: E402
from replay_gui.look.theme import apply_theme, ui_font  # noqa: E402
from replay_gui.models.session import Session  # noqa: E402
from replay_gui.windows.gc_control import GcControl  # noqa: E402
from replay_gui.windows.main_window import MainWindow  # noqa: E402
from replay_gui.windows.settings.settings_store import SettingsStore  # noqa: E402


class Pulse(QObject):
    """Notes the longest time between two turns of an event loop that has something to do every millisecond."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def wait(signal: object, done: object, seconds: float = 120) -> None:
    """Turns the event loop until `done()` after a `signal`."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)

    def check(*_: object) -> None:
        if done():  # type: ignore[operator]
            loop.quit()

    signal.connect(check)  # type: ignore[attr-defined]
    if not done():  # type: ignore[operator]
        loop.exec()
    signal.disconnect(check)  # type: ignore[attr-defined]


@contextmanager
def shown_window() -> Iterator[MainWindow]:
    """An empty window, painted once, in a program that is set up as app.py does it; closed in the end."""
    app = QApplication([])
    app.setFont(ui_font())
    gc_control = GcControl()
    sys.setswitchinterval(SWITCH_SECONDS)
    window = MainWindow(Session(bridge=EngineBridge()), app, SettingsStore())
    window.resize(1440, 900)
    apply_theme(app, "dark")
    window.show()
    app.processEvents()
    window.grab()
    try:
        yield window
    finally:
        window.close()
        window.session.close()
        gc_control.stop()


def main() -> None:
    with shown_window() as window:
        print(json.dumps(measured(window)))


def measured(window: MainWindow) -> dict[str, Any]:
    session = window.session
    found: dict[str, Any] = {"painted": time.perf_counter() - STARTED}
    window.build_pages()  # as app.py does once the first window is painted
    pulse = Pulse()
    begun = time.perf_counter()
    pulse.start()
    session.open(sys.argv[1])
    wait(session.position_state_changed, lambda: session.position_state is not None)
    window.grab()
    found["first_state"] = time.perf_counter() - begun
    wait(session.report_changed, lambda: session.report is not None)
    found["held"] = pulse.longest
    found["verdict_after"] = time.perf_counter() - begun
    session.seek(Position(session.index.count))
    wait(
        session.position_state_changed,
        lambda: session.position_state is not None and session.position_state.position == session.index.count,
    )
    found["events"] = session.index.count
    return found


if __name__ == "__main__":
    main()
