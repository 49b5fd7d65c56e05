"""Run as a process of its own by window_numbers: ends as soon as a window is painted for the first time.

start_probe.py program CONFIG    the program without arguments, as a user starts it
start_probe.py floor CONFIG      an empty Qt window, with numpy imported: what no change of the program can save
"""

from __future__ import annotations

import os
import sys

KIND, CONFIG = sys.argv[1:]
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_CACHE_HOME"] = CONFIG

from PySide6.QtCore import QEvent, QObject, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402


class FirstPaint(QObject):
    """Ends the process once a window was painted; what a program does when it ends is not measured.

    It watches the windows that are shown, not the application: a filter there is asked about every object inside Qt,
    for which PySide6 then loads all of its classes, 17 ms that no user waits for.
    """

    def watch_windows(self) -> None:
        """Watch every widget from when it is shown."""
        show = QWidget.show

        def shown(widget: QWidget) -> None:
            widget.installEventFilter(self)
            show(widget)

        QWidget.show = shown  # type: ignore[method-assign]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow():
            QTimer.singleShot(0, self._end)
        return False

    def _end(self) -> None:
        os._exit(0)


def main() -> None:
    app = QApplication(["replay-gui"])
    watch = FirstPaint()
    watch.watch_windows()
    if KIND == "program":
        from replay_gui.cli import main as program

        program([])
    else:
        import numpy  # noqa: F401

        window = QWidget()
        window.resize(1280, 800)
        window.show()
        app.exec()
    raise SystemExit("no window was painted")


if __name__ == "__main__":
    main()
