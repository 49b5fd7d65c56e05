"""Run as a process of its own by import_numbers: opens a foreign file in the window, prints what it measured as JSON.

import_probe.py FILE CACHE    opens FILE with this cache folder, which knows nothing of it, and waits for the verdict
"""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import Any

from tests.benchmarks.window_probe import Pulse, peak_memory, wait, workers_memory  # isort: skip  (first: it prepares what Qt reads)

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from replay_gui.engine.bridge import EngineBridge
from replay_gui.look.theme import apply_theme
from replay_gui.models.session import Session
from replay_gui.windows.main_window import MainWindow


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
    pulse, begun = Pulse(), time.perf_counter()
    pulse.start()
    session.open(sys.argv[1])
    wait(session.index_changed, lambda: session.index.count > 0)
    session.seek(session.index.count)
    wait(session.moment_changed, lambda: session.moment is not None and session.moment.position == session.position)
    window.grab()
    found: dict[str, Any] = {"shown": time.perf_counter() - begun, "shown_events": session.index.count}
    found["was_whole"] = session.index.complete
    wait(session.index_changed, lambda: session.index.complete, 600)
    found["whole"] = time.perf_counter() - begun
    wait(session.report_changed, lambda: session.report is not None, 600)
    found["held"] = pulse.longest
    session.seek(session.index.count)
    wait(session.moment_changed, lambda: session.moment is not None and session.moment.position == session.position)
    found["megabytes"], found["workers"] = peak_memory(), workers_memory()
    found["events"] = session.index.count
    window.close()
    session.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
