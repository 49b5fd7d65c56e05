"""--screenshot: the window as a user would see it once everything is there, as a picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QTimer, QtMsgType, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from replay_gui.engine.answers import Alert
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.windows.dialogs.export_dialog import ExportDialog

QUIET = 150  # ms without news after which nothing more is expected
TIMEOUT = 60_000  # ms


_KNOWN = "This plugin does not support propagateSizeHints()"  # the offscreen platform, of every window


def pass_on_messages(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """What Qt has to say goes to standard error, but for what it says of every window drawn without a display."""
    if text != _KNOWN:
        print(text, file=sys.stderr)


class Screenshot(QObject):
    """Waits until the window has settled, then saves its picture.

    Settled is: a run that was asked for is open, its index complete, no work goes on, the moment of the position is
    there, a comparison that was asked for has come, and for QUIET nothing new has. Without a run only the last counts.

    Signals:
        finished(str): "" once the picture is saved, else why there is none.
    """

    finished = Signal(str)

    def __init__(
        self,
        window: QWidget,
        session: Session,
        comparison: ComparisonSession,
        path: Path,
        expects_run: bool,
        export: Callable[[], ExportDialog] | None = None,
    ) -> None:
        """`export` opens a dialog that is to be in the picture too, once the window has settled."""
        super().__init__(window)
        self._window = window
        self._session = session
        self._comparison = comparison
        self._path = path
        self._expects_run = expects_run
        self._export = export
        self._dialog: ExportDialog | None = None
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._quiet.timeout.connect(self._on_quiet)
        self._compares = comparison.active
        self._overall = QTimer(self, singleShot=True, interval=TIMEOUT)
        self._overall.timeout.connect(self._on_timeout)
        for signal in (
            session.run_changed,
            session.index_changed,
            session.position_state_changed,
            session.report_changed,
            session.rows_ready,
            session.progress_changed,
            comparison.compared_changed,
            comparison.rows_ready,
            comparison.step_changed,
            comparison.progress_changed,
            comparison.b.progress_changed,
            comparison.b.position_state_changed,
        ):
            signal.connect(self._on_news)
        session.alert_raised.connect(self._on_trouble)
        comparison.alert_raised.connect(self._on_trouble)
        self._overall.start()
        self._quiet.start()

    @Slot()
    def _on_news(self) -> None:
        self._quiet.start()

    @Slot(object)
    def _on_trouble(self, trouble: Alert) -> None:
        if trouble.severity == "error" and (self._session.facts is None or self._compares):
            self._finish(trouble.text)
        else:
            self._quiet.start()

    @Slot()
    def _on_quiet(self) -> None:
        session = self._session
        moment = session.position_state
        if self._expects_run and (
            session.facts is None or session.working or moment is None or moment.position != session.position
        ):
            return  # news will come
        if not self._comparison.settled:
            return
        if self._export is not None and not self._is_exported(self._export):
            self._quiet.start()
            return
        self._finish(save_picture(self._window, self._path, self._dialog))

    def _is_exported(self, export: Callable[[], ExportDialog]) -> bool:
        """Whether the dialog shows all it has to, or why it cannot."""
        if self._dialog is None:
            self._dialog = export()
        return self._dialog.complete or bool(self._dialog.maker.problem)

    @Slot()
    def _on_timeout(self) -> None:
        self._finish(f"the window was not complete after {TIMEOUT // 1000} s")

    def _finish(self, problem: str) -> None:
        self._quiet.stop()
        self._overall.stop()
        self.finished.emit(problem)


def save_picture(window: QWidget, path: Path, dialog: QWidget | None = None) -> str:
    """Saves the window as PNG, with the dialog in its middle, whole or not at all; "" or why not."""
    draft = path.with_name(f".{path.name}.new")
    for widget in window.findChildren(QWidget):
        widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # where the pointer rests is nobody's doing
    picture = window.grab()
    if dialog is not None:
        painter = QPainter(picture)
        painter.drawPixmap(window.rect().center() - dialog.rect().center(), dialog.grab())
        painter.end()
    if not picture.save(str(draft), "PNG"):
        return f"{path}: cannot be written"
    os.replace(draft, path)
    return ""
