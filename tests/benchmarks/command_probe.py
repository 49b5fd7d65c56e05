"""Run as a process of its own by compare_numbers: the program with two logs on its command line; prints as JSON how
long the window's thread worked between two turns of its event loop, until all causes are shown.

command_probe.py A CACHE B
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CONFIG_HOME"] = sys.argv[2]

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from replay_gui.cli import main as program
from tests.benchmarks.turns import Turns

_LOOK_MS = 100


class Watch(QObject):
    """Notes the turns from the program's first one, and closes its window once the causes are shown."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.turns = Turns(log)
        self._noting = self.turns.during("compared")
        QTimer.singleShot(0, self._begin)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @Slot()
    def _begin(self) -> None:
        self._noting.__enter__()
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        from replay_gui.windows.main_window import MainWindow

        windows = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
        if windows and windows[0].comparison.fresh:
            self._timer.stop()
            self._noting.__exit__(None, None, None)
            windows[0].close()


def main() -> None:
    app = QApplication(["replay-gui"])
    log, _, other = sys.argv[1:]
    watch = Watch(Path(log))
    program([log, other])
    print(json.dumps(watch.turns.found["compared"]))
    app.processEvents()


if __name__ == "__main__":
    main()
