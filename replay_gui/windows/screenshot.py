"""--screenshot: a picture of the window once its content is complete."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QMessageLogContext, QObject, Qt, QTimer, QtMsgType, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from replay_gui.core.atomic_file import mode_of_inputs, write_whole
from replay_gui.core.errors import NotWritten
from replay_gui.core.text.plain_text import visible
from replay_gui.engine.answers import Alert, Progress
from replay_gui.engine.bridge import QuietTurn

if TYPE_CHECKING:  # a picture without a run needs none of them
    from replay_gui.models.comparison.comparison_session import ComparisonSession
    from replay_gui.models.runs.runs_session import RunsSession
    from replay_gui.models.session import Session
    from replay_gui.models.values.value_trace import ChosenValueTrace
    from replay_gui.models.why.why_session import WhySession
    from replay_gui.windows.dialogs.export_dialog import ExportDialog

_QUIET_MS = 150  # ms without a signal, after which the window counts as settled
_TIMEOUT_MS = 60_000


_IGNORED_MESSAGE = "This plugin does not support propagateSizeHints()"  # Qt writes it for every offscreen window


def pass_on_messages(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Write a message of Qt to standard error, except the one for every window without a display."""
    if text != _IGNORED_MESSAGE:
        print(visible(text, keep="\n"), file=sys.stderr)


class Screenshot(QObject):
    """Waits until the window has settled, then saves its picture.

    It has settled when a requested run is open, its index is complete, no work is in progress, the state of the
    position has come, its marks are known or a requested comparison is complete, the runs are summed up or this has
    failed, requested runs are contrasted, all is drawn, and there was no change for _QUIET_MS; without a run only the
    last two conditions count. While there is work, it waits.

    Signals:
        progressed(int, int): (done, total) of the awaited work, in any unit.
        finished(str): "" if the picture was saved, else the reason of the failure.
    """

    progressed = Signal(object, object)
    finished = Signal(str)

    def __init__(
        self,
        window: QWidget,
        session: Session,
        comparison: ComparisonSession,
        runs: RunsSession,
        path: Path,
        *,
        expects_run: bool,
        why: WhySession | None = None,
        export: Callable[[], ExportDialog] | None = None,
        fit: int | None = None,
        trace: ChosenValueTrace | None = None,
    ) -> None:
        """`why`, `trace`: the awaited reasons, and changes of a value.

        `export` opens a dialog that is added to the picture at the end. `fit`: see `save_picture`.
        """
        super().__init__(window)
        self._window = window
        self._session = session
        self._comparison = comparison
        self._runs = runs
        self._why, self._trace = why, trace
        self._path = path
        self._expects_run = expects_run
        self._export = export
        self._fit = fit
        self._dialog: ExportDialog | None = None
        self._warned = False  # about work that ended without a result
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet)
        self._compares = comparison.active
        self._is_comparing = False
        self._overall = QTimer(self, singleShot=True, interval=_TIMEOUT_MS)
        self._overall.timeout.connect(self._on_timeout)
        self._connect()
        self._overall.start()
        self._quiet.start()

    def _connect(self) -> None:
        session, comparison, runs, why, trace = self._session, self._comparison, self._runs, self._why, self._trace
        for signal in (
            session.run_changed,
            session.index_changed,
            session.position_state_changed,
            session.report_changed,
            session.rows_ready,
            session.run_marks.changed,
            session.totals_changed,
            comparison.b.totals_changed,
            session.progress_changed,
            comparison.compared_changed,
            comparison.rows_ready,
            comparison.step_changed,
            comparison.progress_changed,
            comparison.b.progress_changed,
            comparison.b.position_state_changed,
            runs.progressed,
            runs.contrast_changed,
        ):
            signal.connect(self._on_change)
        session.progress_changed.connect(self._on_progress)
        comparison.progress_changed.connect(self._on_comparison_progress)
        if why is not None:
            why.changed.connect(self._on_change)
            why.trail_changed.connect(self._on_change)
        if trace is not None:
            trace.changed.connect(self._on_change)
        session.alert_raised.connect(self._on_alert)
        comparison.alert_raised.connect(self._on_alert)

    @Slot()
    def _on_change(self) -> None:
        self._quiet.start()
        self._overall.start()

    @Slot(object)
    def _on_progress(self, progress: Progress | None) -> None:
        if progress is not None:
            self.progressed.emit(progress.done, progress.total)

    @Slot(object)
    def _on_comparison_progress(self, progress: Progress | None) -> None:
        self._is_comparing = progress is not None
        self._on_progress(progress)

    @Slot(object)
    def _on_alert(self, alert: Alert) -> None:
        if alert.severity == "error" and (self._session.facts is None or self._compares):
            self._finish(alert.text)
        else:
            self._warned = self._warned or alert.severity == "warning"
            self._quiet.start()

    @Slot()
    def _on_quiet(self) -> None:
        session = self._session
        shown = session.position_state
        if QuietTurn.is_awaited_in(self._window):
            self._quiet.start()
            return
        if self._expects_run and (
            session.facts is None or session.working or shown is None or shown.position != session.position
        ):
            return  # a signal will come
        if self._awaits_marks or self._is_tracing:
            return
        if self._runs.problem and not self._runs.runs:
            self._finish(self._runs.problem)
            return
        if self._runs.working or not self._comparison.settled or (self._why is not None and not self._why.settled):
            return
        if self._expects_run and not self._warned and not self._have_totals():
            return
        if self._export is not None and not self._is_exported(self._export):
            self._quiet.start()
            return
        facts = (session.facts, self._comparison.b.facts)
        inputs = [run.path for run in facts if run is not None]
        self._finish(save_picture(self._window, self._path, inputs, self._dialog, self._fit))

    def _goes_on(self) -> bool:
        """Return whether awaited work is in progress, whose end has a signal or an alert."""
        session = self._session
        if session.working or self._runs.working or self._is_comparing or self._is_tracing:
            return True
        is_read = self._expects_run and session.facts is not None
        return is_read and (self._awaits_marks or (not self._warned and not self._have_totals()))

    @property
    def _is_tracing(self) -> bool:
        return self._trace is not None and self._trace.tracing

    @property
    def _awaits_marks(self) -> bool:
        """Return whether the search for marks of a single run is under way; compared runs have none."""
        return self._expects_run and not self._comparison.active and self._session.run_marks.working

    def _have_totals(self) -> bool:
        """Return whether the totals of the open runs are known; request them if not."""
        runs = [run for run in (self._session, self._comparison.b) if run.facts is not None]
        for run in runs:
            run.request_totals()
        return all(run.totals is not None for run in runs)

    def _is_exported(self, export: Callable[[], ExportDialog]) -> bool:
        """Return whether the dialog shows the complete report, or a problem."""
        if self._dialog is None:
            self._dialog = export()
        return self._dialog.complete or bool(self._dialog.maker.problem)

    @Slot()
    def _on_timeout(self) -> None:
        if self._goes_on():
            self._overall.start()  # a large log, or a busy machine
            return
        self._finish(f"the window was not complete, and for {_TIMEOUT_MS // 1000} s nothing has changed")

    def _finish(self, problem: str) -> None:
        self._quiet.stop()
        self._overall.stop()
        self.finished.emit(problem)


def save_picture(
    window: QWidget,
    path: Path,
    inputs: Sequence[str] = (),
    dialog: QWidget | None = None,
    fit: int | None = None,
) -> str:
    """Save the window as PNG, with the dialog in its middle; return "", or the problem if there is no complete file.

    Args:
        inputs: the shown files; the picture is readable only for users who may read these.
        fit: the longest side in pixels, to which a larger picture is scaled down.
    """
    for widget in window.findChildren(QWidget):
        widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # the picture must not depend on the pointer
    picture = window.grab()
    if dialog is not None:
        painter = QPainter(picture)
        painter.drawPixmap(window.rect().center() - dialog.rect().center(), dialog.grab())
        painter.end()
    if fit is not None and max(picture.width(), picture.height()) > fit:
        picture = picture.scaled(
            fit, fit, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    encoded = QBuffer()
    encoded.open(QBuffer.OpenModeFlag.WriteOnly)
    picture.save(encoded, "PNG")
    try:
        write_whole(path, bytes(encoded.data().data()), inputs=inputs, new_mode=mode_of_inputs(inputs))
    except NotWritten as why:
        return str(why)
    return ""
