"""Writes reports beside the window, on a thread of its own: making pages and flushing to a disk take their time."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from replay_gui.core.errors import ReplayError
from replay_gui.core.report.model import Report
from replay_gui.printing.saving import save_report


class ReportSaver(QObject):
    """One file at a time.

    Signals:
        saved(str): the path, once the file is there, whole. failed(str): why it is not; what was there before is.
        Both are emitted on the saver's thread.
    """

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None

    def save(self, report: Report, path: Path) -> None:
        """Begins; waits for the file before, if that is still being written."""
        self.finish()
        self._thread = threading.Thread(target=self._save, args=(report, path), name="report-saver")
        self._thread.start()

    def finish(self) -> None:
        """Waits until the file is written."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _save(self, report: Report, path: Path) -> None:
        try:
            save_report(report, path)
        except ReplayError as why:
            self.failed.emit(str(why))
        except Exception:  # noqa: BLE001  who waits for the file hears of it; the crash hook shows what it was
            self.failed.emit(f"{path}: not written: a fault of this program")
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        else:
            self.saved.emit(str(path))
