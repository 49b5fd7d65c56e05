"""Run as a process of its own by window_numbers: opens the window on a log, and prints how soon it is shown as JSON.

window_probe.py LOG CACHE    opens LOG with this cache folder, which has its index, and goes to its end
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

gc.disable()  # as cli.py does
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CONFIG_HOME"] = CACHE = sys.argv[2]

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from replay_gui.core.log.positions import Position  # noqa: E402
from replay_gui.engine.bridge import EngineBridge  # noqa: E402
from replay_gui.engine.gil_yield import SWITCH_SECONDS  # noqa: E402
from replay_gui.look.theme import apply_theme, ui_font  # noqa: E402
from replay_gui.models.session import Session  # noqa: E402
from replay_gui.windows.gc_control import GcControl  # noqa: E402
from replay_gui.windows.main_window import MainWindow  # noqa: E402
from replay_gui.windows.settings.settings_store import SettingsStore  # noqa: E402


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
        print(json.dumps(measured(window, sys.argv[1])))


def measured(window: MainWindow, log: str) -> float:
    """The seconds from opening the log to its first state on the screen; then go to its end."""
    session = window.session
    window.build_pages()  # as app.py does once the first window is painted
    begun = time.perf_counter()
    session.open(log)
    wait(session.position_state_changed, lambda: session.position_state is not None)
    window.grab()
    took = time.perf_counter() - begun
    end = Position(session.index.count)
    session.seek(end)
    wait(session.position_state_changed, lambda: session.position_state.position == end)  # type: ignore[union-attr]
    return took


if __name__ == "__main__":
    main()
