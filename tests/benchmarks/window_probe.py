"""Run as a process of its own by window_numbers: opens the window on a log and prints what it measured as JSON.

window_probe.py LOG CACHE    opens LOG with this cache folder, waits for index and verdict
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path

STARTED = time.perf_counter()
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CONFIG_HOME"] = sys.argv[2]

from PySide6.QtCore import QEventLoop, QObject, QSettings, QTimer, Slot  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from replay_gui.engine.bridge import EngineBridge  # noqa: E402
from replay_gui.look.theme import apply_theme  # noqa: E402
from replay_gui.models.session import Session  # noqa: E402
from replay_gui.windows.main_window import MainWindow  # noqa: E402


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


def peak_memory(process: str = "self") -> float:
    """The most memory a program ever held, in MB. (ru_maxrss would count what its parent held before it began.)"""
    for line in Path("/proc", process, "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell")


def workers_memory() -> list[float]:
    """The same of each worker process there is now, the largest first."""
    children = [file.read_text().split() for file in Path("/proc/self/task").glob("*/children")]
    return sorted((peak_memory(process) for some in children for process in some), reverse=True)


def main() -> None:
    app = QApplication([])
    apply_theme(app, "dark")
    gc.disable()
    session = Session(bridge=EngineBridge())
    window = MainWindow(session, app, QSettings(f"{sys.argv[2]}/settings.ini", QSettings.Format.IniFormat))
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    window.grab()
    found = {"painted": time.perf_counter() - STARTED}
    pulse = Pulse()
    begun = time.perf_counter()
    pulse.start()
    session.open(sys.argv[1])
    wait(session.moment_changed, lambda: session.moment is not None)
    window.grab()
    found["first_state"] = time.perf_counter() - begun
    wait(session.report_changed, lambda: session.report is not None)
    found["held"] = pulse.longest
    found["verdict_after"] = time.perf_counter() - begun
    session.seek(session.index.count)
    wait(session.moment_changed, lambda: session.moment is not None and session.moment.position == session.index.count)
    found["megabytes"] = peak_memory()
    found["events"] = session.index.count
    window.close()
    session.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
