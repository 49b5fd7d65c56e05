"""The dialog on a failure of the program: text to copy; the program continues."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, WIDE, data_font
from replay_gui.widgets.parts.text.plain_label import PlainLabel

MIN_INTERVAL_S = 1.0  # seconds between two dialogs


class CrashDialog(QDialog):
    """The report on one failure. `report`: its text."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Internal error"))
        words = PlainLabel(
            tr("An error in this program. Your log was not changed. Please add this text to a bug report:")
        )
        words.setWordWrap(True)
        self.report = QPlainTextEdit(text)
        self.report.setReadOnly(True)
        self.report.setFont(data_font())
        self.report.setAccessibleName(tr("Report"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._on_copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (words, self.report, buttons):
            layout.addWidget(widget)
        self.resize(80 * GAP, 48 * GAP)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())


class CrashHook(QObject):
    """Shows uncaught exceptions of all threads in a dialog of the GUI thread; of many in a short time, only the first.

    Attributes:
        dialog: the last one shown.

    Signals:
        crashed(str): the report, emitted on the failing thread.
    """

    crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self.dialog: CrashDialog | None = None
        self.crashed.connect(self._on_crashed)

    def install(self) -> None:
        """Become the hook of this process."""
        sys.excepthook = self.on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        """Restore the hooks of Python."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__

    def on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Write the report to standard error, and show it unless another one was shown just now."""
        text = visible("".join(traceback.format_exception(kind, error, trace)), keep="\n\t")
        sys.stderr.write(text)
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        with self._lock:
            now = time.monotonic()
            if now < self._quiet_until:
                return
            self._quiet_until = now + MIN_INTERVAL_S
        self.crashed.emit(text)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self.on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(str)
    def _on_crashed(self, text: str) -> None:
        self.dialog = CrashDialog(text)
        self.dialog.show()
